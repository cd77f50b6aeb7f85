"""IFEval's 25 instructions, one by one and on real responses."""

from __future__ import annotations

import json
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.data.ifeval import ifeval
from compass.errors import ConfigError, DataError
from compass.evaluators import InstructionFollowing
from compass.evaluators.instructions.layout import number_bullet_lists, number_placeholders, title
from compass.evaluators.instructions.registry import CHECKERS, follows, lenient_forms
from compass.evaluators.instructions.sentences import capital_count, sentence_count, word_count
from compass.evaluators.instructions.wording import language_of
from compass.records import Prediction, Sample

LESS, MORE = "less than", "at least"
SPANISH = "El gato duerme en la silla y el perro corre por el jardín todos los días."
ENGLISH = "the cat sleeps on the chair and the dog runs through the garden every day."
STORY = "Alpha begins.\n\n'Beta, then.\n\nGamma ends."

# Name, arguments, a response that follows, one that does not.
CASES = [
    ("keywords:existence", {"keywords": ["tea", "Cup"]}, "A teacup and a CUP", "a cup"),
    ("keywords:existence", {"keywords": ["a(b"]}, "so: a(b", "ab"),
    (
        "keywords:frequency", {"keyword": "tea", "frequency": 2, "relation": MORE},
        "Tea, team", "tea",
    ),
    ("keywords:frequency", {"keyword": " tea", "frequency": 2, "relation": LESS}, "tea", "tea tea"),
    ("keywords:forbidden_words", {"forbidden_words": ["tea"]}, "team", "No Tea!"),
    (
        "keywords:letter_frequency",
        {"letter": "Q", "let_frequency": 2, "let_relation": MORE},
        "Quiz q",
        "quiz",
    ),
    (
        "keywords:letter_frequency",
        {"letter": "!", "let_frequency": 1, "let_relation": LESS},
        "calm",
        "loud!",
    ),
    ("language:response_language", {"language": "es"}, SPANISH, ENGLISH),
    ("language:response_language", {"language": "es"}, "12345", ENGLISH),
    (
        "length_constraints:number_sentences", {"num_sentences": 2, "relation": MORE},
        "He ran. She sat!", "He ran.",
    ),
    (
        "length_constraints:number_sentences", {"num_sentences": 2, "relation": LESS},
        "One\nTwo", "He ran. She sat.",
    ),
    (
        "length_constraints:number_words", {"num_words": 3, "relation": MORE},
        "well-known fact", "a b",
    ),
    (
        "length_constraints:number_words", {"num_words": 3, "relation": LESS},
        "one two", "one two three",
    ),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "one\n***\ntwo", "one\n\ntwo"),
    (
        "length_constraints:number_paragraphs", {"num_paragraphs": 2},
        "***\none *** two\n***", "a ***  *** b",
    ),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 3, "nth_paragraph": 2, "first_word": "Beta"},
        STORY,
        STORY.replace("\n\nGamma", " Gamma"),
    ),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "beta"},
        '"Beta" it is',
        "\n\nBeta it is",
    ),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "[a] [b]", "[a [b]"),
    (
        "detectable_content:postscript", {"postscript_marker": "P.S."},
        "Bye\np. s. more", "Bye\nPS more",
    ),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "P.P.S more", "P.S. more"),
    ("detectable_content:postscript", {"postscript_marker": "N.B."}, "n.b. this", "nob: this"),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* a\n - b", "* a\n** b"),
    ("detectable_format:constrained_response", {}, "Well: My answer is no.", "No."),
    (
        "detectable_format:number_highlighted_sections", {"num_highlights": 2},
        "*a* and *b*", "*a* **",
    ),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}, "**bold**", "* *"),
    (
        "detectable_format:multiple_sections",
        {"section_spliter": "SECTION", "num_sections": 2},
        "SECTION 1\na\nSECTION 2\nb",
        "SECTION 1\na\nSection 2",
    ),
    ("detectable_format:json_format", {}, '```json\n{"a": [1]}\n```', "{'a': 1}"),
    ("detectable_format:json_format", {}, "3", "[" * 100_000),
    ("detectable_format:title", {}, "<<Song>>\nla", "<<>>\n<< >>\n<Song>"),
    ("combination:two_responses", {}, "one ****** two", "one ****** one"),
    ("combination:two_responses", {}, "******one******two", "one ****** ****** two"),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Say Hi"}, " say hi: hi", "I say hi"),
    ("startend:end_checker", {"end_phrase": "The end."}, 'So. the END."', "The end. Bye"),
    ("startend:quotation", {}, ' "hi" ', "“hi”"),
    ("change_case:english_capital", {}, ENGLISH.upper(), ENGLISH),
    ("change_case:english_lowercase", {}, ENGLISH, ENGLISH.capitalize()),
    ("change_case:english_lowercase", {}, ENGLISH, SPANISH.lower()),
    (
        "change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": MORE},
        "A BIG-TOP x", "A x",
    ),
    (
        "change_case:capital_word_frequency", {"capital_frequency": 1, "capital_relation": LESS},
        "Ab c", "I do",
    ),
    ("punctuation:no_comma", {}, "a; b", "a, b"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "good", "bad"), CASES)
