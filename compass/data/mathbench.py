"""MathBench: theory and application of mathematics, from arithmetic to college, in two languages.

Liu et al. 2024, "MathBench: Evaluating the Theory and Application Proficiency of LLMs with a
Hierarchical Mathematics Benchmark", arXiv:2405.12209.  Licence Apache-2.0.  3,709 questions in
17 files such as ``college/single_choice_cn.jsonl`` of ``mathbench_v1.zip`` at
github.com/open-compass/MathBench/releases; the hub has no copy by the authors.

    single choice   {"question", "options": [four], "answer": "A"}
    cloze           {"question", "answer": "12"}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compass.data.columns import option_texts
from compass.data.folders import Files, find_named, local_folder
from compass.data.rowsets import Missing
from compass.data.source import Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import LETTERS, Sample

PARTS = {
    "college": ("single_choice_cn", "single_choice_en"),
    "high": ("single_choice_cn", "single_choice_en"),
    "middle": ("single_choice_cn", "single_choice_en"),
    "primary": ("cloze_cn", "cloze_en"),
    "arithmetic": ("cloze_en",),
    "college_knowledge": ("single_choice_cn", "single_choice_en"),
    "high_knowledge": ("single_choice_cn", "single_choice_en"),
    "middle_knowledge": ("single_choice_cn", "single_choice_en"),
    "primary_knowledge": ("single_choice_cn", "single_choice_en"),
}

_HINT = (
    "unpack mathbench_v1.zip of github.com/open-compass/MathBench/releases, and name the folder "
    "by path=, or set COMPASS_DATA to the folder that holds it"
)


def mathbench(part: str, kind: str, path: str | None = None) -> Source:
    """Return one of the 17 sets.

    Args:
        part: ``college``, ``high_knowledge`` …; those of knowledge are the theory.
        kind: ``single_choice_cn``, ``single_choice_en``, ``cloze_cn`` or ``cloze_en``.
        path: A file, or the folder ``mathbench_v1``; default: ``$COMPASS_DATA/mathbench_v1``
            or ``$COMPASS_DATA/mathbench``.
    """
    if part not in PARTS:
        raise ConfigError(f"MathBench has no {part!r}", hint=did_you_mean(str(part), PARTS))
    if kind not in PARTS[part]:
        raise ConfigError(
            f"MathBench has no {kind!r} of {part}", hint=did_you_mean(str(kind), PARTS[part])
        )

    def find(folder: Path) -> list[Path]:
        found = find_named(folder, [f"{part}/{kind}.jsonl", f"mathbench_v1/{part}/{kind}.jsonl"])
        if not found:
            raise DataError(f"no {part}/{kind}.jsonl in this folder", where=str(folder), hint=_HINT)
        return found

    place = path or local_folder("mathbench_v1") or local_folder("mathbench")
    if place is None:
        where = f"mathbench_v1/{part}/{kind}.jsonl"
        return Source(Missing("MathBench is not here", where, _HINT), mathbench_sample)
    return Source(Files(place, "test", find=find), mathbench_sample)


def mathbench_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row: with options, or with a number as its answer."""
    question, answer = row["question"].strip(), str(row["answer"]).strip()
    if not row.get("options"):
        return Sample(id="", fields={"question": question}, targets=(answer,))
    choices, _ = option_texts(row["options"], "options")
    letters = LETTERS[: len(choices)]
    if len(answer) != 1 or answer not in letters:
        raise DataError(f"the answer is {answer!r} of {letters}", hint="mend the row")
    place = letters.index(answer)
    return Sample(
        id="",
        fields={"question": question},
        targets=(choices[place],),
        choices=choices,
        right=(place,),
    )
