"""The demo benchmarks are complete, balanced and free of slips a program can find."""

from __future__ import annotations

import itertools
import json
import operator
import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

DEMO = Path(__file__).resolve().parents[1] / "compass" / "data" / "demo"
BENCHMARKS = ("arithmetic", "knowledge", "reading")
FILES = [name + tail for name in BENCHMARKS for tail in ("", "_shots")]
FIELDS: dict[str, dict[str, type]] = {
    "arithmetic": {"id": str, "question": str, "answer": str, "solution": str, "steps": int},
    "knowledge": {"id": str, "question": str, "choices": list, "answer": str, "subject": str},
    "reading": {"id": str, "passage_id": str, "passage": str, "question": str, "answers": list},
}
OPERATORS: dict[str, Callable[[int, int], int | Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "\N{MULTIPLICATION SIGN}": operator.mul,
    "\N{DIVISION SIGN}": Fraction,
}
EQUATION = re.compile(r"(\d+) (\S) (\d+) = (\d+)")
HAN = re.compile(r"[\u4e00-\u9fff]")
LETTERS = "ABCD"


def rows(name: str, lang: str | None = None) -> list[dict[str, Any]]:
    """Return the rows of a demo file, of one language if asked."""
    text = (DEMO / f"{name}.jsonl").read_text(encoding="utf-8")
    found = [json.loads(line) for line in text.splitlines()]
    return [row for row in found if lang in (None, row["lang"])]


def guess_by_length(questions: list[dict[str, Any]], extreme: Any) -> float:
    """Return the expected accuracy of picking an option by its length alone."""
    total = Fraction(0)
    for row in questions:
        lengths = [len(choice) for choice in row["choices"]]
        picked = [i for i, length in enumerate(lengths) if length == extreme(lengths)]
        if LETTERS.index(row["answer"]) in picked:
            total += Fraction(1, len(picked))
    return float(total / len(questions))


# ---------------------------------------------------------------- every file


@pytest.mark.parametrize(
    ("name", "lang", "least"),
    [
        ("arithmetic", "en", 48),
        ("arithmetic", "zh", 24),
        ("arithmetic_shots", "en", 4),
        ("arithmetic_shots", "zh", 4),
        ("knowledge", "en", 96),
        ("knowledge", "zh", 40),
        ("knowledge_shots", "en", 5),
        ("knowledge_shots", "zh", 5),
        ("reading", "en", 30),
        ("reading", "zh", 14),
        ("reading_shots", "en", 2),
        ("reading_shots", "zh", 2),
    ],
)
def test_every_file_has_enough_rows_of_each_language(name: str, lang: str, least: int) -> None:
    assert len(rows(name, lang)) >= least


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_exactly_the_fields_of_its_benchmark(name: str) -> None:
    fields = {**FIELDS[name.removesuffix("_shots")], "lang": str}
    for row in rows(name):
        assert {key: type(value) for key, value in row.items()} == fields, row["id"]


@pytest.mark.parametrize("name", FILES)
def test_files_are_plain_utf8_lines(name: str) -> None:
    raw = (DEMO / f"{name}.jsonl").read_bytes()
    assert raw.endswith(b"\n")
    assert b"\r" not in raw
    assert b"\\u" not in raw
    assert b"\n\n" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", FILES)
def test_no_text_has_stray_blanks(name: str) -> None:
    for row in rows(name):
        texts = [value for value in row.values() if isinstance(value, str)]
        texts += row.get("choices", []) + row.get("answers", [])
        for text in texts:
            assert text == " ".join(text.split()) != "", row["id"]


@pytest.mark.parametrize("name", FILES)
def test_the_language_is_the_one_of_the_question(name: str) -> None:
    for row in rows(name):
        written = "zh" if HAN.search(row["question"]) else "en"
        assert row["lang"] == written, row["id"]
        assert f"-{row['lang']}-" in row["id"]


def test_ids_are_unique_over_all_files() -> None:
    counted = Counter(row["id"] for name in FILES for row in rows(name))
    assert [name for name, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("name", BENCHMARKS)
def test_no_question_is_asked_twice_or_shown_as_a_shot(name: str) -> None:
    both = [*rows(name), *rows(f"{name}_shots")]
    asked = Counter((row.get("passage", ""), row["question"].casefold()) for row in both)
    assert [question for question, times in asked.items() if times > 1] == []


# ---------------------------------------------------------------- arithmetic


@pytest.mark.parametrize("name", ["arithmetic", "arithmetic_shots"])
def test_every_equation_of_a_solution_is_true(name: str) -> None:
    for row in rows(name):
        for left, sign, right, result in EQUATION.findall(row["solution"]):
            assert OPERATORS[sign](int(left), int(right)) == int(result), row["id"]


@pytest.mark.parametrize("name", ["arithmetic", "arithmetic_shots"])
def test_a_solution_has_an_equation_per_step_and_ends_in_the_answer(name: str) -> None:
    for row in rows(name):
        equations = EQUATION.findall(row["solution"])
        assert len(equations) == row["steps"] == row["solution"].count("="), row["id"]
        assert equations[-1][-1] == row["answer"], row["id"]


def test_arithmetic_goes_from_one_step_to_three() -> None:
    steps = Counter(row["steps"] for row in rows("arithmetic"))
    assert set(steps) == {1, 2, 3}
    assert steps[1] >= 25
    assert steps[2] >= 25
    assert steps[3] >= 20


def test_no_arithmetic_answer_is_a_good_guess() -> None:
    answers = Counter(row["answer"] for row in rows("arithmetic"))
    assert max(answers.values()) <= len(rows("arithmetic")) / 10


# ----------------------------------------------------------------- knowledge


@pytest.mark.parametrize("name", ["knowledge", "knowledge_shots"])
def test_every_question_has_four_distinct_options_and_a_letter(name: str) -> None:
    for row in rows(name):
        assert len({choice.casefold() for choice in row["choices"]}) == 4, row["id"]
        assert len(row["choices"]) == 4, row["id"]
        assert row["answer"] in list(LETTERS), row["id"]


@pytest.mark.parametrize(("lang", "each"), [("en", 24), ("zh", 10)])
def test_right_answers_are_spread_evenly_over_the_positions(lang: str, each: int) -> None:
    positions = Counter(row["answer"] for row in rows("knowledge", lang))
    assert positions == dict.fromkeys(LETTERS, each)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_shots_show_every_letter(lang: str) -> None:
    assert {row["answer"] for row in rows("knowledge_shots", lang)} == set(LETTERS)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_order_of_right_answers_has_no_period_and_no_long_runs(lang: str) -> None:
    letters = [row["answer"] for row in rows("knowledge", lang)]
    assert max(len(list(run)) for _, run in itertools.groupby(letters)) <= 4
    for shift in range(1, len(letters) // 2):
        pairs = list(zip(letters, letters[shift:], strict=False))
        assert sum(a == b for a, b in pairs) / len(pairs) < 0.5, shift


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("extreme", [max, min])
def test_the_length_of_an_option_gives_nothing_away(lang: str, extreme: Any) -> None:
    assert guess_by_length(rows("knowledge", lang), extreme) <= 0.4


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_right_option_is_longest_in_at_most_two_fifths(lang: str) -> None:
    asked = rows("knowledge", lang)
    longest = 0
    for row in asked:
        right = row["choices"][LETTERS.index(row["answer"])]
        others = [len(choice) for choice in row["choices"] if choice != right]
        longest += len(right) > max(others)
    assert longest <= 0.4 * len(asked)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_subject_is_well_represented(lang: str) -> None:
    asked = rows("knowledge", lang)
    subjects = Counter(row["subject"] for row in asked)
    assert set(subjects) == {
        "geography",
        "science",
        "history",
        "language",
        "everyday life",
        "arts",
        "technology",
    }
    assert min(subjects.values()) >= len(asked) // 8


# ------------------------------------------------------------------- reading


@pytest.mark.parametrize("name", ["reading", "reading_shots"])
def test_every_answer_occurs_in_its_passage(name: str) -> None:
    for row in rows(name):
        assert row["answers"], row["id"]
        assert len(set(row["answers"])) == len(row["answers"]), row["id"]
        for answer in row["answers"]:
            assert answer.casefold() in row["passage"].casefold(), (row["id"], answer)


@pytest.mark.parametrize("name", ["reading", "reading_shots"])
def test_the_first_answer_is_one_to_four_words_or_characters(name: str) -> None:
    for row in rows(name):
        first = row["answers"][0]
        assert 1 <= len(first if row["lang"] == "zh" else first.split()) <= 4, row["id"]


@pytest.mark.parametrize("name", ["reading", "reading_shots"])
def test_no_question_gives_its_answer_away(name: str) -> None:
    for row in rows(name):
        for answer in row["answers"]:
            assert answer.casefold() not in row["question"].casefold(), (row["id"], answer)


def test_every_passage_has_two_questions_and_three_to_six_sentences() -> None:
    asked = rows("reading")
    counted = Counter(row["passage_id"] for row in asked)
    assert set(counted.values()) == {2}
    assert len({row["passage"] for row in asked}) == len(counted) >= 22
    for row in asked:
        sentences = re.findall(r"(?<!Dr)[.!?](?= |$)|[\u3002\uff01\uff1f]", row["passage"])
        assert 3 <= len(sentences) <= 6, row["id"]


def test_a_passage_id_stands_for_one_passage() -> None:
    both = [*rows("reading"), *rows("reading_shots")]
    pairs = {(row["passage_id"], row["passage"]) for row in both}
    assert len(pairs) == len({name for name, _ in pairs}) == len({text for _, text in pairs})
