"""GSM8K: grade-school math word problems with worked solutions.

Cobbe et al. 2021, "Training Verifiers to Solve Math Word Problems", arXiv:2110.14168.
Licence MIT.  Hub: ``openai/gsm8k`` (``main``); original: ``test.jsonl`` and
``train.jsonl`` of github.com/openai/grade-school-math.  1,319 questions in the test.

    answer    a worked solution with calculator marks such as <<2*3=6>>, a line
              "#### 1,234"; the marks are left out, the target is 1234
"""

from __future__ import annotations

import re
from typing import Any

from compass.data.folders import local_folder
from compass.data.hub import hub_rows
from compass.data.source import Source
from compass.errors import DataError
from compass.records import Sample

_CALCULATOR = re.compile(r"<<[^<>]*>>")


def gsm8k(path: str | None = None, split: str = "test", revision: str | None = None) -> Source:
    """Return GSM8K, with the training questions as the few-shot pool.

    Args:
        path: A file, a folder of ``test.jsonl`` and ``train.jsonl``, or a copy of the hub's
            folder; default: ``$COMPASS_DATA/gsm8k`` if it is there, else the hub.
        split: ``test`` or ``train``.
        revision: Revision on the hub.
    """
    place = path or local_folder("gsm8k") or "openai/gsm8k"
    return Source(
        hub_rows(place, "main", split, revision),
        gsm8k_sample,
        hub_rows(place, "main", "train", revision, folder_only=True),
    )


def gsm8k_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; ``solution`` is for shots only."""
    solution, marks, final = row["answer"].rpartition("####")
    if not marks or not final.strip():
        raise DataError(
            "the answer has no final number after '####'", hint="is this a file of GSM8K?"
        )
    return Sample(
        id="",
        fields={"question": row["question"]},
        targets=(final.strip().replace(",", ""),),
        metadata={"solution": _CALCULATOR.sub("", solution).strip()},
    )
