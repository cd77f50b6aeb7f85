"""C-Eval: multiple-choice exams of 52 subjects in Chinese.

Huang et al. 2023, "C-Eval: A Multi-Level Multi-Discipline Chinese Evaluation Suite for
Foundation Models", arXiv:2305.08322.  Licence CC BY-NC-SA 4.0.  Hub: ``ceval/ceval-exam``;
original: ``val/SUBJECT_val.csv`` and ``dev/SUBJECT_dev.csv``.  1,346 questions in ``val``,
five with explanations for each subject in ``dev``, the few-shot pool.  The answers of
``test`` (12,342) are not public, so that only ``val`` can be scored.

    both       id, question, A, B, C, D, answer (a letter), explanation (in dev)
"""

from __future__ import annotations

from typing import Any, Literal

from compass.data.folders import local_folder
from compass.data.hub import hub_rows
from compass.data.lettered import lettered_sample
from compass.data.source import Source
from compass.data.subjects import subject_rows
from compass.errors import ConfigError
from compass.records import Sample

_HINTS = {"test": "the answers of test are not public: ask val"}


def ceval(
    subject: str,
    split: Literal["val", "dev"] = "val",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return one subject of C-Eval, with its five ``dev`` questions as the few-shot pool.

    Args:
        subject: Such as ``accountant``.
        split: Which part of it.
        path: A file, a folder of ``val/SUBJECT_val.csv`` and ``dev/SUBJECT_dev.csv``, or a
            copy of the hub's folder; default: ``$COMPASS_DATA/ceval`` if it is there, else
            the hub.
        revision: Revision on the hub.
    """
    if split not in ("val", "dev"):
        raise ConfigError(
            f"C-Eval has no split {split!r} that can be scored",
            hint=_HINTS.get(str(split), "split is 'val' or 'dev'"),
        )
    place = path or local_folder("ceval")
    if place is None:
        pool = hub_rows("ceval/ceval-exam", subject, "dev", revision)
        return Source(hub_rows("ceval/ceval-exam", subject, split, revision), ceval_sample, pool)
    asked = subject_rows(place, subject, split, _names(split))
    shots = subject_rows(place, subject, "dev", _names("dev"), folder_only=True)
    return Source(asked, ceval_sample, shots)


def _names(split: str) -> list[str]:
    return [f"{split}/{{}}_{split}.csv", f"formal_ceval/{split}/{{}}_{split}.csv"]


def ceval_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row."""
    return lettered_sample(row, solution="explanation")
