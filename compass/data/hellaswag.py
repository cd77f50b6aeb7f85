"""HellaSwag: which of four endings continues a text.

Zellers et al. 2019, "HellaSwag: Can a Machine Really Finish Your Sentence?",
arXiv:1905.07830.  Licence MIT.  Hub: ``Rowan/hellaswag``; original:
``hellaswag_val.jsonl``.  10,042 questions in the validation split; the answers of the
test are not public.

Texts are cleaned as lm-evaluation-harness does (``lm_eval/tasks/hellaswag/utils.py``,
EleutherAI, MIT): label, first part and capitalised second part make the context,
``[title]`` becomes a full stop, other brackets and doubled spaces go.  The text form
(``hellaswag_val_full.txt.bz2``, six lines a question: context, place of the right
ending, four endings) has its context joined already, so that the second part keeps
its small letter and brackets stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from compass.data.files import Row, read_rows, text_lines
from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import hub_rows
from compass.data.source import Rowset, Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

_SPLITS = {"validation": "val", "train": "train"}
_BRACKETS = re.compile(r"\[.*?\]")


def hellaswag(
    split: Literal["validation", "train"] = "validation",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return HellaSwag, with the training questions as the few-shot pool.

    Args:
        split: Which part.
        path: A file, a folder of the original files, or a copy of the hub's folder;
            default: ``$COMPASS_DATA/hellaswag`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    if split not in _SPLITS:
        hint = did_you_mean(str(split), _SPLITS)
        raise ConfigError(f"HellaSwag has no split {split!r} with answers", hint=hint)
    place = path or local_folder("hellaswag")
    if place is None:
        pool = hub_rows("Rowan/hellaswag", None, "train", revision)
        return Source(hub_rows("Rowan/hellaswag", None, split, revision), hellaswag_sample, pool)
    pool = _local(place, "train", folder_only=True)
    return Source(_local(place, split), hellaswag_sample, pool)


def _local(place: str, split: str, *, folder_only: bool = False) -> Rowset:
    def find(folder: Path) -> Sequence[Path]:
        stem = f"hellaswag_{_SPLITS[split]}"
        found = find_named(folder, [f"{stem}.jsonl", f"{stem}_full.txt", f"{stem}.txt"])
        return found or find_split(folder, split)

    return Files(place, split, find=find, read=_read, folder_only=folder_only)


def _read(path: Path) -> Iterator[Row]:
    return _six_lines(path) if ".txt" in path.suffixes else read_rows(path)


def _six_lines(path: Path) -> Iterator[Row]:
    lines: list[str] = []
    start = 1
    for number, line in text_lines(path):
        lines.append(line.rstrip("\r\n"))
        if len(lines) == 6:
            place = f"{path}:{start}"
            if lines[1] not in {"0", "1", "2", "3"}:
                raise DataError(
                    f"the second of six lines is {lines[1][:40]!r}, expected 0, 1, 2 or 3",
                    where=f"{path}:{start + 1}",
                    hint="context, place of the right ending, four endings make a question",
                )
            yield Row(place, {"text": lines[0], "label": lines[1], "endings": lines[2:]})
            lines, start = [], number + 1
    if lines:
        raise DataError(
            f"the last question has {len(lines)} lines, expected 6",
            where=f"{path}:{start}",
            hint="fetch the file again",
        )


def hellaswag_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; sentences of one source share a cluster."""
    if "text" in row:
        context, endings, cluster = row["text"], tuple(row["endings"]), None
    else:
        parts = row["ctx_a"] + " " + row["ctx_b"].capitalize()
        context = cleaned(f"{row['activity_label']}: {parts}")
        endings, cluster = tuple(map(cleaned, row["endings"])), row.get("source_id")
    if str(row["label"]) not in {"0", "1", "2", "3"} or len(endings) != 4:
        raise DataError(
            f"label {row['label']!r} of {len(endings)} endings, expected 0 to 3 of 4",
            hint="the test split has no labels: use validation",
        )
    place = int(row["label"])
    return Sample(
        id="",
        fields={"question": context},
        targets=(endings[place],),
        choices=endings,
        right=(place,),
        cluster=cluster,
    )


def cleaned(text: str) -> str:
    """Return a text without the marks that WikiHow has left in it.

    Examples:
        >>> cleaned("Tea [title] Boil water. [step] Pour  it.")
        'Tea. Boil water. Pour it.'
    """
    text = text.strip().replace(" [title]", ". ")
    return _BRACKETS.sub("", text).replace("  ", " ")
