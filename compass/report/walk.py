"""The verdicts of several models on one dataset, side by side, a question at a time.

Files of one dataset hold the same samples in the same order as a rule, and are read in
step.  Where they do not (a model was scored before the dataset was changed), what is left
of the others is found by place: a number a sample is held, never the rows.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from compass import store
from compass.records import Verdict, record_from_dict

Group = tuple[str, list[Verdict]]
"""A sample's id and its verdicts: one for each variant and repeat."""


def side_by_side(paths: Sequence[Path]) -> Iterator[tuple[str, list[list[Verdict]]]]:
    """Yield every sample id once, with the verdicts each file has on it.

    The order is that of the first file; what only later ones have comes after it.
    """
    walks = [_Walk(path) for path in paths]
    for place, walk in enumerate(walks):
        for sample, verdicts in walk.rest():
            later = [other.take(sample) for other in walks[place + 1 :]]
            yield sample, [*([] for _ in range(place)), verdicts, *later]


class _Walk:
    """One file: its samples in order, or any that has not been taken yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._groups = _groups(path)
        self._head = next(self._groups, None)
        self._places: dict[str, int] | None = None

    def take(self, sample: str) -> list[Verdict]:
        """Return the verdicts on a sample, none if there are none."""
        if self._places is None:
            if self._head is None:
                return []
            if self._head[1][0] == sample:
                found = self._head[1][1]
                self._head = next(self._groups, None)
                return found
            start = self._head[0]
            self._groups.close()
            self._places = {group[0]: offset for offset, group in _groups(self._path, start)}
        place = self._places.pop(sample, None)
        return [] if place is None else self._at(place)

    def rest(self) -> Iterator[Group]:
        """Yield the samples that have not been taken."""
        if self._places is not None:
            for sample, place in self._places.items():
                yield sample, self._at(place)
            return
        while self._head is not None:
            group = self._head[1]
            self._head = next(self._groups, None)
            yield group

    def _at(self, place: int) -> list[Verdict]:
        groups = _groups(self._path, place)
        _, (_, verdicts) = next(groups)
        groups.close()
        return verdicts


def _groups(path: Path, start: int = 0) -> Generator[tuple[int, Group]]:
    """Yield neighbouring verdicts on one sample, with the place of the first."""
    begun, sample, held = 0, "", list[Verdict]()
    for offset, line in store.scan_lines(path, start):
        row = store.parse_line(path, offset, line)
        if row is None:
            continue
        verdict: Verdict = record_from_dict(Verdict, row)
        if held and verdict.sample_id != sample:
            yield begun, (sample, held)
            held = []
        if not held:
            begun, sample = offset, verdict.sample_id
        held.append(verdict)
    if held:
        yield begun, (sample, held)
