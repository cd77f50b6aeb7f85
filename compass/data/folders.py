"""Which files of a folder hold a split, and the rows of those files.

A path that names a file, or a folder written by ``save_to_disk``, is the split
itself.  In any other folder the split ``test`` is looked for as

    test/                          written by save_to_disk
    test.jsonl, test.csv.gz        any suffix `read_rows` knows
    name_test.jsonl, name-Test.csv
    test-00000-of-00002.parquet    every shard, in order

there, in ``data/``, and first in the subfolder called like the configuration.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from compass.data.columnar import is_saved
from compass.data.files import COMPRESSIONS, SUFFIXES, Row, read_rows
from compass.digests import files_digest
from compass.errors import DataError, did_you_mean

_SPELLINGS = {"validation": ("validation", "valid", "val"), "val": ("val", "valid", "validation")}
_SUFFIX = f"({'|'.join(map(re.escape, SUFFIXES))})({'|'.join(map(re.escape, COMPRESSIONS))})?"

Find = Callable[[Path], Sequence[Path]]
"""Returns the files of a split in a folder."""


class Files:
    """Rows of the files of one split.  The disk is not touched before they are wanted.

    Args:
        path: A file or a folder.
        split: Which files of a folder; None if ``path`` must be the split itself.
        name: A configuration: a subfolder to look into first.
        find: Looks for the files in a folder, where they have names of their own.
        read: Reads a file, where it has a format of its own.
        folder_only: Refuse a path that is a split itself: it is another one than is meant.
    """

    def __init__(
        self,
        path: str | Path,
        split: str | None = None,
        name: str | None = None,
        find: Find | None = None,
        read: Callable[[Path], Iterator[Row]] = read_rows,
        folder_only: bool = False,
    ) -> None:
        self.path = packaged(path)
        self.split = split
        self.name = name
        self._find = find
        self._read = read
        self._folder_only = folder_only
        self._found: tuple[Path, ...] | None = None

    def files(self) -> tuple[Path, ...]:
        """Return the files of the split.

        Raises:
            DataError: There are none, or it is not clear which are meant.
        """
        if self._found is None:
            self._found = tuple(self._look())
        return self._found

    def _look(self) -> Sequence[Path]:
        if not self.path.is_dir() or is_saved(self.path):
            if self._folder_only:
                raise DataError(
                    f"no split {self.split!r}: the path is that of one split only",
                    where=str(self.path),
                    hint="name the folder that holds both splits, or a file of shots",
                )
            return [self.path]
        if self._find is not None:
            return self._find(self.path)
        return find_split(self.path, self.split, self.name)

    def rows(self) -> Iterator[Row]:
        """Yield the rows of all files."""
        for path in self.files():
            yield from self._read(path)

    def digest(self) -> str:
        """Return a hash of the contents of the files."""
        try:
            return files_digest(_flat(self.files()))
        except FileNotFoundError as error:
            raise DataError(f"no such file: {error.filename!r}", hint="check the path") from error
        except OSError as error:
            raise DataError(f"cannot read the file: {error}", where=str(self.path)) from error

    def describe(self) -> dict[str, Any]:
        """Return the files and the split."""
        described: dict[str, Any] = {"files": [str(path) for path in self.files()]}
        return described if self.split is None else {**described, "split": self.split}


def find_split(folder: Path, split: str | None, name: str | None = None) -> list[Path]:
    """Return the files of a split in a folder.

    Raises:
        DataError: There are none, or several sets of files could be meant.
    """
    if split is None:
        raise DataError(
            "a folder, where one file is expected",
            where=str(folder),
            hint="name a file, or say which split of the folder is meant: split='test'",
        )
    places = [folder / name] if name and (folder / name).is_dir() else []
    places += [folder, *(place / "data" for place in [*places, folder])]
    for place in places:
        for spelling in _SPELLINGS.get(split, (split,)):
            if is_saved(place / spelling):
                return [place / spelling]
            found = _named_files(place, spelling)
            if found:
                return found
    raise no_split(folder, split)


def find_named(folder: Path, names: Sequence[str]) -> list[Path]:
    """Return the first file there is of several names, compressed or not; or nothing."""
    for name in names:
        for ending in ("", *COMPRESSIONS):
            path = folder / (name + ending)
            if path.is_file():
                return [path]
    return []


def no_split(folder: Path, split: str, also: Sequence[str] = ()) -> DataError:
    """Return the error that a folder has no files of a split; ``also`` were looked for too."""
    known = sorted(p.name for p in folder.iterdir())
    held = ", ".join(known[:12]) + (" ..." if len(known) > 12 else "") if known else "nothing"
    named = f" ({', '.join(also)})" if also else ""
    hint = did_you_mean(split, known) if known else ""
    return DataError(
        f"no files of the split {split!r}{named} in this folder; it holds {held}",
        where=str(folder),
        hint=hint if hint.startswith("did") else "name the file itself by path=, or another split",
    )


def _named_files(place: Path, split: str) -> list[Path]:
    shape = re.compile(rf"(.*[-_.])?{re.escape(split)}(-\d+-of-\d+.*?)?{_SUFFIX}", re.IGNORECASE)
    sets: dict[tuple[str, str], list[Path]] = {}
    for path in sorted(place.iterdir()) if place.is_dir() else []:
        match = shape.fullmatch(path.name)
        if match and path.is_file():
            prefix, _, suffix, _ = match.groups()
            sets.setdefault((prefix or "", suffix.lower()), []).append(path)
    plain = {key: paths for key, paths in sets.items() if not key[0]}
    sets = plain or sets
    if len(sets) > 1:
        names = ", ".join(paths[0].name for paths in sets.values())
        raise DataError(
            f"several files could be the split {split!r}: {names}",
            where=str(place),
            hint="name the one that is meant by path=",
        )
    return next(iter(sets.values()), [])


def packaged(path: str | Path) -> Path:
    """Return a path; ``package:compass.data.demo/x.jsonl`` is a file inside a package.

    Raises:
        DataError: There is no such package.
    """
    text = str(path)
    if not text.startswith("package:"):
        return Path(text).expanduser()
    from importlib.util import find_spec

    name, _, inside = text.removeprefix("package:").partition("/")
    try:
        spec = find_spec(name)
    except ImportError:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise DataError(f"no such package: {name!r}", where=text, hint="package:NAME/FILE")
    return Path(next(iter(spec.submodule_search_locations)), inside)


def local_folder(benchmark: str) -> str | None:
    """Return ``$COMPASS_DATA/<benchmark>`` if it is there."""
    root = os.environ.get("COMPASS_DATA")
    folder = Path(root).expanduser() / benchmark if root else None
    return str(folder) if folder is not None and folder.is_dir() else None


def _flat(paths: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        files += sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return files
