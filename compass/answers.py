"""Stored answers, found by key over all the logs of a model and a dataset."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from compass import store
from compass.records import Prediction, record_from_dict

_KINDS = ("output", "likelihoods", "losses", "error")


class Answers:
    """Finds the answer to a key; memory grows by a few dozen bytes an answer.

    An answered row wins over a failed one, and among equals the last.

    Args:
        paths: Logs of inference.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths: list[Path] = []
        self._files: list[IO[bytes]] = []
        self._numbers: dict[Path, int] = {}
        self._read: list[int] = []
        self._places: dict[bytes, tuple[int, int, bool]] = {}
        self._at = -1, 0
        self.update(paths)

    def update(self, paths: Iterable[Path]) -> None:
        """Take in what was appended since the last look."""
        for path in paths:
            number = self._numbers.setdefault(path, len(self._paths))
            if number == len(self._paths):
                self._paths.append(path)
                self._read.append(0)
            if not path.exists() or path.stat().st_size == self._read[number]:
                continue
            for offset, line in store.scan_lines(path, self._read[number]):
                self._read[number] = offset + len(line)
                self._note(number, offset, line)

    def answered(self, key: str) -> bool:
        """True if ``key`` has an answer that is no failure."""
        place = self._places.get(_packed(key))
        return place is not None and not place[2]

    def get(self, key: str) -> Prediction | None:
        """Return the stored prediction, None if there is none that can be read."""
        place = self._places.get(_packed(key))
        if place is None:
            return None
        number, offset, _ = place
        while len(self._files) <= number:
            self._files.append(self._paths[len(self._files)].open("rb"))
        file = self._files[number]
        if self._at != (number, offset):
            file.seek(offset)
        line = file.readline()
        self._at = number, offset + len(line)
        row = store.parse_line(self._paths[number], offset, line)
        if row is None:
            return None
        found: Prediction = record_from_dict(Prediction, row)
        return found

    @property
    def failures(self) -> int:
        """How many keys have a failure for an answer."""
        return sum(failed for _, _, failed in self._places.values())

    def by_path(self) -> dict[Path, tuple[int, int]]:
        """Return how many keys have their answer, and how many a failure, in each log."""
        counts = [[0, 0] for _ in self._paths]
        for number, _, failed in self._places.values():
            counts[number][failed] += 1
        return {path: (a, f) for path, (a, f) in zip(self._paths, counts, strict=True)}

    def __len__(self) -> int:
        return len(self._places)

    def close(self) -> None:
        """Close the logs."""
        for file in self._files:
            file.close()
        self._files.clear()

    def _note(self, number: int, offset: int, line: bytes) -> None:
        row = _checked(self._paths[number], offset, line)
        if row is None:
            return
        key, failed = row
        packed = _packed(key)
        if failed and packed in self._places and not self._places[packed][2]:
            return
        self._places[packed] = (number, offset, failed)


def _checked(path: Path, offset: int, line: bytes) -> tuple[str, bool] | None:
    """Return key and failure of a line, None with a warning if it is damaged."""
    row = store.parse_line(path, offset, line)
    if row is None:
        return None
    key = row.get("key")
    if not isinstance(key, str) or not _usable(row):
        store.log.warning("%s: a row without a usable answer is set aside at byte %d", path, offset)
        return None
    return key, row.get("error") is not None


def _usable(row: dict[str, Any]) -> bool:
    """True if the row holds exactly one kind of answer, of the right shape."""
    given = [name for name in _KINDS if row.get(name) is not None]
    if len(given) != 1:
        return False
    value = row[given[0]]
    if given[0] == "likelihoods":
        if not isinstance(value, list):
            return False
        shapes = [isinstance(one, list) and 4 <= len(one) <= 6 for one in value]
        return False not in shapes
    return isinstance(value, list if given[0] == "losses" else str)


def _packed(key: str) -> bytes:
    try:
        return bytes.fromhex(key)
    except ValueError:
        return key.encode()
