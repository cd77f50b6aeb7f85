"""DROP: questions about passages that ask for sums, counts and comparisons.

Dua et al. 2019, "DROP: A Reading Comprehension Benchmark Requiring Discrete Reasoning
Over Paragraphs", arXiv:1903.00161.  Licence CC BY-SA 4.0.  Hub: ``EleutherAI/drop``;
original ``drop_dataset_dev.json``: 9,536 questions.

    original  {passage id: {"passage", "qa_pairs": [{"query_id", "question", "answer",
              "validated_answers": [answer, …]}]}}
    hub       {"query_id", "passage", "question", "answer", "validated_answers": {"number":
              […], "date": […], "spans": […]}}
    answer    {"number": "", "date": {"day", "month", "year"}, "spans": […]}, one of them

A right answer is a list of spans; ``targets`` holds them joined, ``metadata['spans']`` apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from compass.data.files import Row, kind_of, read_rows, text_lines
from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import hub_rows, is_local
from compass.data.source import Rowset, Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.jsontext import loads
from compass.records import Sample

_SPLITS = {"validation": "dev", "train": "train"}
JOINT = "; "
"""Stands between the spans of a target."""


def drop(
    split: Literal["validation", "train"] = "validation",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return DROP, with the training questions as the few-shot pool.

    Args:
        split: Which part; the answers of the test are not public.
        path: A file, a folder of ``drop_dataset_dev.json`` and ``drop_dataset_train.json``,
            or a copy of the hub's folder; default: ``$COMPASS_DATA/drop``, else the hub.
        revision: Revision on the hub.
    """
    if split not in _SPLITS:
        hint = did_you_mean(str(split), _SPLITS)
        raise ConfigError(f"DROP has no split {split!r} with answers", hint=hint)
    place = path or local_folder("drop") or "EleutherAI/drop"

    def rows(part: str, *, folder_only: bool = False) -> Rowset:
        if not is_local(place):
            return hub_rows(place, None, part, revision)

        def find(folder: Path) -> Sequence[Path]:
            names = [f"drop_dataset_{_SPLITS[part]}.json"]
            return find_named(folder, names) or find_split(folder, part)

        return Files(place, part, find=find, read=_read, folder_only=folder_only)

    return Source(rows(split), drop_sample, rows("train", folder_only=True))


def _read(path: Path) -> Iterator[Row]:
    if path.is_dir() or kind_of(path) != ".json":
        yield from read_rows(path)
        return
    text = "".join(line for _, line in text_lines(path))
    try:
        passages = loads(text)
    except ValueError as error:
        raise DataError(f"not JSON: {error}", where=str(path), hint="fetch it again") from error
    if not isinstance(passages, dict):
        yield from read_rows(path)
        return
    for name, passage in passages.items():
        place = f"{path}:{name}"
        if not isinstance(passage, dict) or not {"passage", "qa_pairs"} <= passage.keys():
            raise DataError(
                "this passage lacks 'passage' or 'qa_pairs'",
                where=place,
                hint="is this a file of DROP?",
            )
        for number, asked in enumerate(passage["qa_pairs"]):
            yield Row(f"{place}.qa_pairs[{number}]", {"passage": passage["passage"], **asked})


def drop_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row in either form."""
    more = row.get("validated_answers") or []
    if isinstance(more, dict):
        columns = (more["number"], more["date"], more["spans"])
        more = [
            {"number": number, "date": date, "spans": spans}
            for number, date, spans in zip(*columns, strict=True)
        ]
    answers = [spans for spans in map(_spans, (row["answer"], *more)) if spans[0].strip()]
    known = list(dict.fromkeys(answers))
    if not known:
        raise DataError("this question has no answer", hint="the test split hides them")
    passage = row["passage"]
    return Sample(
        id=str(row["query_id"]),
        fields={"question": row["question"], "passage": passage},
        targets=tuple(dict.fromkeys(JOINT.join(spans) for spans in known)),
        cluster=hashlib.sha256(passage.encode()).hexdigest()[:16],
        metadata={"spans": [list(spans) for spans in known]},
    )


def _spans(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return an answer as texts: a number, else spans, else a date."""
    if str(answer.get("number", "")) != "":
        return (str(answer["number"]),)
    if answer.get("spans"):
        return tuple(answer["spans"])
    date = answer.get("date") or {}
    return (" ".join(date.get(part, "") for part in ("day", "month", "year")).strip(),)
