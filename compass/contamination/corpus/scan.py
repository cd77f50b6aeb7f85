"""A scan: passages, files, and a folder that remembers what was read.

    settings.json     what is looked for, and how: a folder serves one such
    passages.jsonl    the questions, for those who put scans together
    segments.jsonl    a row for each stretch that was read, see `segments`
    index/            the passages as arrays, for the workers
    scan.json         the result            items.jsonl   a row for each question, see `report`

`scan` goes on where the folder ends.  A file that has changed since is read anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from compass import store
from compass.contamination.corpus.index import Settings, build, keys_of
from compass.contamination.corpus.passages import Passage, digest
from compass.contamination.corpus.pool import read_all
from compass.contamination.corpus.shards import File, open_shards
from compass.contamination.corpus.worker import KEYS, write_keys
from compass.errors import DataError, StoreError

VERSION = 1
"""Goes up when the same corpus would give another result."""

Segments = list[dict[str, Any]]


@dataclass(frozen=True)
class ScanFolder:
    """Names of the files of a scan."""

    root: Path

    @property
    def settings(self) -> Path:
        """What is looked for, and how."""
        return self.root / "settings.json"

    @property
    def passages(self) -> Path:
        """What is looked for, word for word."""
        return self.root / "passages.jsonl"

    @property
    def log(self) -> Path:
        """Rows of what was read."""
        return self.root / "segments.jsonl"

    @property
    def index(self) -> Path:
        """The passages as arrays."""
        return self.root / "index"

    @property
    def result(self) -> Path:
        """The result."""
        return self.root / "scan.json"

    @property
    def items(self) -> Path:
        """A row for each question."""
        return self.root / "items.jsonl"


def identity(passages: Sequence[Passage], settings: Settings, name: str) -> dict[str, Any]:
    """Return what makes two scans comparable, as JSON.

    Args:
        passages: What is looked for.
        settings: What counts as a copy.
        name: Field of a row that holds its text.
    """
    by_dataset: dict[str, list[Passage]] = {}
    for one in passages:
        by_dataset.setdefault(one.dataset, []).append(one)
    return {
        "version": VERSION,
        "settings": {**asdict(settings), "methods": list(settings.methods)},
        "field": name,
        "datasets": {
            dataset: {"questions": len(members), "digest": digest(members)}
            for dataset, members in by_dataset.items()
        },
    }


def scan(
    passages: Sequence[Passage],
    settings: Settings,
    files: Sequence[File],
    folder: ScanFolder,
    *,
    name: str = "text",
    workers: int = 1,
    anew: bool = False,
    listen: Callable[[Iterator[dict[str, Any]], int, int], Iterable[dict[str, Any]]] | None = None,
) -> Segments:
    """Read what of the files has not been read yet, and return all segments.

    Args:
        passages: What is looked for.
        settings: What counts as a copy.
        files: The corpus.
        folder: Where the scan lives.
        name: Field of a row that holds its text.
        workers: Processes.
        anew: Forget what an earlier scan found.
        listen: Passes on the segments as they come; it is told the bytes of the files, and how
            many of them have been read before.

    Raises:
        DataError: There are no passages.
        StoreError: The folder holds another scan, or is in use.
    """
    if not passages:
        raise DataError("there are no questions to look for", where="--datasets")
    lock = store.Lock(folder.root / "scan.lock")
    try:
        _claim(folder, identity(passages, settings, name), anew)
        store.write_rows(folder.passages, map(asdict, passages))
        read = current(folder, files)
        todo = list(open_shards(files, _done(read)))
        if todo:
            build(passages, settings).save(folder.index)
            write_keys(folder.index / KEYS, keys_of(passages))
            found = read_all(todo, folder.index.resolve(), name, min(workers, len(todo)))
            before = sum(segment["consumed"] for segment in read)
            if listen is not None:
                found = iter(listen(found, sum(file.size for file in files), before))
            with store.RowLog(folder.log) as log:
                for segment in found:
                    log.append(segment)
                    read.append(segment)
            shutil.rmtree(folder.index)
    finally:
        lock.release()
    return read


def current(folder: ScanFolder, files: Sequence[File]) -> Segments:
    """Return the segments of a scan that are about these files as they are now."""
    stamps = {file.path: file.identity for file in files}
    return [
        row for row in store.read_rows(folder.log) if stamps.get(row["file"]) == row["identity"]
    ]


def _claim(folder: ScanFolder, wanted: dict[str, Any], anew: bool) -> None:
    """Write down what the folder is for.

    Raises:
        StoreError: It is for something else.
    """
    if anew:
        for path in (folder.settings, folder.log, folder.result, folder.items):
            path.unlink(missing_ok=True)
    there = store.read_document(folder.settings)
    if there is not None and there != wanted:
        parts = [key for key in wanted if there.get(key) != wanted[key]]
        raise StoreError(
            f"this folder holds a scan with other {' and '.join(parts)}",
            where=str(folder.settings),
            hint="choose another folder with -o, or forget that scan with --anew",
        )
    store.write_document(folder.settings, wanted)


def _done(read: Segments) -> dict[str, dict[int, tuple[int | None, int]]]:
    done: dict[str, dict[int, tuple[int | None, int]]] = {}
    for row in read:
        done.setdefault(row["file"], {})[row["start"]] = row["stop"], row["rows"]
    return done
