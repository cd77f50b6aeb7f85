"""Where the rows of a benchmark are: a path, the user's data folder, or the hub.

    home = Home(("piqa",), hub="baber/piqa", inner=("plain_text",))
    home.source(sample, "validation", "train", path, revision)

A path that is given wins; then the first of ``folders`` that is there in
``$COMPASS_DATA``; then the hub.  In a folder the original file names of the split are
looked for first, then the split in a subfolder called like the configuration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compass.data.files import Row, read_rows
from compass.data.folders import Files, find_named, find_split, local_folder, no_split
from compass.data.hub import HubRows, is_local
from compass.data.source import Mapped, Rowset, Source
from compass.errors import ConfigError, DataError, did_you_mean

Read = Callable[[Path], Iterator[Row]]
"""Yields the rows of a file."""

Flatten = Callable[[Row], Iterator[Row]]
"""Yields the questions of a row that holds several."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """The places of one benchmark."""

    folders: Sequence[str]
    """Its folders in ``$COMPASS_DATA``, the preferred one first."""

    hub: str | None
    """Its name on the hub; None if the hub has no form of it that can be read."""

    name: str | None = None
    """Its configuration on the hub, and the subfolder of a copy."""

    inner: Sequence[str] = ()
    """Other subfolders that may hold its splits."""

    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Original file names, by split."""

    articles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Original folders of many ``.txt`` files, by split."""

    read: Read = read_rows
    """Reads a file of a format of its own."""

    flatten: Flatten | None = None
    """Makes rows of questions of rows of passages."""

    def source(
        self,
        sample: Mapped,
        split: str,
        pool: str | None,
        path: str | None = None,
        revision: str | None = None,
    ) -> Source:
        """Return the reader of a split, with another split as the few-shot pool."""
        rows = self._rows(path, split, revision)
        shots = None if pool is None else self._rows(path, pool, revision, folder_only=True)
        return Source(rows, sample, shots)

    def _rows(
        self, path: str | None, split: str, revision: str | None, *, folder_only: bool = False
    ) -> Rowset:
        kept = (local_folder(folder) for folder in self.folders)
        place = path or next((folder for folder in kept if folder), None)
        rows: Rowset
        if place is not None and (self.hub is None or is_local(place)):
            find = self._finding(split)
            rows = Files(place, split, find=find, read=self.read, folder_only=folder_only)
        elif self.hub is None:
            rows = _Nowhere(self.folders[0])
        else:
            rows = HubRows(place or self.hub, self.name, split, revision)
        return rows if self.flatten is None else _Flat(rows, self.flatten)

    def _finding(self, split: str) -> Callable[[Path], Sequence[Path]]:
        def find(folder: Path) -> Sequence[Path]:
            names = self.files.get(split, ())
            found = find_named(folder, names)
            if found:
                return found
            for name in self.articles.get(split, ()):
                if (folder / name).is_dir():
                    return sorted((folder / name).glob("*.txt"), key=_numbered)
            inner = [self.name, *self.inner] if self.name else [*self.inner]
            for name in inner:
                if (folder / name).is_dir():
                    return find_named(folder / name, names) or find_split(folder / name, split)
            if self.name is not None and folder.name not in inner and _elsewhere(folder):
                raise no_split(folder, split, [*names[:1], f"{self.name}/"])
            return find_split(folder, split)

        return find


def _numbered(path: Path) -> tuple[int, str]:
    """Return what puts 2.txt before 10.txt."""
    return (int(path.stem) if path.stem.isdecimal() else 0, path.name)


def _elsewhere(folder: Path) -> bool:
    """Return whether a folder holds configurations only: a file there is of none of them."""
    return not any(path.is_file() for path in folder.iterdir())


class _Nowhere:
    """The rows of what is neither on this machine nor on the hub."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def rows(self) -> Iterator[Row]:
        """Raise."""
        raise self._error()

    def digest(self) -> str:
        """Raise."""
        raise self._error()

    def describe(self) -> dict[str, Any]:
        """Raise."""
        raise self._error()

    def _error(self) -> DataError:
        return DataError(
            f"there is no folder {self._folder!r} in $COMPASS_DATA, and none on the hub",
            hint="name its file or folder by path=",
        )


class _Flat:
    """Rows of questions, made of rows of passages."""

    def __init__(self, rows: Rowset, flatten: Flatten) -> None:
        self._rows = rows
        self._flatten = flatten
        self.digest = rows.digest
        self.describe = rows.describe

    def rows(self) -> Iterator[Row]:
        """Yield the questions of every row."""
        for row in self._rows.rows():
            try:
                yield from self._flatten(row)
            except (KeyError, TypeError, ValueError, IndexError) as error:
                raise DataError(
                    f"this row is not as expected: {type(error).__name__}: {error}",
                    where=row.place,
                    hint=f"its columns: {', '.join(map(repr, row.columns))}",
                ) from error


def one_of(value: str, known: Collection[str], what: str) -> str:
    """Return ``value`` if it is known.

    Raises:
        ConfigError: It is not.
    """
    if value not in known:
        raise ConfigError(f"{what} has no {value!r}", hint=did_you_mean(str(value), known))
    return value


def passage_id(text: str) -> str:
    """Return a short name for a passage that questions share."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def placed(label: object, names: Sequence[str] | Mapping[str, int], what: str = "label") -> int:
    """Return the place that a label means: one of the names, or a number.

    Numbers count in the order of the names.  A mapping gives the place of each name, and
    then only names will do.

    Raises:
        DataError: It is neither; hidden labels are empty or -1.

    Examples:
        >>> placed(1, ("no", "yes")), placed("yes", ("no", "yes")), placed(True, ("no", "yes"))
        (1, 1, 1)
        >>> placed("1", {"1": 0, "2": 1})
        0
    """
    text = str(label).strip()
    if isinstance(names, Mapping):
        if text in names:
            return names[text]
    elif text in names:
        return list(names).index(text)
    elif isinstance(label, bool) or text.isdecimal():
        number = int(label) if isinstance(label, bool) else int(text)
        if number < len(names):
            return number
    raise DataError(
        f"the {what} is {label!r}, expected one of {', '.join(names)}",
        hint="mend the row; splits with hidden answers cannot be scored",
    )
