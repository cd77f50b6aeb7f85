"""Files of an exam that come by subject: one file for each subject and split.

cmmlu/test/agronomy.csv      ceval/val/law_val.csv      mmlu/data/test/law_test.csv

A copy of the hub's folder has a subfolder for each subject instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from compass.data.files import Row, read_rows
from compass.data.folders import Files, find_named, find_split, no_split
from compass.errors import DataError, did_you_mean


def subject_rows(
    place: str,
    subject: str,
    split: str,
    names: Sequence[str],
    read: Callable[[Path], Iterator[Row]] = read_rows,
    *,
    folder_only: bool = False,
) -> Files:
    """Return the rows of one subject of a local copy.

    Args:
        place: A file, a folder of the original files, or a copy of the hub's folder.
        subject: Such as ``anatomy``.
        split: Name of the split on the hub.
        names: Where the original files are looked for, ``{}`` for the subject.
        read: Reads a file, where it has a format of its own.
        folder_only: Refuse a place that is one split itself.
    """

    def find(folder: Path) -> Sequence[Path]:
        found = find_named(folder, [name.format(subject) for name in names])
        if found:
            return found
        if (folder / subject).is_dir():
            return find_split(folder / subject, split)
        subjects = _subjects(folder, names)
        if subjects and subject not in subjects:
            raise DataError(
                f"no subject {subject!r} in this folder",
                where=str(folder),
                hint=did_you_mean(subject, subjects),
            )
        raise no_split(folder, split, [names[0].format(subject)])

    return Files(place, split, find=find, read=read, folder_only=folder_only)


def _subjects(folder: Path, names: Sequence[str]) -> set[str]:
    """Return the subjects there are files of."""
    found: set[str] = set()
    for name in names:
        before, _, after = name.partition("{}")
        start = before.rpartition("/")[2]
        inner = folder / before.rpartition("/")[0]
        for path in inner.glob(f"{start}*{after}") if inner.is_dir() else ():
            found.add(path.name.removeprefix(start).removesuffix(after))
    return found
