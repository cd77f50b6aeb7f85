"""MMLU: multiple-choice exams of 57 subjects.

Hendrycks et al. 2021, "Measuring Massive Multitask Language Understanding",
arXiv:2009.03300.  Licence MIT.  Hub: ``cais/mmlu``; original: ``data/test/SUBJECT_test.csv``
without a header.  14,042 questions in the tests, five for each subject in ``dev``, which
is the few-shot pool.  Three forms are read:

    original    question, A, B, C, D, answer letter             no header
    with header question, choice0 … choice3, answer 0-3         or A … D and a letter
    hub         {"question", "subject", "choices": […], "answer": 0-3}
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal

from compass.data.files import Row, kind_of, read_rows
from compass.data.folders import local_folder
from compass.data.hub import hub_rows
from compass.data.source import Source
from compass.data.subjects import subject_rows
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

_SPLITS = {"test": "test", "validation": "val", "dev": "dev"}
_HEADER = ("question", "A", "B", "C", "D", "answer")


def mmlu(
    subject: str,
    split: Literal["test", "validation", "dev"] = "test",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return one subject of MMLU, with its five ``dev`` questions as the few-shot pool.

    Args:
        subject: Such as ``abstract_algebra``.
        split: Which part of it.
        path: A file, a folder of ``test/SUBJECT_test.csv`` and ``dev/SUBJECT_dev.csv``, or a
            copy of the hub's folder; default: ``$COMPASS_DATA/mmlu`` if it is there, else
            the hub.
        revision: Revision on the hub.
    """
    if split not in _SPLITS:
        raise ConfigError(f"MMLU has no split {split!r}", hint=did_you_mean(str(split), _SPLITS))
    place = path or local_folder("mmlu")
    sample = partial(mmlu_sample, subject=subject.replace("_", " "))
    if place is None:
        pool = hub_rows("cais/mmlu", subject, "dev", revision)
        return Source(hub_rows("cais/mmlu", subject, split, revision), sample, pool)
    shots = subject_rows(place, subject, "dev", _names("dev"), _read, folder_only=True)
    return Source(subject_rows(place, subject, split, _names(split), _read), sample, shots)


def _names(split: str) -> list[str]:
    part = _SPLITS[split]
    name = f"{{}}_{part}.csv"
    return [f"{part}/{name}", f"data/{part}/{name}", name]


def _read(path: Path) -> Iterator[Row]:
    """Return the rows of a file; a CSV that begins with a row gets the usual names."""
    if path.is_dir() or kind_of(path) != ".csv":
        return read_rows(path)
    first = next(read_rows(path, header=_HEADER), None)
    titled = first is not None and str(first.columns["question"]).lower() == "question"
    return read_rows(path, header=None if titled else _HEADER)


def mmlu_sample(row: dict[str, Any], subject: str) -> Sample:
    """Return the sample of a row in any of the three forms."""
    if "choices" in row:
        texts = tuple(row["choices"])
    elif "choice0" in row:
        texts = tuple(row[f"choice{place}"] for place in range(4))
    else:
        texts = tuple(row[letter] for letter in "ABCD")
    answer = str(row["answer"]).strip()
    place = "ABCD".find(answer) if answer.isalpha() else int(answer)
    if not 0 <= place < len(texts):
        raise DataError(f"the answer is {answer!r}, expected A to D or 0 to 3", hint="mend the row")
    return Sample(
        id="",
        fields={"question": row["question"].strip(), "subject": subject},
        targets=(texts[place],),
        choices=texts,
        right=(place,),
    )
