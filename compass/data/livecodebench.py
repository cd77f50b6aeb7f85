"""LiveCodeBench: contest problems, judged by standard input and output or by calls.

Jain et al. 2024, "LiveCodeBench: Holistic and Contamination Free Evaluation of Large Language
Models for Code", arXiv:2403.07974.  Hub: ``livecodebench/code_generation_lite``.  Licence: see
the hub (CC).

    question_content    what is asked         starter_code   the head of a method, or nothing
    public_test_cases   JSON text: [{"input", "output", "testtype": "stdin" | "functional"}]
    private_test_cases  the same, or that text pickled, compressed and in base64
    metadata            JSON text: {"func_name": …} for calls
"""

from __future__ import annotations

import base64
import binascii
import json
import pickletools
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import hub_rows, is_local
from compass.data.source import Source
from compass.errors import DataError
from compass.records import Sample

_HUB = "livecodebench/code_generation_lite"
_CALLED = """import json
{setup}
_solution = Solution()
for _given, _wanted in json.loads({cases!r}):
    _said = _solution.{name}(*[json.loads(_line) for _line in _given.split("\\n")])
    if isinstance(_said, tuple):
        _said = list(_said)
    assert _said == json.loads(_wanted), _given[:200]
"""


def livecodebench(
    path: str | None = None, split: str = "test", revision: str | None = None
) -> Source:
    """Return LiveCodeBench.

    Args:
        path: A file such as ``test.jsonl``, or a folder; default:
            ``$COMPASS_DATA/livecodebench`` if it is there, else the hub.
        split: Split that is asked.
        revision: Revision on the hub.
    """
    place = path or local_folder("livecodebench") or _HUB
    if not is_local(place):
        return Source(hub_rows(place, None, split, revision), livecodebench_sample)

    def find(folder: Path) -> Sequence[Path]:
        return find_named(folder, [f"{split}.jsonl"]) or find_split(folder, split)

    return Source(Files(place, split, find=find), livecodebench_sample)


def livecodebench_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row."""
    cases = [*_cases(row["public_test_cases"]), *_cases(row.get("private_test_cases") or "[]")]
    if not cases:
        raise DataError("there are no tests", hint="is this a file of LiveCodeBench?")
    starter = row.get("starter_code") or ""
    task: dict[str, Any]
    if cases[0]["testtype"] == "functional":
        name = json.loads(row["metadata"])["func_name"]
        pairs = json.dumps([[case["input"], case["output"]] for case in cases])
        task = {"entry": "Solution", "tests": _CALLED.format(setup="", cases=pairs, name=name)}
        task["before"] = _IMPORTS
    else:
        task = {
            "kind": "stdio",
            "stdin": [case["input"] for case in cases],
            "stdout": [case["output"] for case in cases],
        }
    return Sample(
        id=row["question_id"],
        fields={
            "question": row["question_content"],
            "starter_code": starter,
            "date": str(row.get("contest_date", "")),
            "difficulty": row.get("difficulty", ""),
        },
        metadata={"task": task},
    )


_IMPORTS = """from typing import *
from collections import *
from itertools import *
from functools import *
from heapq import *
from bisect import *
import math, re, random, string, sys, collections, itertools, functools, heapq, bisect

"""


def _cases(text: Any) -> list[dict[str, str]]:
    """Return test cases; a pickle is searched for its one text, and never loaded."""
    if isinstance(text, list):
        return text
    try:
        found = json.loads(text)
    except ValueError:
        found = json.loads(_pickled_text(text))
    if not isinstance(found, list):
        raise DataError("the test cases are no list", hint="is this a file of LiveCodeBench?")
    return found


def _pickled_text(text: str) -> str:
    try:
        data = zlib.decompress(base64.b64decode(text, validate=True))
        texts = [value for _, value, _ in pickletools.genops(data) if isinstance(value, str)]
    except (binascii.Error, zlib.error, ValueError) as error:
        raise DataError(
            "the test cases are neither JSON nor packed JSON",
            hint="is this a file of LiveCodeBench?",
        ) from error
    if not texts:
        raise DataError("the packed test cases hold no text", hint="fetch the file again")
    return max(texts, key=len)
