"""An index over the run folders below a folder, so that asking many runs takes no time.

It holds nothing that the run folders do not: it is brought up to date before it is asked,
made anew when it is damaged or of another version, and deleting it loses nothing.
"""

from __future__ import annotations

import fnmatch
import hashlib
import logging
import os
import sqlite3
import zlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compass import jsontext, store
from compass.errors import StoreError

log = logging.getLogger(__name__)

NAME = ".compass-history.sqlite"
_VERSION = 1
_DEEPEST = 3
"""Folders between the top and a run folder, at most."""

_TABLES = """
create table runs (id integer primary key, path text unique, stamp text, started text);
create table scores (
    run integer, model text, dataset text, version text, metric text, mode text,
    summed integer, headline integer, scale text,
    value real, low real, high real, n integer, failed integer, keys text, answers blob
);
create table keys (digest text primary key, clusters blob);
create index scores_by_run on scores (run);
"""

_INSERT = """
insert into scores values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_POINTS = """
select r.path, r.started, s.model, s.dataset, s.version, s.metric, s.mode, s.summed, s.headline,
    s.scale, s.value, s.low, s.high, s.n, s.failed, s.keys, s.answers
from scores s join runs r on r.id = s.run
where s.value is not null and (s.metric = :metric or (:metric is null and s.headline = 1))
order by r.started, r.path, s.rowid
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One score of one run."""

    run: str
    """The run folder, below the folder that was indexed."""

    started: str
    model: str
    dataset: str
    version: str
    metric: str
    mode: str
    summed: bool
    """True for a group of datasets."""

    headline: bool
    scale: str
    value: float
    low: float | None
    high: float | None
    n: int | None
    failed: int
    keys: str | None
    """Equal where the same questions were judged."""

    answers: bytes | None


class Index:
    """The scores below a folder.

    Args:
        folder: Holds run folders, such as ``outputs``.

    Raises:
        StoreError: There is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise StoreError(
                "there is no such folder of runs",
                where=str(folder),
                hint="name the folder that -w named when the runs were made (outputs)",
            )
        self.folder = folder
        self._base = self._open()

    def refresh(self) -> int:
        """Take in runs that are new or changed, forget those that are gone; return how many."""
        known = {path: (number, stamp) for number, path, stamp in self._runs()}
        found = {str(run.relative_to(self.folder)): run for run in _run_folders(self.folder)}
        changed = 0
        with self._base:
            for path, (number, _) in known.items():
                if path not in found:
                    self._forget(number)
                    changed += 1
            for path, run in found.items():
                stamp = _stamp(run / "summary.json")
                if path in known and known[path][1] == stamp:
                    continue
                if path in known:
                    self._forget(known[path][0])
                self._take_in(path, run, stamp)
                changed += 1
        return changed

    def points(
        self, *, model: str = "*", dataset: str = "*", metric: str | None = None
    ) -> list[Point]:
        """Return scores, the oldest run first.

        Args:
            model: Pattern of names.
            dataset: Pattern of names of datasets and groups.
            metric: None takes each dataset's headline.
        """
        rows = self._base.execute(_POINTS, {"metric": metric})
        names = list(Point.__dataclass_fields__)
        return [
            Point(**dict(zip(names, row, strict=True)))
            for row in rows
            if fnmatch.fnmatchcase(row[2], model) and fnmatch.fnmatchcase(row[3], dataset)
        ]

    def clusters(self, keys: str) -> list[str | None]:
        """Return the cluster of each question of a set that was judged."""
        row = self._base.execute("select clusters from keys where digest = ?", (keys,)).fetchone()
        found: list[str | None] = jsontext.loads(zlib.decompress(row[0]))
        return found

    def runs(self) -> int:
        """Return how many runs the index knows."""
        (count,) = self._base.execute("select count(*) from runs").fetchone()
        return int(count)

    def close(self) -> None:
        """Close the index."""
        self._base.close()

    def _runs(self) -> list[tuple[int, str, str]]:
        return self._base.execute("select id, path, stamp from runs").fetchall()

    def _forget(self, number: int) -> None:
        self._base.execute("delete from scores where run = ?", (number,))
        self._base.execute("delete from runs where id = ?", (number,))

    def _take_in(self, path: str, run: Path, stamp: str) -> None:
        about: dict[str, Any] = {}
        with suppress(StoreError):
            about = store.read_document(run / "run.json") or {}
        number = self._base.execute(
            "insert into runs (path, stamp, started) values (?, ?, ?)",
            (path, stamp, str(about.get("started", ""))),
        ).lastrowid
        try:
            board = store.read_document(run / "summary.json") or {}
            for row in _rows(board, run):
                self._base.execute(_INSERT, (number, *row[:-1]))
                if row[-1] is not None:
                    self._base.execute("insert or ignore into keys values (?, ?)", row[-1])
        except (StoreError, KeyError, TypeError, ValueError) as error:
            log.warning("%s: its scores cannot be read: %s", run, error)

    def _open(self) -> sqlite3.Connection:
        path = self.folder / NAME
        for _ in range(2):
            try:
                base = sqlite3.connect(path, timeout=30)
                (version,) = base.execute("pragma user_version").fetchone()
                if version == _VERSION:
                    base.execute("select count(*) from scores").fetchone()
                    return base
                if version == 0 and not base.execute("select * from sqlite_master").fetchone():
                    return _made(base)
                base.close()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError) and "unable to open" in str(error):
                    break
                log.warning("%s: made anew: %s", path, error)
            path.unlink(missing_ok=True)
        log.warning("%s: cannot be written; the runs are read anew each time", path)
        return _made(sqlite3.connect(":memory:"))