def test_an_instruction_tells_what_follows_it_from_what_does_not(name, arguments, good, bad):
    assert follows(name, arguments, good) is True
    assert follows(name, arguments, bad) is False


def test_each_of_the_25_instructions_has_a_case():
    assert {case[0] for case in CASES} == set(CHECKERS)
    assert len(CHECKERS) == 25


@pytest.mark.parametrize("name", sorted(CHECKERS))
def test_an_empty_response_follows_nothing(name):
    (arguments,) = [case[1] for case in CASES if case[0] == name][:1]
    assert not follows(name, arguments, " \n ")


def test_arguments_that_the_hub_leaves_open_are_none():
    assert follows("punctuation:no_comma", {"num_words": None, "keywords": None}, "fine")


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("punctuation:no_coma", {}, "no instruction"),
        ("punctuation:no_comma", {"num_words": 3}, "takes no arguments, got num_words"),
        ("keywords:existence", {}, "takes keywords, got none"),
        ("length_constraints:number_words", {"num_words": 3, "relation": "around"}, "around"),
        (
            "keywords:letter_frequency", {"letter": "ab", "let_frequency": 1, "let_relation": MORE},
            "one character",
        ),
        (
            "length_constraints:number_words", {"num_words": "3", "relation": MORE},
            "cannot be checked",
        ),
    ],
)  # fmt: skip
def test_an_instruction_that_is_not_one_is_refused(name, arguments, said):
    with pytest.raises(DataError, match=said):
        follows(name, arguments, "text")


def test_the_eight_lenient_forms_are_without_first_and_last_line_and_stars():
    forms = lenient_forms("Sure!\n*a*\nb\nBye")
    assert forms[0] == "Sure!\n*a*\nb\nBye"
    assert sorted(forms[1:]) == sorted(
        [
            *("*a*\nb\nBye", "Sure!\n*a*\nb", "*a*\nb"),
            *("Sure!\na\nb\nBye", "a\nb\nBye", "Sure!\na\nb", "a\nb"),
        ]
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0), ("One", 1), ("One. Two", 2), ("Really?! Yes.", 2), ("Mr. Fox and Dr. Owl met.", 1),
        ("It cost 3.50 euros. Fine.", 2), ("Wait... what?", 1), ("By J. Doe. Read it.", 2),
        ("It is vitamin C. The dose is small.", 2), ("She left (at last.) He stayed.", 2),
        ("Title\n\nBody without end", 1), ("P.S. Write soon.", 2), ("你好。再见。", 1),
    ],
)  # fmt: skip
def test_sentences_are_counted_as_punkt_does(text, count):
    assert sentence_count(text) == count


