"""Letters and phrases out of free text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.evaluators.extract import letters, own_part, phrase, visible
from compass.evaluators.short import answer_text

CITIES = ["London", "Paris", "Rome", "Berlin"]

SETTLED = [
    # Explicit statements.
    ("The answer is (B).", "B"),
    ("the answer is B", "B"),
    ("ANSWER: B", "B"),
    ("Answer - B", "B"),
    ("Answer:\nB", "B"),
    ("Answer:\n\nB. Paris", "B"),
    ("answer is b", "B"),
    ("answer: $B$", "B"),
    ("The correct answer is **B**", "B"),
    ("**Answer:** B", "B"),
    ("**Answer: B**", "B"),
    ("Answer: **B. Paris**", "B"),
    (r"\boxed{B}", "B"),
    (r"The answer is \boxed{\text{B}}", "B"),
    (r"$\boxed{\text{(B)}}$", "B"),
    (r"The final answer is $\boxed{C}$.", "C"),
    ("The answer to the question is B", "B"),
    ("The answer is option B", "B"),
    ("The answer is: option (B)", "B"),
    ("The answer should be B", "B"),
    ("Based on the text, the correct option is therefore B", "B"),
    ("The best choice is (c).", "C"),
    ("I would choose C because it is old", "C"),
    ("I'd go with B", "B"),
    ("B is correct.", "B"),
    ("Option B is the correct answer", "B"),
    ("After checking: B", "B"),
    ("The answer is Paris, not Rome", "B"),
    ("The answer is: Paris.", "B"),
    ("The answer is 'B'.", "B"),
    ("**Answer**: (B)", "B"),
    ("Answer — B", "B"),
    ("### Final answer\n\n**B**", "B"),
    ("So the answer must be **(B) Paris**.", "B"),
    ("Therefore, the answer is:\n\n$$\\boxed{B}$$", "B"),
    (r"$\boxed{\mathrm{B}}$", "B"),
    (r"The answer is $\mathbf{B}$", "B"),
    (r"\boxed{B. Paris}", "B"),
    (r"\boxed{\text{Paris}}", "B"),
    (r"\(\boxed{C}\)", "C"),
    ("I believe it's B.", "B"),
    ("It's option C", "C"),
    ("Option B", "B"),
    ("Choice B is right", "B"),
    ("The answer is letter B.", "B"),
    ("B, since it is the capital", "B"),
    ("B) Paris\n\nExplanation: London is the capital of England (A).", "B"),
    ("A and C are wrong; the answer is B.", "B"),
    ("The answer is B, not C.", "B"),
    ("The answer is LONDON", "A"),
    ("It's not London but Paris", "B"),
    ("The answer is Berlin (D).", "D"),
    ("Answer: B<|im_end|>", "B"),
    ("B</s>", "B"),
    ("B<|eot_id|>\n<|endoftext|>", "B"),
    # Chinese.
    ("答案是B", "B"),
    ("【答案】B", "B"),
    ("【解析】略\n【答案】C", "C"),
    ("答案：Ｂ", "B"),
    ("ＡＣ", "AC"),
    ("答：B", "B"),
    ("本题选B。", "B"),
    ("故答案为：B", "B"),
    ("答案应为B", "B"),
    ("因此正确答案是：B. Paris", "B"),
    ("我认为应该选择B选项", "B"),
    ("A错误，B正确", "B"),
    ("排除A、C、D，选B", "B"),
    ("答案是 A 和 C", "AC"),
    ("答案:B", "B"),
    ("答案是（B）", "B"),
    ("答案：【B】", "B"),
    ("因此，答案为：C。", "C"),
    ("正确答案是 D 选项", "D"),
    ("正确选项：B", "B"),
    ("故选B", "B"),
    ("选B", "B"),
    ("应选 B 项", "B"),
    ("所以选择C。", "C"),
    ("这道题选C", "C"),
    ("我选择B，因为它是首都", "B"),
    ("只有选项C是对的", "C"),
    ("选项B正确", "B"),
    ("B是正确的", "B"),
    # The article and the letter A.
    ("The answer is A because London is one", "A"),
    ("The answer is A) London", "A"),
    ("The answer is A: London", "A"),
    ("The answer is a", "A"),
    ("A", "A"),
    ("a", "A"),
    ("A is the correct answer", "A"),
    ("A man asked. The answer is (B).", "B"),
    # Corrections and denials: the last statement wins.
    ("The answer is B. Wait, no. The answer is C.", "C"),
    ("B\nOn reflection, the answer is C.", "C"),
    ("The answer is not A. The answer is D", "D"),
    ("不选A，选B", "B"),
    ("It's not Paris. It is Rome", "C"),
    # Letters alone, labels, mentions.
    ("B", "B"),
    ("B.", "B"),
    ("b)", "B"),
    (" (B) ", "B"),
    ("B. Paris", "B"),
    ("(B) Paris", "B"),
    ("Paris", "B"),
    ("It is Paris, of course", "B"),
    ("It has to be (D), I am sure", "D"),
    ("A. London\nB. Paris\nC. Rome\nThe answer is C", "C"),
    # What is not said aloud, or is no longer the model's turn.
    ("<think>the answer is A</think>B", "B"),
    ("only thought</think> the answer is C", "C"),
    ("B\n\nQuestion: And in Italy?\nAnswer: C", "B"),
    ("B\n\n问题：意大利呢？\n答案：C", "B"),
    # Several right answers.
    ("The answer is A and B.", "AB"),
    ("The answer is A, C.", "AC"),
    ("The answer is A, B is wrong", "A"),
    ("答案是AC", "AC"),
    ("答案：A、C、D", "ACD"),
    ("ABD", "ABD"),
    ("A, B", "AB"),
]

OPEN = [
    "",
    "Answer",
    "I think",
    "A dog is a thing",
    "A capital is in France",
    "The answer is A dog",
    "The answer is a city",
    "A is a good option",
    "The answer is E",
    "B is incorrect",
    "选项A是错的",
    "不应选A",
    "A. London is wrong.\nB. Paris is right.",
    "London or Paris",
    "<think>the answer is A",
    "Because I said so",
    # One of several, and it is not said which.
    "The answer is A or B.",
    "The answer is either B or C",
    "答案是A或B",
    "Both A and B are possible",
    # Refusals.
    "I'm sorry, but I can't help with that.",
    "I cannot determine the answer.",
    "As an AI language model, I cannot answer.",
    "There is no correct answer.",
    "None of the above.",
    "抱歉，我无法回答这个问题。",
    "以上都不对",
    "没有正确答案",
    "答案不是A",
    "不能选A",
    # Nothing after the cue, or nothing at all.
    "Answer:",
    "The answer is ...",
    "答案：",
    "   \n\n",
    "?",
    "</s>",
    "<think>The answer is B</think>",
]


@pytest.mark.parametrize(("text", "expected"), SETTLED)
def test_the_letter_that_a_text_settles_on_is_found(text, expected):
    found = letters(text, CITIES)
    assert found is not None
    assert "".join("ABCD"[place] for place in found) == expected


@pytest.mark.parametrize("text", OPEN)
def test_a_text_that_settles_on_nothing_has_no_letter(text):
    assert letters(text, CITIES) is None


@given(st.sampled_from("ABCD"), st.sampled_from(["{}", "({})", "**{}**", "{}.", "[{}]", "`{}`"]))
def test_any_decoration_of_any_letter_is_read(letter, form):
    for cue in ("The answer is ", "Answer: ", "答案是", "答案："):
        assert letters(cue + form.format(letter), CITIES) == ("ABCD".index(letter),)


@given(st.text(max_size=200))
def test_any_text_is_read_and_only_options_come_out(text):
    found = letters(text, CITIES)
    assert found is None or set(found) <= {0, 1, 2, 3}


def test_an_option_inside_another_is_not_two_mentions():
    assert letters("It was dark blue.", ["blue", "dark blue", "red"]) == (1,)
    assert letters("The answer is dark blue", ["blue", "dark blue", "red"]) == (1,)
    assert letters("We talked about parish life", ["Paris", "Rome"]) is None


def test_letters_beyond_the_options_are_none():
    assert letters("The answer is D", ["yes", "no"]) is None
    assert letters("The answer is J", [str(n) for n in range(10)]) == (9,)


@pytest.mark.parametrize("piece", ["*", " ", "(", "{", "A ", "The answer is ", "答案是", "<think>"])
def test_a_model_that_repeats_itself_is_read_in_linear_time(piece):
    text = piece * (60_000 // len(piece))
    began = time.process_time()
    letters(text, CITIES)
    phrase(text)
    assert time.process_time() - began < 5  # a quadratic reading takes minutes


def test_several_thoughts_are_left_out_and_what_is_between_them_stays():
    assert visible("<think>a</think>One <thinking>b</thinking>two") == "One two"
    assert visible("a</think>b</think>c") == "c"
    assert visible("plain") == "plain"


def test_marks_of_a_chat_template_are_not_said():
    assert visible("yes</s>") == visible("yes <|im_end|>\n<|endoftext|> ") == "yes"
    assert visible("a < b | c > d") == "a < b | c > d"
    assert visible("</s> first") == "</s> first"


def test_a_question_in_the_first_line_is_not_the_next_one():
    assert own_part("Question: what?") == "Question: what?"
    assert own_part("B\n**Q2: what?") == "B"


def test_phrases_are_what_the_last_statement_names():
    assert phrase("It is old. The answer is the Eiffel Tower.") == "the Eiffel Tower"
    assert phrase("The answer is 3.5 km.") == "3.5 km"
    assert phrase("**Answer:** Paris\nBecause of Rome.") == "Paris"
    assert phrase("答案是：红楼梦。作者是曹雪芹。") == "红楼梦"


def test_an_answer_is_the_whole_the_first_line_or_the_phrase():
    text = "<think>hm</think>\nParis\nThe answer is Rome."
    assert answer_text(text, "whole") == "Paris\nThe answer is Rome."
    assert answer_text(text, "line") == "Paris"
    assert answer_text(text, "phrase") == "Rome"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("A. iron B. gold C. tin D. lead", None),
        ("A. iron\nB. gold\nC. tin\nD.", None),
        ("A\nB\nC\nD", None),
        ("A. iron\nB. gold\nC. tin\nD. lead\n\nThe answer is B", (1,)),
        ("B. gold", (1,)),
        ("ABD", (0, 1, 3)),
    ],
)
def test_options_said_over_again_are_no_answer(text, place):
    assert letters(text, ["iron", "gold", "tin", "lead"]) == place
