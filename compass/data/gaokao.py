"""GAOKAO-Bench: questions of the Chinese college entrance exams of 2010 to 2022.

Zhang et al. 2023, "Evaluating the Performance of Large Language Models on GAOKAO
Benchmark", arXiv:2305.12474.  Licence Apache-2.0.  Original:
``Data/Objective_Questions/NAME.json`` and ``Data/Subjective_Questions/NAME.json`` of
github.com/OpenLMLab/GAOKAO-Bench.  1,781 objective questions in 14 files.

    original    {"keywords": NAME, "example": [{"year", "category", "question",
                 "answer": ["C", "A"] or "2", "analysis", "index", "score"}]}

The options stand in the text of the question, which may hold several sub-questions: the
target lists the letters of each, as in ``C A D``, or ``BC`` where one has two right ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from compass.data.folders import Files, find_named, local_folder, no_split
from compass.data.rowsets import Nowhere
from compass.data.source import Source
from compass.errors import DataError
from compass.records import Sample

_HINT = (
    "clone github.com/OpenLMLab/GAOKAO-Bench as gaokao_bench into the folder that COMPASS_DATA "
    "names, or name the clone by path="
)


def gaokao(name: str, path: str | None = None) -> Source:
    """Return one file of GAOKAO-Bench.

    Args:
        name: Such as ``2010-2022_Math_I_MCQs``.
        path: The file, or a folder of the original files; default:
            ``$COMPASS_DATA/gaokao_bench``.
    """
    place = path or local_folder("gaokao_bench")
    if place is None:
        return Source(Nowhere("GAOKAO-Bench", _HINT), gaokao_sample)
    return Source(Files(place, "test", find=partial(_find, name=name)), gaokao_sample)


def _find(folder: Path, name: str) -> Sequence[Path]:
    inner = [f"Data/{kind}_Questions/{name}.json" for kind in ("Objective", "Subjective")]
    found = find_named(folder, [*inner, f"{name}.json"])
    if not found:
        raise no_split(folder, "test", inner[:1])
    return found


def gaokao_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; ``marks`` are those of each of its sub-questions."""
    answer = row["answer"]
    if isinstance(answer, list):
        parts = ["".join(str(one).split()) for one in answer]
        if not parts or not all(part.isalpha() and part.isupper() for part in parts):
            raise DataError(f"the answer is {answer!r}, expected letters", hint="mend the row")
        target = " ".join(parts)
    else:
        target = str(answer).strip()
    if not target:
        raise DataError("the answer is empty", hint="mend the row")
    return Sample(
        id=str(row["index"]),
        fields={"question": str(row["question"]).strip(), "year": str(row["year"])},
        targets=(target,),
        metadata={"marks": float(row["score"])},
    )