def test_words_are_runs_and_capitals_are_whole_words():
    assert word_count("It's 3.5 - ok_then") == 5
    assert capital_count("I met NASA's U.S. crew. DON'T PANIC-2!") == 6
    assert capital_count("McDonald iPhone 42 ÉCOLE") == 1


def test_the_language_of_a_text_is_the_same_every_time():
    mixed = "la la la the el un one"
    found = {language_of.__wrapped__(mixed) for _ in range(20)}
    assert len(found) == 1


PIECES = st.lists(st.sampled_from([*"*-[]<> \n\ta.", "* ", "<<", ">>", "\n\n"]), max_size=40)


@given(PIECES)
def test_linear_readings_agree_with_the_patterns_of_the_definition(pieces):
    import re

    text = "".join(pieces)
    bullets = len(re.findall(r"^\s*\*[^\*].*$", text, re.MULTILINE))
    bullets += len(re.findall(r"^\s*-.*$", text, re.MULTILINE))
    assert number_bullet_lists(text, bullets)
    brackets = len(re.findall(r"\[.*?\]", text))
    assert number_placeholders(text, brackets)
    assert not number_placeholders(text, brackets + 1)
    titles = re.findall(r"<<[^\n]+>>", text)
    assert title(text) == any(one.lstrip("<").rstrip(">").strip() for one in titles)


@pytest.mark.parametrize("piece", ["\n", " ", "*", "[", "<", "-", "a", "A. ", "***", "p.", '"'])
def test_a_model_that_repeats_itself_is_judged_in_linear_time(piece):
    text = piece * (40_000 // len(piece))
    given_to = {case[0]: case[1] for case in CASES}
    began = time.process_time()
    for name, arguments in given_to.items():
        follows(name, arguments, text)
    assert time.process_time() - began < 15  # a quadratic reading takes minutes


def sample(*asked):
    return Sample(
        id="7",
        fields={"prompt": "Write."},
        metadata={
            "instruction_id_list": [name for name, _ in asked],
            "kwargs": [given for _, given in asked],
        },
    )


TWO = sample(("punctuation:no_comma", {}), ("startend:quotation", {}))


def judged(output, of=TWO, **more):
    return InstructionFollowing().verdict(
        of, [Prediction(key="k", sample_id=of.id, output=output, **more)]
    )


def test_a_prompt_counts_if_all_of_its_instructions_are_followed():
    values = judged('"so it is"').values
    assert (values["prompt_strict"], values["instruction_strict"]) == (1, 1)
    found = judged("so it is")
    assert (found.values["prompt_strict"], found.values["instruction_strict"]) == (0, 0.5)
    assert found.answer == "not followed: startend:quotation"


def test_a_preface_is_forgiven_by_the_loose_figures_alone():
    values = judged('Sure:\n"so it is"').values
    assert values["prompt_strict"] == 0
    assert values["prompt_loose"] == values["instruction_loose"] == 1


def test_loose_figures_are_never_below_strict_ones():
    for text in ("a, b", "*a*\n\nb", '"x"', "-", "\n\n"):
        values = judged(text).values
        assert values["prompt_loose"] >= values["prompt_strict"]
        assert values["instruction_loose"] >= values["instruction_strict"]


def test_reasoning_is_no_part_of_a_response_and_white_space_is():
    assert judged('<think>well, well</think>"so"').values["prompt_strict"] == 1
    assert judged('\n"so"').values["prompt_strict"] == 1
    assert judged("<think>never came to it").reason == "unparsed"


def test_an_empty_response_is_unparsed_and_a_failed_call_is_judged_nowhere():
    assert judged("").reason == "unparsed"
    assert judged("").values["prompt_strict"] == 0
    failed = InstructionFollowing().verdict(TWO, [Prediction(key="k", sample_id="7", error="no")])
    assert (failed.reason, set(failed.values.values())) == ("failed", {None})


def test_instructions_weigh_the_same_wherever_they_stand():
    one = sample(("punctuation:no_comma", {}))
    verdicts = [judged("a, b", TWO), judged("a", one)]
    scores = {s.metric: s for s in InstructionFollowing().summarise(verdicts)}
    assert scores["prompt_strict"].value == 0.5
    assert scores["instruction_strict"].value == pytest.approx(1 / 3)
    assert (scores["punctuation:no_comma"].value, scores["punctuation:no_comma"].n) == (0.5, 2)
    assert (scores["startend:quotation"].value, scores["startend:quotation"].n) == (0, 1)
    assert next(iter(scores)) == "prompt_strict"


def test_a_sample_without_instructions_is_refused():
    with pytest.raises(DataError, match="does not list its instructions"):
        judged("x", Sample(id="1", fields={}))
    with pytest.raises(DataError, match="no instruction 'a:b'"):
        judged("x", sample(("a:b", {})))
    with pytest.raises(ConfigError, match="must name a column"):
        InstructionFollowing(arguments="")


ROW = {
    "key": 5,
    "prompt": "Write.",
    "instruction_id_list": ["punctuation:no_comma", "keywords:existence"],
    "kwargs": [{"keywords": None, "num_words": None}, {"keywords": ["tea"], "num_words": None}],
}


def test_the_hubs_form_and_the_authors_form_mean_the_same(tmp_path):
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "train-00000-of-00001.jsonl").write_text(json.dumps(ROW))
    (tmp_path / "own").mkdir()
    row = {**ROW, "kwargs": [{}, {"keywords": ["tea"]}]}
    (tmp_path / "own" / "input_data.jsonl").write_text(json.dumps(row))
    read = [next(iter(ifeval(str(tmp_path / name)).samples())) for name in ("hub", "own")]
    assert read[0] == read[1]
    assert (read[0].id, dict(read[0].fields)) == ("5", {"prompt": "Write."})


