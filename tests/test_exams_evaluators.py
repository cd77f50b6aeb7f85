"""Marks, blanks and letters of examinations: our reading, and that of other programs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.errors import ConfigError, DataError
from compass.evaluators import Choice, Cloze, Marks
from compass.evaluators.cloze import agieval_answer
from compass.evaluators.tex import hendrycks_equal as same
from compass.records import Prediction, Sample

ROOT = Path(__file__).resolve().parents[1]


def said(output, **other):
    return Prediction(key="k", sample_id="s", output=output, **other)


def judge(evaluator, target, output, **metadata):
    sample = Sample(id="s", fields={}, targets=(target,), metadata=metadata)
    return evaluator.verdict(sample, [said(output)])


# Marks: one part.


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        ("【解析】因为A错，所以选C。<eoe>\n【答案】C<eoa>", "C"),
        ("【答案】: B <eoa>", "B"),
        ("【解析】 A 项不对 <eoe>\n【答案】 D", "D"),
        ("故选：B．", "B"),
        ("The answer is (A).", "A"),
        ("C", "C"),
        ("<think>选A？</think>答案是B", "B"),
        ("A cell has a wall. DNA is not in it.", None),
        ("", None),
        ("我不知道", None),
        ("【答案】AB<eoa>", None),
        ("A. 6\nB. 12\nC. 24\nD. ", None),
        ("A. 6\nB. 12\nC. 24\nD. 30\n\n选B", "B"),
    ],
)
def test_one_letter_is_read_from_a_mark_a_statement_or_alone(output, answer):
    verdict = judge(Marks(), "B", output)
    assert verdict.answer == answer
    assert verdict.values["accuracy"] == float(answer == "B")
    assert verdict.reason == ("" if answer else "unparsed")


@pytest.mark.parametrize(
    ("output", "answer", "share"),
    [
        ("【答案】AC<eoa>", "AC", 1.0),
        ("【答案】 C、A <eoa>", "AC", 1.0),
        ("【答案】A C", "AC", 1.0),
        ("答案是 A 和 C。", "AC", 1.0),
        ("【答案】A<eoa>", "A", 0.5),
        ("【答案】ACD<eoa>", "ACD", 0.0),
        ("【答案】B<eoa>", "B", 0.0),
        ("不清楚", None, 0.0),
    ],
)
def test_some_of_the_right_letters_gain_half_and_a_wrong_one_nothing(output, answer, share):
    verdict = judge(Marks("several"), "AC", output)
    assert (verdict.answer, verdict.values["accuracy"]) == (answer, share)
    assert verdict.values["right"] == float(share == 1)


# Marks: several parts.


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        ("（1）【答案】 C <eoa>\n（2）【答案】 A <eoa>\n（3）【答案】 D <eoa>", "C A D"),
        ("1. C\n2. A\n3. D", "C A D"),
        ("(1) C (2) A (3) D", "C A D"),
        ("36、C  37、A  38、D", "C A D"),
        ("1. B? no.\n1. C\n2. A\n3. D", "C A D"),
        ("【答案】CAD<eoa>", "C A D"),
        ("【答案】 C A D <eoa>", "C A D"),
        ("答案：C、A、D", "C A D"),
        ("C A D", "C A D"),
        ("The answer is C. The answer is A. The answer is D.", "C A D"),
        ("（1）C\n（3）D", "C - D"),
        ("【答案】CA<eoa>", None),
        ("1. A cell\n2. Because it is\n3. Dogs", None),
        ("They are all fine.", None),
    ],
)
def test_parts_are_read_by_marks_numbers_or_a_list(output, answer):
    verdict = judge(Marks("parts"), "C A D", output)
    assert verdict.answer == answer
    share = 0.0 if answer is None else sum(a == b for a, b in zip(answer[::2], "CAD", strict=True))
    assert verdict.values["accuracy"] == pytest.approx(share / 3)


@pytest.mark.parametrize(
    "output", ["【答案】 C F A E D <eoa>", "CFAED", "36. C\n37. F\n38. A\n39. E\n40. D"]
)
def test_five_of_seven_go_up_to_g(output):
    verdict = judge(Marks("five-of-seven"), "C F A E G", output)
    assert verdict.values["accuracy"] == 0.8


def test_the_score_is_marks_gained_over_marks_there_are():
    marks = Marks("parts")
    verdicts = [
        judge(marks, "A B", "1. A\n2. B", marks=2.0),
        judge(marks, "A B C D", "1. A\n2. A\n3. A\n4. A", marks=1.5),
        judge(marks, "A", "no idea", marks=3.0),
        marks.verdict(
            Sample(id="s", fields={}, targets=("A",)), [said(None, error="the call failed")]
        ),
    ]
    score, right = marks.summarise(verdicts)
    assert score.value == pytest.approx((2 * 2 + 1.5) / (2 * 2 + 4 * 1.5 + 3))
    assert (score.metric, score.n, score.failed, score.unparsed) == ("accuracy", 3, 1, 1)
    assert (right.metric, right.value) == ("right", pytest.approx(1 / 3))


@given(st.text(alphabet="ABCD", min_size=2, max_size=20), st.integers(1, 60))
def test_a_numbered_sheet_is_read_as_it_was_written(answers, first):
    text = "\n".join(f"{first + n}. {letter}" for n, letter in enumerate(answers))
    verdict = judge(Marks("parts"), " ".join(answers), text)
    assert (verdict.answer, verdict.values["accuracy"]) == (" ".join(answers), 1.0)


@given(st.text(max_size=200), st.sampled_from(["single", "several", "parts", "five-of-seven"]))
def test_any_text_gets_between_nothing_and_all_marks(text, kind):
    target = {"parts": "A B C", "five-of-seven": "A B C D E"}.get(kind, "A")
    for compat in (None, "opencompass"):
        verdict = judge(Marks(kind, compat=compat), target, text)
        assert 0 <= verdict.values["accuracy"] <= 1
        assert (verdict.answer is None) == (verdict.reason == "unparsed")


@pytest.mark.parametrize("target", ["", "x", "C 1", "G"])
def test_a_target_of_no_letters_is_an_error_of_the_data(target):
    with pytest.raises(DataError, match="'s'"):
        judge(Marks("parts"), target, "A")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Marks("multi"),
        lambda: Marks(partial=2),
        lambda: Marks(partial=True),
        lambda: Marks(compat="lm-eval"),
        lambda: Cloze("lm-eval"),
        lambda: Choice("first-letters"),
    ],
)
def test_wrong_arguments_are_refused_at_once(make):
    with pytest.raises(ConfigError):
        make()


@pytest.mark.parametrize(
    ("kind", "target", "output", "share"),
    [
        ("single", "A", "【答案】B<eoa>。DNA", 1.0),
        ("several", "BC", "解 【答案】CB", 0.5),
        ("several", "BC", "【答案】BC" + "a" * 20, 0.0),
        ("parts", "A B", "【答案】A 【答案】B", 1.0),
        ("parts", "A B", "Options: A", 0.0),
        ("parts", "O A", "Options: A", 1.0),
        ("five-of-seven", "A B C D E", "Good: A B C D", 0.0),
    ],
)
def test_compat_marks_as_opencompass_does_quirks_included(kind, target, output, share):
    if "O" in target:
        target = target.replace("O", "D")
        share = 0.5
    assert judge(Marks(kind, compat="opencompass"), target, output).values["accuracy"] == share


# Blanks.


@pytest.mark.parametrize(
    ("target", "output", "value"),
    [
        ("2", "2", 1.0),
        ("$\\frac{1}{2}$", "答案是 $\\frac{1}{2}$。", 1.0),
        ("$\\frac{1}{2}$", "The answer is 0.5.", 1.0),
        ("$\\frac{1}{2}$", "so \\boxed{\\dfrac{1}{2}}", 1.0),
        ("-63", "【解析】$a=3$ <eoe>\n【答案】 $-63$ <eoa>", 1.0),
        ("1000", "The answer is 1,000", 1.0),
        ("$5$;$10$", "答案是 $5$；$10$", 1.0),
        ("$5$;$10$", "答案是 5 和 10", 1.0),
        ("$5$;$10$", "答案是 $10$;$5$", 0.0),
        ("$5$;$10$", "答案是 5", 0.0),
        ("$(-1,3)$", "x 的取值范围是 $(-1,3)$", 1.0),
        ("$A$", "【答案】A", 1.0),
        ("2", "答案是 3", 0.0),
        ("2", "【解析】because it is so, as can be seen in many books of the kind\nand so on", 0.0),
    ],
)
def test_blanks_are_compared_by_form_or_as_numbers(target, output, value):
    assert judge(Cloze(), target, output).values == {"accuracy": value}


def test_a_text_that_fills_in_nothing_is_unparsed():
    lists = ("1. 2. 3.", "1. 1.1.1: 1.1.2", "1.1.1.1", "1) first\n2) second")
    for output in ("", "I cannot say.\nIt depends on many things.", *lists):
        verdict = judge(Cloze(), "2", output)
        assert (verdict.answer, verdict.reason) == (None, "unparsed")


@given(st.integers(-999, 999), st.integers(1, 99))
def test_fractions_and_their_spellings_are_one(above, below):
    spelled = [
        f"\\frac{{{above}}}{{{below}}}",
        f"\\dfrac{{{above}}}{{{below}}}",
        f"{above}/{below}",
    ]
    for one in spelled:
        assert same(one, spelled[0])
        assert judge(Cloze(), f"${spelled[0]}$", f"答案是 ${one}$").values["accuracy"] == 1.0


@given(st.text(alphabet="\\frac{}sqrt$12=/. text%A答案是", max_size=40))
def test_any_text_can_be_compared_with_itself(text):
    assert same(text, text)
    agieval_answer(text)


# Letters as others read them.

CASES = [
    ("opencompass", "Answer: C ... ANSWER: B", "C"),
    ("opencompass", "ANSWER: b", "?"),
    ("opencompass-zh", "答案: **B**", "B"),
    ("opencompass-zh", "答案：B", None),
    ("first-letter", "Good: it is B", "B"),
    ("first-letter", "the end", None),
    ("every-letter", "(A) and (C), not G", "AC"),
    ("first-run", "选 AC，不选 B", "AC"),
    ("first-run", "DNA is CA", "D"),
    ("first-option", "答案是B，不是A", "B"),
    ("first-option", "E", None),
    ("first-of-five", "E", "E"),
    ("first-option", "I think A", "A"),
    ("mmlu-pro", "so the answer is (D).", "D"),
    ("mmlu-pro", "Answer: C", "C"),
    ("mmlu-pro", "A or B or D", "D"),
    ("mmlu-pro", "none", None),
]


@pytest.mark.parametrize(("compat", "output", "answer"), CASES)
def test_compat_reads_letters_as_others_do(compat, output, answer):
    one = Sample(id="s", fields={}, choices=("w", "x", "y", "z"), right=(1,))
    verdict = Choice(compat).verdict(one, [said(output)])
    assert verdict.answer == answer
    assert verdict.values["accuracy"] == float(answer == "B")


def test_a_run_of_letters_in_another_order_is_wrong_there_and_right_here():
    one = Sample(id="s", fields={}, choices=("w", "x", "y", "z"), right=(0, 2))
    values = [Choice(c).verdict(one, [said("CA")]).values["accuracy"] for c in ("first-run", None)]
    assert values == [0.0, 1.0]


@pytest.mark.skipif("OPENCOMPASS_PY" not in os.environ, reason="OPENCOMPASS_PY names no peer")
def test_compat_agrees_with_opencompass_on_every_text():
    command = [sys.executable, "-m", "benchmarks.agree_exams", "--outputs", "300"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"identical": true' in done.stdout
