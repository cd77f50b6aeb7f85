"""The questions that the speed measurements ask, as contexts and continuations.

Read from real benchmark files (COMPASS_TEST_DATA, default ../shared/data).
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(
    os.environ.get("COMPASS_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared/data"
)
MMLU = ("high_school_us_history", "astronomy", "marketing", "high_school_biology")
LETTERS = "ABCDE"


class Ranked(NamedTuple):
    """A context and the texts that may follow it."""

    context: str
    options: tuple[str, ...]


def ranked(name: str, count: int) -> list[Ranked]:
    """Return ``count`` questions of a set, in the order a harness would ask them."""
    return {
        "mmlu": mmlu,
        "hellaswag": hellaswag,
        "arc_challenge": arc_challenge,
        "arc_circular": arc_circular,
    }[name](count)


def mmlu(count: int) -> list[Ranked]:
    """Four subjects, 5 shots of each one's own, ranked by letter."""
    found = []
    for place, subject in enumerate(MMLU):
        share = count // len(MMLU) + (place < count % len(MMLU))
        shots = _rows(DATA / f"mmlu/dev/{subject}_dev.csv")[:5]
        head = "The following are multiple choice questions (with answers) about "
        head += subject.replace("_", " ") + ".\n\n"
        head += "".join(f"{_letters(r[0], r[1:5])} {r[5]}\n\n" for r in shots)
        rows = _rows(DATA / f"mmlu/test/{subject}_test.csv")[:share]
        found += [Ranked(head + _letters(r[0], r[1:5]), (" A", " B", " C", " D")) for r in rows]
    return found


def hellaswag(count: int) -> list[Ranked]:
    """No shots, four endings in full."""
    found = []
    path = DATA / "hellaswag/original_format_1000/hellaswag.jsonl"
    for row in _lines(path)[:count]:
        context = f"{row['activity_label']}: {row['ctx']}"
        found.append(Ranked(context, tuple(" " + ending for ending in row["endings"])))
    return found


def arc_challenge(count: int) -> list[Ranked]:
    """25 shots, the same for every question; options in full."""
    rows = _arc()
    shots = "".join(f"Question: {q}\nAnswer: {c[r]}\n\n" for q, c, r in rows[-25:])
    return [
        Ranked(f"{shots}Question: {q}\nAnswer:", tuple(f" {one}" for one in c))
        for q, c, _ in rows[:count]
    ]


def arc_circular(count: int) -> list[Ranked]:
    """5 shots; each question with its options in every rotation, ranked by letter."""
    return [one for _, variants in arc_variants(count) for one in variants]


def arc_variants(count: int) -> list[tuple[Ranked, list[Ranked]]]:
    """Return each question as it stands, and in every rotation."""
    rows = _arc()
    shots = "".join(f"{_letters(q, c)} {LETTERS[r]}\n\n" for q, c, r in rows[-5:])
    found = []
    for question, choices, _ in rows[:count]:
        options = tuple(f" {LETTERS[n]}" for n in range(len(choices)))
        variants = [
            Ranked(shots + _letters(question, choices[n:] + choices[:n]), options)
            for n in range(len(choices))
        ]
        found.append((variants[0], variants))
    return found


def gsm8k(count: int) -> list[str]:
    """Prompts of 4 worked shots and a question."""
    shots = "".join(
        f"Question: {row['question']}\nAnswer: {row['answer']}\n\n"
        for row in _lines(DATA / "gsm8k/train.jsonl")[:4]
    )
    rows = _lines(DATA / "gsm8k/test.jsonl")[:count]
    return [f"{shots}Question: {row['question']}\nAnswer:" for row in rows]


def _letters(question: str, choices: Sequence[str]) -> str:
    lines = [f"{LETTERS[n]}. {choice}" for n, choice in enumerate(choices)]
    return "\n".join([question.strip(), *lines, "Answer:"])


def _arc() -> list[tuple[str, list[str], int]]:
    found = []
    for row in _lines(DATA / "arc/ARC-Challenge-Test.jsonl"):
        choices = row["question"]["choices"]
        labels = [choice["label"] for choice in choices]
        texts = [choice["text"] for choice in choices]
        found.append((row["question"]["stem"], texts, labels.index(row["answerKey"])))
    return found


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream if line.strip()]
