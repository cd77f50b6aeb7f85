"""MBPP: short Python functions by their description, with three tests each.

Austin et al. 2021, "Program Synthesis with Large Language Models", arXiv:2108.07732.
Licence CC BY 4.0.  Hub: ``google-research-datasets/mbpp`` (``full``, ``sanitized``);
original: ``mbpp.jsonl`` (974) and ``sanitized-mbpp.json`` (427) of
github.com/google-research/google-research.  Problems 11 to 510 are the test, 1 to 10 the
examples of prompts, 511 to 600 validation, the rest training.  In the sanitized set the same
numbers hold.  MBPP-CN has the columns of the full set, with descriptions in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from compass.data.files import Row
from compass.data.folders import Files, find_named, local_folder, no_split
from compass.data.hub import hub_rows, is_local
from compass.data.source import Rowset, Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

_SPLITS = {"prompt": (1, 10), "test": (11, 510), "validation": (511, 600), "train": (601, 974)}
_NAMES = {
    "full": ["mbpp.jsonl"],
    "sanitized": ["sanitized-mbpp.json", "sanitized-mbpp.jsonl"],
    "cn": ["mbpp_cn.jsonl", "mbpp.jsonl"],
}
_FOLDERS = {"full": "mbpp", "sanitized": "mbpp", "cn": "mbpp_cn"}
_SHOTS = {"full": (2, 3, 4), "sanitized": (2, 3, 4), "cn": (2, 3, 4)}
_DEFINED = re.compile(r"^(?:def|class)\s+(\w+)", re.MULTILINE)
_NOT_ON_THE_HUB = "./mbpp_cn.jsonl"
_HUB = "google-research-datasets/mbpp"


def mbpp(
    subset: Literal["full", "sanitized", "cn"] = "full",
    split: Literal["test", "validation", "train", "all"] = "test",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return MBPP, with problems 2, 3 and 4 as the few-shot pool, as its authors have it.

    Args:
        subset: ``full``, ``sanitized``, or ``cn`` for descriptions in Chinese, which is on no
            hub and wants a path.
        split: Which problems; ``all`` for the whole file.
        path: A file, a folder of the original files, or a copy of the hub's folder; default:
            ``$COMPASS_DATA/mbpp`` (``mbpp_cn``) if it is there, else the hub.
        revision: Revision on the hub.

    Raises:
        ConfigError: There is no such subset or split.
    """
    if subset not in _NAMES:
        raise ConfigError(f"MBPP has no subset {subset!r}", hint=did_you_mean(subset, _NAMES))
    if split not in {*_SPLITS, "all"}:
        raise ConfigError(f"MBPP has no split {split!r}", hint=did_you_mean(split, _SPLITS))
    place = path or local_folder(_FOLDERS[subset])
    place = place or (_NOT_ON_THE_HUB if subset == "cn" else _HUB)
    if not is_local(place):
        name = "sanitized" if subset == "sanitized" else "full"
        if split == "all":
            raise ConfigError("the hub has MBPP by splits", hint="split='test'")
        pool: Rowset = hub_rows(place, name, "prompt", revision)
        return Source(
            hub_rows(place, name, split, revision), mbpp_sample, Numbered(pool, (2, 3, 4))
        )

    def find(folder: Path) -> Sequence[Path]:
        found = find_named(folder, _NAMES[subset])
        if not found:
            raise no_split(folder, split, _NAMES[subset])
        return found

    rows = Files(place, None, find=find)
    first, last = (1, 10**9) if split == "all" else _SPLITS[split]
    return Source(
        Numbered(rows, range(first, last + 1)), mbpp_sample, Numbered(rows, _SHOTS[subset])
    )


class Numbered:
    """The rows whose ``task_id`` is among some numbers.

    Args:
        inner: All rows.
        numbers: The numbers.
    """

    def __init__(self, inner: Rowset, numbers: Sequence[int]) -> None:
        self._inner = inner
        self._numbers = numbers

    def rows(self) -> Iterator[Row]:
        """Yield those rows."""
        for row in self._inner.rows():
            number = row.columns.get("task_id")
            if not isinstance(number, int):
                raise DataError(
                    f"the task_id is {number!r}, no number",
                    where=row.place,
                    hint="is this a file of MBPP?",
                )
            if number in self._numbers:
                yield row

    def digest(self) -> str:
        """Return the hash of all rows: the numbers are part of the arguments."""
        return self._inner.digest()

    def describe(self) -> dict[str, Any]:
        """Return where the rows come from, and the numbers."""
        span = [min(self._numbers), max(self._numbers)]
        return {**self._inner.describe(), "task_id": span}


def mbpp_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of any of the sets."""
    text = row["prompt"] if "prompt" in row else row["text"]
    asserts = list(row["test_list"])
    if not asserts:
        raise DataError("there are no tests", hint="is this a file of MBPP?")
    setup = row.get("test_setup_code") or "\n".join(row.get("test_imports") or [])
    return Sample(
        id=str(row["task_id"]),
        fields={"text": text.strip(), "tests": "\n".join(asserts)},
        targets=(row["code"].replace("\r\n", "\n"),),
        metadata={
            "task": {
                "tests": "\n".join([setup, *asserts]).replace("\r\n", "\n"),
                # Some are called like built-in functions.
                "names": sorted(set(_DEFINED.findall(row["code"]))),
            }
        },
    )
