"""Numbers out of free text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.evaluators.numerals import clean, last_statement, numerals, target_number

SAID = [
    ("The answer is 7. This took 2 steps", 7),
    ("#### 18", 18),
    ("#### -1,234.5", -1234.5),
    ("#### $18", 18),
    ("A: 18", 18),
    ("A: 10,000", 10000),
    ("**Answer:** $12", 12),
    ("The answer is **12**.", 12),
    ("The answer is about 12 dollars", 12),
    ("The answer is $ 18", 18),
    ("The answer is –5", -5),
    ("The answer is 50%", 50),
    ("The answer is: 7.5.", 7.5),
    ("The answer is that she makes $18 a day", 18),
    ("The answer is 3 + 4 = 7", 7),
    ("The answer is 7 (3+4=7)", 7),
    ("x=2, y=3. The answer is y = 3.", 3),
    ("The answer is 8. No, the answer is 9.", 9),
    # A label heads a whole solution.
    ("Answer: She sold 48/2 = 24 in May. Altogether 48+24 = 72 clips", 72),
    ("Answer: He has 48/2 = 24 clips\nIn all 72", 72),
    ("Answer: He has 5 apples and buys 3 more, so he has 8.", 8),
    ("Answer: 7\nExplanation: 3+4", 7),
    # TeX.
    (r"\boxed{42}", 42),
    (r"\boxed{\frac{3}{4}}", 0.75),
    (r"\boxed{1{,}234}", 1234),
    (r"\boxed{x = 5}", 5),
    (r"\boxed{18\text{ dollars}}", 18),
    (r"The final answer is $\boxed{-3}$.", -3),
    (r"1.2 \times 10^{5}", 120000),
    # The last number.
    ("She earns $18 every day.", 18),
    ("It costs $1,200.50", 1200.5),
    ("the price is 12.50.", 12.5),
    ("5-3 = 2", 2),
    ("3x5=15", 15),
    ("-5", -5),
    ("-$5", -5),
    ("$-5", -5),
    ("1/2", 0.5),
    ("1 1/2 cups", 1.5),
    ("1.5e3", 1500),
    ("Room 1,2,3", 3),
    ("1,2345", 2345),
    ("She works 3-4 hours", 4),
    # Currency, units, signs.
    ("The total is €3,000", 3000),
    ("The answer is ￥1,200.00", 1200),
    ("The answer is 45 mph.", 45),
    ("The area is 12 m^2.", 12),
    ("Answer: 12 cm²", 12),
    ("The answer is 90°", 90),
    (r"\boxed{90^\circ}", 90),
    (r"\boxed{12\text{ cm}^2}", 12),
    (r"\boxed{\$1{,}200}", 1200),
    ("The answer is minus 7", -7),
    ("The answer is negative 7", -7),
    ("He paid 5 minus 3 = 2", 2),
    ("The answer is 1\u202f000\u202f000", 1_000_000),
    # Fractions and powers.
    (r"\boxed{\dfrac{1}{2}}", 0.5),
    (r"\boxed{-\frac{1}{2}}", -0.5),
    (r"\boxed{2\frac{1}{2}}", 2.5),
    (r"The answer is \(\frac{3}{4}\).", 0.75),
    ("The answer is 1 3/4 cups", 1.75),
    ("The answer is 10^6", 1_000_000),
    (r"\boxed{2^{10}}", 1024),
    ("The answer is 6.02 × 10^23", 6.02e23),
    # Words.
    ("3 + 4 apples. The answer is seven.", 7),
    ("twenty-five", 25),
    ("The answer is two hundred and six.", 206),
    ("**Answer:** three thousand", 3000),
    # Several statements.
    ("Thus x=42, y=3.", 3),
    ("#### 7\n#### 8", 8),
    ("<think>the answer is 7</think>8", 8),
    ("So 5 + 2 = **7**", 7),
    # Chinese.
    ("答：一共有三十六人。", 36),
    ("答案：三分之二", 2 / 3),
    ("答案是百分之五十", 50),
    ("等于七", 7),
    ("答案是负3", -3),
    ("答案是3又1/2", 3.5),
    ("共计２０元", 20),
    ("答案是：1,200元", 1200),
    ("答案是18", 18),
    ("答案：１８元", 18),
    ("答案是十八。", 18),
    ("答案是一百零五", 105),
    ("答案是两万三千", 23000),
    ("答案是三点五", 3.5),
    ("一共有24个苹果", 24),
    # Not said aloud; not the model's turn.
    ("<think>99</think>#### 5\n\nQuestion: 7 more?\nAnswer: 8", 5),
]


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_the_number_that_a_text_answers_with_is_found(text, expected):
    found = last_statement(text)
    assert found is not None
    assert found.readings[0] == pytest.approx(expected)


NOTHING = [
    "", "no number", "<think>5", "Question", "<think>The answer is 7</think>", "Answer:",
    # Refusals.
    "I cannot answer that.", "There is not enough information.", "The answer is undefined.",
    "The answer is one of them.", "抱歉，我无法回答。", "我一点也不知道", "答案是一样的",
    # Stated, but no number, or one of several.
    r"\boxed{\sqrt{2}}", r"So 3 + 4, and \boxed{2\pi}", r"\boxed{x^2 + 1}",
    "The answer is 7 or 8.", "答案是7或8", "The answer is 1,2,3",
]  # fmt: skip


@pytest.mark.parametrize("text", NOTHING)
def test_a_text_without_a_number_answers_with_none(text):
    assert last_statement(text) is None


@pytest.mark.parametrize(
    ("answer", "target"),
    [
        ("50%", "50"), ("50%", "0.5"), ("0.5", "50%"), ("2 million", "2000000"), ("3万", "30000"),
        ("2 million", "2"), ("1e3", "1000"), ("18.0", "18"), ("0.3333333", "1/3"), ("7.0", "7"),
    ],
)  # fmt: skip
def test_equal_quantities_agree_however_they_are_written(answer, target):
    assert last_statement(answer).agrees(target_number(target), 1e-6)


@pytest.mark.parametrize(
    ("answer", "target"),
    [("18", "81"), ("-5", "5"), ("0.333", "1/3"), ("50", "0.5"), ("0", "1e-3")],
)
def test_different_quantities_do_not_agree(answer, target):
    assert not last_statement(answer).agrees(target_number(target), 1e-6)


@given(st.integers(-(10**12), 10**12))
def test_any_whole_number_is_read_back(number):
    for form in ("{}", "#### {}", "The answer is {}.", "答案是{}。", r"\boxed{{{}}}", "A: {:,}"):
        assert last_statement(form.format(number)).readings[0] == number


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    for number in numerals(clean(text)):
        assert number.text
    last_statement(text)
    target_number(text)


@pytest.mark.parametrize("text", ["1e" + "9" * 9, "9" * 500, "1 1/" + "0" * 9, "亿" * 400, "5/0"])
def test_absurd_numbers_do_not_stop_the_reading(text):
    last_statement("The answer is " + text)


@pytest.mark.parametrize(
    "piece", ["1,", "1/2 ", "The answer is ", "####", "\\boxed{", "-", "<think>"]
)
def test_a_model_that_repeats_itself_is_read_in_linear_time(piece):
    text = piece * (60_000 // len(piece))
    began = time.process_time()
    last_statement(text)
    assert time.process_time() - began < 5  # a quadratic reading takes minutes


def test_a_target_is_one_number():
    assert target_number("She has 5.\n#### 1,005").readings == (1005.0,)
    assert target_number("十二").readings == (12.0,)
    assert target_number("3 or 4") is None
    assert target_number("none") is None