def test_a_row_that_is_no_row_of_ifeval_is_refused_with_its_place(tmp_path):
    path = tmp_path / "input_data.jsonl"
    path.write_text(json.dumps(ROW) + "\n" + json.dumps({**ROW, "key": 6, "kwargs": [{}]}))
    with pytest.raises(DataError, match="two lists of one length") as caught:
        list(ifeval(str(tmp_path)).samples())
    assert caught.value.where == f"{path}:2"


def test_all_of_ifeval_is_read(real_data, monkeypatch):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    read = list(ifeval().samples())
    assert len(read) == len({s.id for s in read}) == 541
    kinds = Counter(name for s in read for name in s.metadata["instruction_id_list"])
    assert (len(kinds), kinds.total()) == (25, 834)


def test_the_responses_of_gpt_4_score_as_the_authors_script_scores_them(real_data):
    """Reference: Google's script, NLTK 3.10 with the Punkt model, run on the same file."""
    rows = (real_data / "ifeval" / "prompt_response.jsonl").read_text("utf-8").splitlines()
    said = {row["prompt"]: row["response"] for row in map(json.loads, rows)}
    evaluator = InstructionFollowing()
    verdicts = [
        evaluator.verdict(
            one, [Prediction(key="", sample_id=one.id, output=said[one.fields["prompt"]])]
        )
        for one in ifeval(str(real_data / "ifeval")).samples()
    ]
    scores = {score.metric: score for score in evaluator.summarise(verdicts)}
    assert scores["prompt_strict"].value == 417 / 541
    assert scores["instruction_strict"].value == pytest.approx(698 / 834)
    assert scores["prompt_loose"].value == 431 / 541
    assert scores["instruction_loose"].value == pytest.approx(714 / 834)
    assert scores["prompt_strict"].failed == scores["prompt_strict"].unparsed == 0
