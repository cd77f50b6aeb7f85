"""TruthfulQA to be answered in words: questions that invite false beliefs.

Lin et al. 2021, "TruthfulQA: Measuring How Models Mimic Human Falsehoods",
arXiv:2109.07958.  Licence Apache-2.0.  Hub: ``truthfulqa/truthful_qa`` (``generation``);
original ``TruthfulQA.csv``.  817 questions in the edition of the paper, which the hub has
too; 790 in the present one.

    original  Question, Correct Answers and Incorrect Answers parted by ";", …
    hub       {"question", "correct_answers": […], "incorrect_answers": […], …}

References are prepared as the authors do: a full stop at the end, and "I have no comment."
among the true ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import hub_rows, is_local
from compass.data.source import Source
from compass.errors import ConfigError, DataError
from compass.records import Sample

_NAMES = {817: ["data/v0/TruthfulQA.csv", "v0/TruthfulQA.csv"], 790: ["TruthfulQA.csv"]}
_SILENCE = "I have no comment."


def truthfulqa_gen(
    edition: Literal[817, 790] = 817, path: str | None = None, revision: str | None = None
) -> Source:
    """Return the questions of TruthfulQA with their true and false references.

    Args:
        edition: Number of its questions: 817, the paper's, or 790, the present one.
        path: A file, a copy of the authors' repository, or of the hub's folder; default:
            ``$COMPASS_DATA/truthfulqa`` if it is there, else the hub (817 questions).
        revision: Revision on the hub.
    """
    if edition not in _NAMES:
        raise ConfigError(f"TruthfulQA has no edition {edition!r}", hint="write 817 or 790")
    # Only one edition is on the hub; a missing file's error names the folder that is wanted.
    hub = "truthfulqa/truthful_qa" if edition == 817 else "$COMPASS_DATA/truthfulqa/"
    place = path or local_folder("truthfulqa") or hub
    if not is_local(place):
        return Source(hub_rows(place, "generation", "validation", revision), truthful_sample)

    def find(folder: Path) -> Sequence[Path]:
        return find_named(folder, _NAMES[edition]) or find_split(folder, "validation", "generation")

    return Source(Files(place, "validation", "generation", find=find), truthful_sample)


def truthful_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row in either form; false references are its metadata."""
    if "Question" in row:
        question = row["Question"]
        true, false = row["Correct Answers"].split(";"), row["Incorrect Answers"].split(";")
    else:
        question, true, false = row["question"], row["correct_answers"], row["incorrect_answers"]
    right, wrong = _references(true), _references(false)
    if not right or not wrong:
        raise DataError("true or false references are missing", hint="fill them in")
    if _SILENCE not in right:
        right = (*right, _SILENCE)
    return Sample(
        id="",
        fields={"question": question.strip()},
        targets=right,
        metadata={"false": list(wrong)},
    )


def _references(texts: Iterable[str]) -> tuple[str, ...]:
    bare = (text.strip() for text in texts)
    return tuple(dict.fromkeys(t if t.endswith(".") else f"{t}." for t in bare if t))
