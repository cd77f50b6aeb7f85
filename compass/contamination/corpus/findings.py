"""What a part of a corpus holds of the questions: small, and the same however it is added up.

Findings of two parts added are the findings of both; the order does not matter.  So a scan can
be stopped anywhere, and a corpus be scanned by many machines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from compass.contamination.corpus.search import Run

KEPT = 3
"""Sightings of a passage that are kept, the largest shares first; and one with the label."""

SKIP_SHARE = 0.2
"""Share of a question's words from which Llama 2 calls it not clean."""


class Sighting(NamedTuple):
    """A document that has a part of a passage."""

    share: float
    """Of the words of the question."""

    labelled: bool
    """True if the answer stands there too."""

    runs: tuple[Run, ...]
    """Stretches of the passage that agree."""

    file: str
    row: int
    """Line or row, from 1."""

    text: str
    """The longest stretch as it stands there."""

    @property
    def rank(self) -> tuple[float, bool, tuple[Run, ...], str, int]:
        """What sorts the more telling ones first."""
        return -self.share, not self.labelled, self.runs, self.file, self.row

    def to_list(self) -> list[Any]:
        """Return the JSON form."""
        runs = [list(run) for run in self.runs]
        return [round(self.share, 6), self.labelled, runs, self.file, self.row, self.text]


@dataclass(slots=True)
class Found:
    """What was found of one passage."""

    documents: int = 0
    """Documents with something of it."""

    skip: int = 0
    """A bit for each word of the question that Llama 2's method covers."""

    skip_labelled: bool = False
    probes: int = 0
    """A bit for each probe that was found."""

    probe_labelled: bool = False
    sightings: list[Sighting] = field(default_factory=list)

    def see(self, sighting: Sighting) -> None:
        """Add a sighting."""
        self.sightings.append(sighting)
        self._trim()

    def add(self, other: Found) -> None:
        """Add what was found elsewhere."""
        self.documents += other.documents
        self.skip |= other.skip
        self.skip_labelled |= other.skip_labelled
        self.probes |= other.probes
        self.probe_labelled |= other.probe_labelled
        self.sightings += other.sightings
        self._trim()

    def _trim(self) -> None:
        ranked = sorted(self.sightings, key=lambda one: one.rank)
        labelled = next((one for one in ranked[KEPT:] if one.labelled), None)
        has = any(one.labelled for one in ranked[:KEPT])
        self.sightings = ranked[:KEPT] + ([labelled] if labelled and not has else [])

    def would_keep(self, share: float, labelled: bool) -> bool:
        """Return whether a sighting could be among the kept ones."""
        if len(self.sightings) < KEPT or share >= self.sightings[KEPT - 1].share:
            return True
        return labelled and not any(one.labelled and one.share > share for one in self.sightings)


@dataclass(slots=True)
class Findings:
    """What was found of all passages."""

    counts: Counter[int] = field(default_factory=Counter)
    """Documents by n-gram, of 13 words."""

    passages: dict[int, Found] = field(default_factory=dict)

    def of(self, passage: int) -> Found:
        """Return what was found of a passage, to be added to."""
        return self.passages.setdefault(passage, Found())

    def add(self, other: Findings) -> None:
        """Add what was found elsewhere."""
        self.counts.update(other.counts)
        for passage, found in other.passages.items():
            self.of(passage).add(found)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "counts": [[key, count] for key, count in sorted(self.counts.items())],
            "passages": [
                [
                    passage,
                    one.documents,
                    f"{one.skip:x}",
                    one.skip_labelled,
                    one.probes,
                    one.probe_labelled,
                    [sighting.to_list() for sighting in one.sightings],
                ]
                for passage, one in sorted(self.passages.items())
            ],
        }


def findings_from_dict(row: Mapping[str, Any], first_row: int = 0) -> Findings:
    """Return the findings of their JSON form.

    Args:
        row: What `Findings.to_dict` made.
        first_row: Rows of the file before those that sightings are counted from.
    """
    made = Findings(Counter({int(key): int(count) for key, count in row["counts"]}))
    for passage, documents, skip, skip_labelled, probes, probe_labelled, seen in row["passages"]:
        made.passages[passage] = Found(
            documents,
            int(skip, 16),
            skip_labelled,
            probes,
            probe_labelled,
            [_sighting(one, first_row) for one in seen],
        )
    return made


def _sighting(row: Iterable[Any], first_row: int) -> Sighting:
    share, labelled, runs, file, line, text = row
    stretches = tuple((int(start), int(stop)) for start, stop in runs)
    return Sighting(share, labelled, stretches, file, first_row + line, text)
