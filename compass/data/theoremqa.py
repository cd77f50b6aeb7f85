"""TheoremQA: 800 questions that need a theorem of mathematics, physics, engineering, finance.

Chen et al. 2023, "TheoremQA: A Theorem-driven Question Answering dataset", arXiv:2305.12524.
Licence MIT.  Hub: ``TIGER-Lab/TheoremQA``; original: ``theoremqa_test.json``.  53 questions
come with a picture, which is not shown.

    Answer, Answer_type     "bool", "integer", "float", "list of integer", "list of float",
                            "option"
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compass.data.files import Row
from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import HubRows, is_local
from compass.data.source import Rowset, Source
from compass.errors import DataError
from compass.records import Sample

TYPES = ("bool", "integer", "float", "list of integer", "list of float", "option")


def theoremqa(
    pictures: bool = True, path: str | None = None, revision: str | None = None
) -> Source:
    """Return TheoremQA.

    Args:
        pictures: Ask the 53 questions with a picture too, as the authors do.
        path: A file or a folder; default: ``$COMPASS_DATA/theoremqa`` if it is there, else
            the hub.
        revision: Revision on the hub.
    """
    place = path or local_folder("theoremqa") or "TIGER-Lab/TheoremQA"
    rows: Rowset
    if is_local(place):
        rows = Files(place, "test", find=_find)
    else:
        rows = HubRows(place, None, "test", revision)
    return Source(rows if pictures else _WithoutPicture(rows), theoremqa_sample)


def theoremqa_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; the type of the answer is metadata."""
    kind = row["Answer_type"]
    if kind not in TYPES:
        raise DataError(f"Answer_type is {kind!r}", hint=f"one of {', '.join(TYPES)}")
    answer = row["Answer"]
    return Sample(
        id=str(row.get("id") or ""),
        fields={"question": row["Question"]},
        targets=(answer if isinstance(answer, str) else _written(answer),),
        metadata={
            "answer_type": kind,
            "picture": row.get("Picture") is not None,
            "subject": row.get("field") or "",
        },
    )


def _written(answer: Any) -> str:
    return str(answer) if isinstance(answer, bool) else json.dumps(answer)


def _find(folder: Path) -> list[Path]:
    return find_named(folder, ["theoremqa_test.json"]) or find_split(folder, "test")


class _WithoutPicture:
    """The rows that come without a picture."""

    def __init__(self, inner: Rowset) -> None:
        self._inner = inner

    def rows(self) -> Iterator[Row]:
        """Yield them."""
        return (row for row in self._inner.rows() if row.columns.get("Picture") is None)

    def digest(self) -> str:
        """Return the hash of all rows."""
        return self._inner.digest()

    def describe(self) -> dict[str, Any]:
        """Return where the rows come from, and the condition."""
        return {**self._inner.describe(), "pictures": False}
