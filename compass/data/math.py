r"""MATH and MATH-500: problems of mathematics competitions, with worked solutions.

Hendrycks et al. 2021, "Measuring Mathematical Problem Solving With the MATH Dataset",
arXiv:2103.03874.  Licence MIT.  Hub: ``EleutherAI/hendrycks_math``, a configuration for each
subject; original: ``MATH/test/algebra/1.json`` and so on, one problem a file.  5,000 problems
in the test, in seven subjects and on five levels.

MATH-500 are the 500 of them that Lightman et al. 2023 ("Let's Verify Step by Step",
arXiv:2305.20050) tested on; hub: ``HuggingFaceH4/MATH-500``.

    solution   its last \boxed{…} is the answer; MATH-500 has the answer in a column, too
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compass import jsontext
from compass.data.files import Row, read_rows
from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import HubRows, is_local
from compass.data.rowsets import Joined, Where
from compass.data.source import Rowset, Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.evaluators.tex import boxes
from compass.records import Sample

SUBJECTS = {
    "algebra": "Algebra",
    "counting_and_probability": "Counting & Probability",
    "geometry": "Geometry",
    "intermediate_algebra": "Intermediate Algebra",
    "number_theory": "Number Theory",
    "prealgebra": "Prealgebra",
    "precalculus": "Precalculus",
}


def competition_math(
    subject: str | None = None,
    level: int | None = None,
    split: str = "test",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return MATH, with its training problems as the few-shot pool.

    Args:
        subject: One of the seven, such as ``number_theory``; None for all.
        level: 1 to 5; None for all.
        split: ``test`` or ``train``.
        path: A file, the folder of the original, or a copy of the hub's; default:
            ``$COMPASS_DATA/math`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    _check(subject, level)
    place = path or local_folder("math") or "EleutherAI/hendrycks_math"
    rows = _rows(place, subject, split, revision)
    if level is not None:
        rows = Where(rows, {"level": [f"Level {level}", level]})
    return Source(rows, math_sample, _rows(place, subject, "train", revision, pool=True))


def math_500(path: str | None = None, revision: str | None = None) -> Source:
    """Return MATH-500.

    Args:
        path: A file, or a folder with ``test.jsonl``; default: ``$COMPASS_DATA/math/math_oai``
            if it is there, else the hub.
        revision: Revision on the hub.
    """
    place = path or local_folder("math/math_oai") or "HuggingFaceH4/MATH-500"
    rows = Files(place, "test") if is_local(place) else HubRows(place, None, "test", revision)
    return Source(rows, math_sample)


def math_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of MATH or MATH-500."""
    answer = row.get("answer")
    if answer is None:
        found = boxes(row["solution"])
        if not found:
            raise DataError("the solution has no \\boxed{…}", hint="is this a file of MATH?")
        answer = found[-1]
    return Sample(
        id=row.get("unique_id") or "",
        fields={"question": row["problem"]},
        targets=(str(answer),),
        metadata={
            "solution": row["solution"],
            "subject": row.get("subject") or row.get("type") or "",
            "level": int(str(row["level"]).rpartition(" ")[2].replace("?", "0")),
        },
    )


def _check(subject: str | None, level: int | None) -> None:
    if subject is not None and subject not in SUBJECTS:
        hint = did_you_mean(str(subject), SUBJECTS)
        raise ConfigError(f"MATH has no subject {subject!r}", hint=hint)
    if level is not None and level not in (1, 2, 3, 4, 5):
        raise ConfigError(f"level must be 1 to 5, got {level!r}")


def _rows(
    place: str, subject: str | None, split: str, revision: str | None, *, pool: bool = False
) -> Rowset:
    wanted = list(SUBJECTS) if subject is None else [subject]
    if not is_local(place):
        return Joined([HubRows(place, name, split, revision) for name in wanted])

    def find(folder: Path) -> list[Path]:
        found = find_named(folder, [f"math/{split}.jsonl", f"{split}.jsonl"])
        if found:
            return found
        inner = folder / "MATH" if (folder / "MATH").is_dir() else folder
        if (inner / split).is_dir():
            every = [sorted((inner / split / n).glob("*.json"), key=_number) for n in wanted]
            return [path for one in every for path in one]
        return [path for name in wanted for path in find_split(folder / name, split)]

    files = Files(place, split, find=find, read=_problems, folder_only=pool)
    return files if subject is None else Where(files, {"type": SUBJECTS[subject]})


def _number(path: Path) -> tuple[int, str]:
    return (int(path.stem) if path.stem.isdigit() else 0), path.stem


def _problems(path: Path) -> Iterator[Row]:
    """Yield the rows of a file; one of the original is a single object."""
    if path.suffix != ".json":
        yield from read_rows(path)
        return
    try:
        row = jsontext.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read the problem: {error}", where=str(path)) from error
    if not isinstance(row, dict):
        yield from read_rows(path)
    else:
        yield Row(str(path), row)
