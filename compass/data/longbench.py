"""LongBench: 21 tasks of long documents, dialogues, examples and code, English and Chinese.

Bai et al. 2024, "LongBench: A Bilingual, Multitask Benchmark for Long Context
Understanding", arXiv:2308.14508.  Licence MIT (the code; each task keeps that of its
source).  Hub: ``THUDM/LongBench``, whose ``data.zip`` holds ``data/NAME.jsonl`` and, for
LongBench-E (13 tasks of evenly spread lengths), ``data/NAME_e.jsonl``.

    {"input": …, "context": …, "answers": […], "length": 9151, "dataset": "hotpotqa",
     "language": "en", "all_classes": […] or null, "_id": …}
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from compass.data.files import Row, read_rows
from compass.data.folders import Files, find_named, local_folder
from compass.data.hub import HubRows, is_local
from compass.data.source import Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

SIZES = {
    "narrativeqa": 200, "qasper": 200, "multifieldqa_en": 150, "multifieldqa_zh": 200,
    "hotpotqa": 200, "2wikimqa": 200, "musique": 200, "dureader": 200, "gov_report": 200,
    "qmsum": 200, "multi_news": 200, "vcsum": 200, "trec": 200, "triviaqa": 200,
    "samsum": 200, "lsht": 200, "passage_count": 200, "passage_retrieval_en": 200,
    "passage_retrieval_zh": 200, "lcc": 500, "repobench-p": 500,
}  # fmt: skip
"""Rows of each task, as ``LongBench/task.md`` says."""

_EVEN = (
    "qasper multifieldqa_en hotpotqa 2wikimqa gov_report multi_news trec triviaqa samsum "
    "passage_count passage_retrieval_en lcc repobench-p"
)
EVEN = tuple(_EVEN.split())
"""The tasks of LongBench-E."""


def longbench(
    task: str, even: bool = False, path: str | None = None, revision: str | None = None
) -> Source:
    """Return a task of LongBench.

    Args:
        task: Such as ``hotpotqa``.
        even: Read LongBench-E, whose lengths are evenly spread.
        path: The file of the task, ``data.zip``, a folder that holds either (also inside
            ``data/``), or a name on the hub; default: ``$COMPASS_DATA/longbench`` if it
            holds them, else the hub.
        revision: Revision on the hub.
    """
    if task not in SIZES:
        raise ConfigError(f"LongBench has no task {task!r}", hint=did_you_mean(str(task), SIZES))
    if even and task not in EVEN:
        raise ConfigError(f"LongBench-E has no task {task!r}", hint=f"it has {', '.join(EVEN)}")
    name = f"{task}_e" if even else task
    place = path or _folder(name) or "THUDM/LongBench"
    if not is_local(place):
        return Source(HubRows(place, name, "test", revision), longbench_sample)

    def find(folder: Path) -> Sequence[Path]:
        found = _found(folder, name)
        if not found:
            raise DataError(
                f"no {name}.jsonl and no data.zip in this folder",
                where=str(folder),
                hint="put data.zip of the hub's THUDM/LongBench there; it need not be unpacked",
            )
        return found

    return Source(
        Files(place, "test", find=find, read=lambda file: _read(file, name)), longbench_sample
    )


def longbench_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; ``classes`` are for the evaluator alone."""
    answers = row["answers"]
    if not isinstance(answers, (list, tuple)) or not answers:
        raise DataError("answers is not a list of texts", hint="is this a file of LongBench?")
    metadata: dict[str, Any] = {"length": row.get("length"), "dataset": row.get("dataset")}
    if row.get("all_classes"):
        metadata["classes"] = [str(one) for one in row["all_classes"]]
    return Sample(
        id=str(row.get("_id") or ""),
        fields={"context": row["context"], "input": row["input"]},
        targets=tuple(str(one) for one in answers),
        metadata=metadata,
    )


def _folder(name: str) -> str | None:
    """Return the local folder, unless it holds nothing but the tables of prompts."""
    folder = local_folder("longbench")
    return folder if folder and _found(Path(folder), name) else None


def _found(folder: Path, name: str) -> list[Path]:
    for place in (folder, folder / "data"):
        found = find_named(place, [f"{name}.jsonl", "data.zip"])
        if found:
            return found
    return []


def _read(file: Path, name: str) -> Iterator[Row]:
    if file.suffix != ".zip":
        yield from read_rows(file)
        return
    member = f"data/{name}.jsonl"
    try:
        with ZipFile(file) as archive, archive.open(member) as stream:
            for number, line in enumerate(io.TextIOWrapper(stream, "utf-8"), 1):
                if line.strip():
                    yield _parsed(line, f"{file}/{member}:{number}")
    except KeyError as error:
        raise DataError(f"the archive has no {member}", where=str(file)) from error
    except (BadZipFile, OSError) as error:
        raise DataError(f"cannot read the archive: {error}", where=str(file)) from error


def _parsed(line: str, place: str) -> Row:
    try:
        columns = json.loads(line)
    except ValueError as error:
        raise DataError(f"this line is not JSON: {error}", where=place) from error
    if not isinstance(columns, dict):
        raise DataError("this line is not an object", where=place)
    return Row(place, columns)
