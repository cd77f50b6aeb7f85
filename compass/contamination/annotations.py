"""Labels of questions from files: what a corpus check found, or what others have published.

    items.jsonl   rows {"dataset": …, "id": …, "label": …}, as a corpus check writes them
    JSON          {"id": label, …}, a label being a text or a list that begins with one

A published key is the sample's id, its row (from 0), or a name and its row, such as
``abstract_algebra 7``; the name is then the end of the dataset's abbr.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compass import jsontext, store
from compass.contamination.labels import LABELS, UNCHECKED, label_of
from compass.errors import DataError, did_you_mean


@dataclass(slots=True)
class Annotations:
    """Labels by dataset and key; under the empty name those of any dataset."""

    by_dataset: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, dataset: str, ids: Sequence[str]) -> dict[str, str] | None:
        """Return the label of each sample that has one; None if none has.

        Args:
            dataset: Its abbr.
            ids: Its samples in the order of their rows.
        """
        keys = {**self.by_dataset.get("", {}), **self.by_dataset.get(dataset, {})}
        named = {
            row: label
            for key, label in keys.items()
            for name, _, row in [key.rpartition(" ")]
            if name and row.isdecimal() and _plain(dataset).endswith(_plain(name))
        }
        found: dict[str, str] = {}
        for row, sample in enumerate(ids):
            label = keys.get(sample) or named.get(str(row)) or keys.get(str(row))
            if label is not None:
                found[sample] = label
        return found or None


def read_annotations(words: Sequence[str]) -> Annotations:
    """Return the labels of files.

    Args:
        words: Paths; ``DATASET=PATH`` says which dataset a file is about.

    Raises:
        DataError: A file is missing, or holds something else.
    """
    made = Annotations()
    for word in words:
        dataset, _, name = word.rpartition("=") if not Path(word).exists() else ("", "", word)
        path = Path(name)
        if not path.is_file():
            raise DataError("no such file", where=name, hint="check the path of the annotations")
        rows = _rows(path) if path.suffix == ".jsonl" else _mapping(path)
        for place, own, key, label in rows:
            known = label_of(label) if isinstance(label, str) else None
            if known is None:
                raise DataError(
                    f"{label!r} is no label",
                    where=f"{path}{place}",
                    hint=did_you_mean(str(label), LABELS),
                )
            if known != UNCHECKED:
                made.by_dataset.setdefault(dataset or own, {})[key] = known
    return made


def _rows(path: Path) -> list[tuple[str, str, str, Any]]:
    rows = []
    for number, (_, line) in enumerate(store.scan_lines(path), start=1):
        try:
            row = jsontext.loads_stored(line)
            rows.append((f":{number}", str(row.get("dataset", "")), str(row["id"]), row["label"]))
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            raise DataError(
                f"not an annotation: {type(error).__name__}: {error}",
                where=f"{path}:{number}",
                hint='a line is {"dataset": …, "id": …, "label": …}',
            ) from error
    return rows


def _mapping(path: Path) -> list[tuple[str, str, str, Any]]:
    try:
        document = json.loads(path.read_bytes())
    except ValueError as error:
        raise DataError(f"not JSON: {error}", where=str(path), hint="fetch it again") from error
    if not isinstance(document, Mapping):
        raise DataError(
            "expected an object of labels",
            where=str(path),
            hint='write {"id": "clean", …}, or lines of a .jsonl file',
        )
    return [
        (f": {key}", "", str(key), label[0] if isinstance(label, list) and label else label)
        for key, label in document.items()
    ]


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")
