"""TruthfulQA as a multiple choice: true and false answers that people give.

Lin et al. 2022, "TruthfulQA: Measuring How Models Mimic Human Falsehoods",
arXiv:2109.07958.  Licence Apache-2.0.  Hub: ``truthfulqa/truthful_qa`` (``multiple_choice``),
817 questions; original: ``mc_task.json`` and ``TruthfulQA.csv`` of
github.com/sylinrl/TruthfulQA, now 790 questions, and 817 as published.

    hub         {question, mc1_targets {choices, labels}, mc2_targets {choices, labels}}
    mc_task     {question, mc1_targets {answer: 0-1}, mc2_targets {answer: 0-1}}
    csv         Question, Best Answer, Correct Answers, Incorrect Answers; answers by ";"

The first target is the best true answer, which mc1 is about.  In all 790 questions of
``mc_task.json`` it is among those of mc2, and both have the same false answers, so that one
ranking gives both.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any, Literal

from compass.data.home import Home, one_of
from compass.data.source import Source
from compass.errors import DataError
from compass.records import Sample

_HOME = Home(
    folders=("truthfulqa",),
    hub="truthfulqa/truthful_qa",
    name="multiple_choice",
    files={"validation": ("data/mc_task.json", "mc_task.json", "TruthfulQA.csv")},
)


def truthfulqa_mc(
    answers: Literal["mc1", "mc2"] = "mc2",
    shuffle: bool = False,
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return TruthfulQA with its answers as options; it has no few-shot pool.

    Args:
        answers: ``mc1`` offers the best true answer among the false ones, ``mc2`` all
            true and all false ones.
        shuffle: Mix the options, for prompts that show them: true ones come first in the
            files.  Each question has an order of its own, which stays the same.
        path: A file, a folder of the original files, or a copy of the hub's folder;
            default: ``$COMPASS_DATA/truthfulqa`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    one_of(answers, ("mc1", "mc2"), "TruthfulQA")
    sample = partial(truthfulqa_sample, answers=answers, shuffle=shuffle)
    return _HOME.source(sample, "validation", None, path, revision)


def truthfulqa_sample(row: dict[str, Any], answers: str, shuffle: bool) -> Sample:
    """Return the sample of a row in any of the three forms."""
    if "Question" in row:
        question = row["Question"].strip()
        best = row["Best Answer"].strip()
        true, false = _split(row["Correct Answers"]), _split(row["Incorrect Answers"])
        labels = {**dict.fromkeys(true, 1), **dict.fromkeys(false, 0)}
        one = {best: 1, **{text: 0 for text, label in labels.items() if not label}}
    else:
        question = row["question"]
        one, labels = _labels(row["mc1_targets"]), _labels(row["mc2_targets"])
        best = next((text for text, label in one.items() if label), "")
    offered = one if answers == "mc1" else labels
    if not offered.get(best):
        raise DataError(f"the best answer is not among the true ones: {best!r}")
    if all(offered.values()):
        raise DataError("the question has no false answer")
    texts = list(offered)
    if shuffle:
        texts.sort(key=lambda text: hashlib.sha256(f"{question}\0{text}".encode()).digest())
    others = [text for text in texts if offered[text] and text != best]
    return Sample(
        id="",
        fields={"question": question},
        targets=(best, *others),
        choices=tuple(texts),
        right=tuple(place for place, text in enumerate(texts) if offered[text]),
    )


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _labels(targets: dict[str, Any]) -> dict[str, int]:
    """Return label by answer, of either form."""
    if isinstance(targets.get("choices"), list):
        return dict(zip(targets["choices"], map(int, targets["labels"]), strict=True))
    return {text: int(label) for text, label in targets.items()}
