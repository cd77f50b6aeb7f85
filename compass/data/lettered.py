"""Rows of exams that have a column for each of the options A to D."""

from __future__ import annotations

from typing import Any

from compass.errors import DataError
from compass.records import Sample

_LETTERS = "ABCD"


def lettered_sample(
    row: dict[str, Any],
    question: str = "question",
    answer: str = "answer",
    solution: str | None = None,
) -> Sample:
    """Return the sample of a row with options in the columns ``A`` to ``D``.

    Args:
        row: The row.
        question: Its column of the question.
        answer: Its column of the right letter.
        solution: Its column of a worked solution, which only shots may show.

    Raises:
        DataError: The answer is none of the letters.
    """
    texts = tuple(str(row[letter]).strip() for letter in _LETTERS)
    letter = str(row[answer]).strip()
    place = _LETTERS.find(letter) if len(letter) == 1 else -1
    if place < 0:
        raise DataError(
            f"the answer is {letter!r}, expected A to D",
            hint="mend the row; a split with hidden answers cannot be scored",
        )
    shown = {"solution": row[solution]} if solution and row.get(solution) else {}
    return Sample(
        id="",
        fields={"question": str(row[question]).strip()},
        targets=(texts[place],),
        choices=texts,
        right=(place,),
        metadata=shown,
    )