def _made(base: sqlite3.Connection) -> sqlite3.Connection:
    base.executescript(f"begin; {_TABLES} pragma user_version = {_VERSION}; commit;")
    return base


def _run_folders(top: Path) -> Iterator[Path]:
    """Yield the folders that hold a finished board, however they are nested."""
    waiting = [(top, 0)]
    while waiting:
        folder, depth = waiting.pop()
        with suppress(OSError), os.scandir(folder) as entries:
            inside = list(entries)
            names = {entry.name for entry in inside}
            if "run.json" in names:
                if "summary.json" in names:
                    yield folder
            elif depth < _DEEPEST:
                waiting += [
                    (Path(one.path), depth + 1)
                    for one in inside
                    if one.is_dir(follow_symlinks=False) and not one.name.startswith(".")
                ]


def _stamp(path: Path) -> str:
    about = path.stat()
    return f"{about.st_mtime_ns}:{about.st_size}"


def _rows(board: Any, run: Path) -> Iterator[tuple[Any, ...]]:
    """Yield a row of the table ``scores`` for each score, and the questions behind it."""
    seen: set[tuple[str, str]] = set()
    for row in board["rows"]:
        for model, score in row["scores"].items():
            pair = (model, row["dataset"])
            headline = pair not in seen
            seen.add(pair)
            keys, answers, named = None, None, None
            if headline and not row["group"]:
                keys, answers, named = _answers(run, model, row["dataset"], row["metric"])
            numbers = (score.get(name) for name in ("value", "low", "high", "n", "failed"))
            yield (
                model, row["dataset"], row["version"], row["metric"], row["mode"],
                bool(row["group"]), headline, score.get("scale", "share"), *numbers,
                keys, answers, named,
            )  # fmt: skip


def _answers(
    run: Path, model: str, dataset: str, metric: str
) -> tuple[str | None, bytes | None, tuple[str, bytes] | None]:
    """Return the values of a dataset's verdicts in the order of their questions."""
    path = run / "score" / model / dataset / "verdicts.jsonl"
    rows = sorted(
        (
            (str(row["sample_id"]), row.get("variant", 0), row.get("repeat", 0)),
            row["values"].get(metric),
            row.get("cluster"),
        )
        for row in store.read_rows(path)
    )
    if not rows or len({key for key, _, _ in rows}) < len(rows):
        return None, None, None
    if all(value is None for _, value, _ in rows):
        return None, None, None
    names = jsontext.dumps([key for key, _, _ in rows])
    digest = hashlib.sha256(names).hexdigest()[:16]
    values = array("f", [float("nan") if value is None else value for _, value, _ in rows])
    clusters = jsontext.dumps([cluster or key[0] for key, _, cluster in rows])
    return digest, zlib.compress(values.tobytes(), 6), (digest, zlib.compress(clusters, 6))


def values_of(answers: bytes) -> Any:
    """Return the values that an index holds packed: one for each question, NaN if failed."""
    import numpy

    return numpy.frombuffer(zlib.decompress(answers), dtype=numpy.float32).astype(float)


def rebuilt(folder: Path) -> Index:
    """Return an index that was made anew."""
    for name in (NAME, f"{NAME}-journal"):
        (folder / name).unlink(missing_ok=True)
    made = Index(folder)
    made.refresh()
    return made


def answered(points: Sequence[Point]) -> bool:
    """True if all points hold the answers to the same questions."""
    return len({point.keys for point in points}) == 1 and points[0].keys is not None


def opened(folder: Path) -> Any:
    """Return an index that is up to date, closed when its block ends."""
    index = Index(folder)
    index.refresh()
    return closing(index)
