"""RACE: reading comprehension of English exams of Chinese middle and high schools.

Lai et al. 2017, "RACE: Large-scale ReAding Comprehension Dataset From Examinations",
arXiv:1704.04683.  For research only.  Hub: ``ehovy/race`` (``middle``, ``high``) {example_id,
article, question, options, answer A-D}; original: ``test/high/123.txt``, a JSON object for
each article {id, article, questions, options, answers}.  1,436 questions of middle schools
and 3,498 of high schools in the tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from compass.data.files import Row, read_rows
from compass.data.home import Home, one_of, passage_id, placed
from compass.data.source import Source
from compass.errors import DataError
from compass.records import Sample

_LEVELS = ("middle", "high")
_SPLITS = {"test": "test", "validation": "dev", "train": "train"}


def race(
    level: Literal["middle", "high"],
    split: Literal["test", "validation", "train"] = "test",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return one level of RACE, with its training questions as the few-shot pool.

    Args:
        level: Which schools.
        split: Which part.
        path: A file, a folder of the original files or of ``test/high.jsonl`` and the like,
            or a copy of the hub's folder; default: ``$COMPASS_DATA/race`` if it is there,
            else the hub.
        revision: Revision on the hub.
    """
    one_of(level, _LEVELS, "RACE")
    one_of(split, tuple(_SPLITS), "RACE")
    home = Home(
        folders=("race", "RACE"),
        hub="ehovy/race",
        name=level,
        files={name: (f"{name}/{level}.jsonl",) for name in _SPLITS},
        articles={name: (f"{own}/{level}", f"{name}/{level}") for name, own in _SPLITS.items()},
        read=_read,
        flatten=_questions,
    )
    return home.source(race_sample, split, "train", path, revision)


def race_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a question; questions of one article share a cluster."""
    choices = tuple(row["options"])
    place = placed(row["answer"], {"A": 0, "B": 1, "C": 2, "D": 3}, "answer")
    return Sample(
        id="",
        fields={"article": row["article"], "question": row["question"]},
        targets=(choices[place],),
        choices=choices,
        right=(place,),
        cluster=str(row.get("example_id") or passage_id(row["article"])),
    )


def _read(path: Path) -> Iterator[Row]:
    """Yield the rows of a file; an article's own file is one row of several questions."""
    if path.suffix != ".txt":
        yield from read_rows(path)
        return
    try:
        yield Row(f"{path}:1", json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read the article: {error}", where=str(path)) from error


def _questions(row: Row) -> Iterator[Row]:
    place, columns = row
    if "questions" not in columns:
        yield row
        return
    parts = (columns["questions"], columns["options"], columns["answers"])
    for question, options, answer in zip(*parts, strict=True):
        shared = {"article": columns["article"], "example_id": columns.get("id")}
        yield Row(place, {**shared, "question": question, "options": options, "answer": answer})
