"""CMMLU: multiple-choice exams of 67 subjects in Chinese.

Li et al. 2023, "CMMLU: Measuring massive multitask language understanding in Chinese",
arXiv:2306.09212.  Licence CC BY-NC-SA 4.0.  Hub: ``haonan-li/cmmlu``; original:
``test/SUBJECT.csv`` and ``dev/SUBJECT.csv`` of github.com/haonan-li/CMMLU (``data``).
11,582 questions in the tests, five for each subject in ``dev``, the few-shot pool.

    both       Question, A, B, C, D, Answer (a letter)
"""

from __future__ import annotations

from typing import Any, Literal

from compass.data.folders import local_folder
from compass.data.hub import hub_rows
from compass.data.lettered import lettered_sample
from compass.data.source import Source
from compass.data.subjects import subject_rows
from compass.errors import ConfigError, did_you_mean
from compass.records import Sample

_SPLITS = ("test", "dev")


def cmmlu(
    subject: str,
    split: Literal["test", "dev"] = "test",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return one subject of CMMLU, with its five ``dev`` questions as the few-shot pool.

    Args:
        subject: Such as ``agronomy``.
        split: Which part of it.
        path: A file, a folder of ``test/SUBJECT.csv`` and ``dev/SUBJECT.csv``, or a copy of
            the hub's folder; default: ``$COMPASS_DATA/cmmlu`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    if split not in _SPLITS:
        raise ConfigError(f"CMMLU has no split {split!r}", hint=did_you_mean(str(split), _SPLITS))
    place = path or local_folder("cmmlu")
    if place is None:
        pool = hub_rows("haonan-li/cmmlu", subject, "dev", revision)
        return Source(hub_rows("haonan-li/cmmlu", subject, split, revision), cmmlu_sample, pool)
    asked = subject_rows(place, subject, split, _names(split))
    shots = subject_rows(place, subject, "dev", _names("dev"), folder_only=True)
    return Source(asked, cmmlu_sample, shots)


def _names(split: str) -> list[str]:
    return [f"{split}/{{}}.csv", f"data/{split}/{{}}.csv"]


def cmmlu_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row."""
    return lettered_sample(row, question="Question", answer="Answer")
