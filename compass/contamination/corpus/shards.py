"""The files of a corpus, and the stretches of them that are read in one go.

A file of lines that is not compressed is cut into ranges, always at the same places, so that
many processes can read it.  Any other is read from its beginning, or from where an earlier scan
left it.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from compass.errors import DataError

RANGE = 64 << 20
"""Bytes of a range; also of a segment of a file that is read from its beginning."""

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
LINED = (".jsonl", ".ndjson", ".txt")
KINDS = (*LINED, ".parquet")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the corpus as it was when the scan began."""

    path: str
    kind: str
    """Its suffix without that of its compression; empty if nothing reads it."""

    size: int
    stamp: int
    """Time of its last change, in nanoseconds."""

    ranged: bool
    """True if it is cut into ranges."""

    @property
    def identity(self) -> list[int]:
        """What changes when the file does."""
        return [self.size, self.stamp]


class Shard(NamedTuple):
    """A stretch that a worker reads."""

    file: File
    start: int
    """Bytes of the unpacked text before it; row groups of a parquet file."""

    stop: int | None
    rows: int = 0
    """Rows before it, where it is not a range."""


def corpus_files(patterns: Sequence[str], part: tuple[int, int] = (0, 1)) -> list[File]:
    """Return the files that patterns name, sorted by path.

    Args:
        patterns: Paths, folders, patterns.
        part: Which of how many parts of the files.

    Raises:
        DataError: A pattern names nothing.
    """
    paths: set[str] = set()
    for pattern in patterns:
        found = [p for p in glob.iglob(_matching(pattern), recursive=True) if not Path(p).is_dir()]
        if not found:
            raise DataError(
                f"no file matches {pattern!r}",
                where="--corpus",
                hint="check the path; put a pattern in quotes, so that the shell leaves it alone",
            )
        paths.update(found)
    number, total = part
    return [_file(path) for path in sorted(paths)[number::total]]


def _matching(pattern: str) -> str:
    """Return the pattern for glob; what exists under that very name is taken literally."""
    if Path(pattern).is_dir():
        return f"{glob.escape(pattern.rstrip('/'))}/**/*"
    return glob.escape(pattern) if Path(pattern).exists() else pattern


def _file(path: str) -> File:
    about = os.stat(path)
    suffixes = [s.lower() for s in Path(path).suffixes[-2:]]
    packed = bool(suffixes) and suffixes[-1] in COMPRESSIONS
    if packed:
        suffixes.pop()
    kind = suffixes[-1] if suffixes and suffixes[-1] in KINDS else ""
    if packed and kind == ".parquet":
        kind = ""
    regular = stat.S_ISREG(about.st_mode)
    return File(
        path=path,
        kind=kind,
        size=about.st_size if regular else 0,
        stamp=about.st_mtime_ns if regular else 0,
        ranged=regular and not packed and kind in LINED,
    )


def open_shards(
    files: Sequence[File], done: Mapping[str, Mapping[int, tuple[int | None, int]]]
) -> Iterator[Shard]:
    """Yield what is still to be read.

    Args:
        files: The files.
        done: By path, from where each segment that was read goes on: to which place, None at the
            end of the file, and how many rows it has.
    """
    for file in files:
        read = done.get(file.path, {})
        if file.ranged:
            starts = range(0, max(file.size, 1), RANGE)
            yield from (Shard(file, s, min(s + RANGE, file.size)) for s in starts if s not in read)
            continue
        start: int | None = 0
        rows = 0
        while start is not None and start in read:
            start, more = read[start]
            rows += more
        if start is not None:
            yield Shard(file, start, None, rows)
