"""Differences between two models, dataset by dataset, and the questions that flipped.

Differences are second less first, on the questions both answered: a failed call counts for
neither.  p is corrected over all datasets of a comparison (Holm).  A *flip* is a question on
which the two were judged differently.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from compass import store
from compass.answers import Answers
from compass.board.direction import higher_is_better
from compass.comparison.settings import Setting, settings_that_differ
from compass.comparison.sides import Side
from compass.errors import CompassError, DataError
from compass.runfolder import RunFolder
from compass.stats.multiple import holm
from compass.stats.paired import Difference, paired_difference
from compass.verdicts import Judged, Place, differences, judged

MOST_FLIPS = 1000
"""Flips of a dataset that are kept with their texts; all are counted."""

_PROMPT_TAIL = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A question on which two models were judged differently."""

    place: Place
    better: bool
    """True if the second did better."""

    prompt: str
    """The end of what the first was asked."""

    target: str
    first: str
    """What was read out of the first's answer, or the answer's end."""

    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One dataset."""

    first: Side
    second: Side
    dataset: str
    metric: str
    scale: str
    values: tuple[float, float]
    """Means on the questions both answered."""

    difference: Difference
    adjusted: float
    """p, corrected over all datasets of the comparison."""

    higher: bool
    """True if more is better."""

    alone: tuple[int, int]
    """Questions only the first, only the second was asked."""

    failed: tuple[int, int]
    flips: tuple[Flip, ...]

    @property
    def gains(self) -> int:
        """Questions on which the second did better."""
        return self.difference.better if self.higher else self.difference.worse

    @property
    def losses(self) -> int:
        """Questions on which the second did worse."""
        return self.difference.worse if self.higher else self.difference.better


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A dataset that was not compared, and why."""

    first: Side
    second: Side
    dataset: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All of it."""

    compared: tuple[Compared, ...]
    refused: tuple[Refused, ...]
    settings: tuple[tuple[Side, Side, tuple[Setting, ...]], ...]


def compare(
    pairs: Sequence[tuple[Side, Side]],
    *,
    datasets: Sequence[str] = ("*",),
    metric: str | None = None,
    flips: int = MOST_FLIPS,
) -> Comparison:
    """Compare the models of each pair on every dataset.

    Args:
        pairs: The yardstick first.
        datasets: Patterns of names.
        metric: None takes each dataset's headline.
        flips: Most flips of a dataset that are read with their texts.

    Raises:
        DataError: There is no such dataset, or nothing could be compared at all.
    """
    compared: list[Compared] = []
    refused: list[Refused] = []
    for first, second in pairs:
        for dataset in _datasets(first, second, datasets):
            try:
                compared.append(_compared(first, second, dataset, metric, flips))
            except CompassError as error:
                reason = f"{error.what} ({error.where})" if error.where else error.what
                refused.append(Refused(first=first, second=second, dataset=dataset, reason=reason))
    if not compared and not refused:
        raise DataError(
            "no dataset of these runs is called so",
            where=", ".join(datasets),
            hint="leave --datasets out to compare all",
        )
    adjusted = holm(one.difference.p for one in compared)
    return Comparison(
        compared=tuple(replace(one, adjusted=p) for one, p in zip(compared, adjusted, strict=True)),
        refused=tuple(refused),
        settings=tuple((a, b, tuple(settings_that_differ(a, b))) for a, b in pairs),
    )


def _datasets(first: Side, second: Side, patterns: Sequence[str]) -> list[str]:
    asked = [
        dataset
        for side in (first, second)
        for dataset in side.run.datasets
        if (side.model, dataset) in side.run.pairs
    ]
    return [
        name
        for name in dict.fromkeys(asked)
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    ]


def _compared(first: Side, second: Side, dataset: str, metric: str | None, flips: int) -> Compared:
    mine = judged(first.root, first.model, dataset, metric, said=True)
    other = judged(second.root, second.model, dataset, metric, said=True)
    if metric is None and mine.metric != other.metric:
        other = judged(second.root, second.model, dataset, mine.metric, said=True)
    both = differences(mine, other)
    if not both.places:
        raise DataError("there is no question that both answered")
    apart = (both.b - both.a).tolist()
    clustered = len(set(both.clusters.tolist())) < len(both.places)
    found = paired_difference(apart, both.clusters.tolist() if clustered else None)
    scale = next((s.scale for s in mine.scores if s.metric == mine.metric), "share")
    higher = higher_is_better(mine.metric, scale) is not False
    flipped = [place for place, one in zip(both.places, apart, strict=True) if one]
    gains = {p for p, one in zip(both.places, apart, strict=True) if (one > 0) == higher and one}
    return Compared(
        first=first,
        second=second,
        dataset=dataset,
        metric=mine.metric,
        scale=scale,
        values=(float(both.a.mean()), float(both.b.mean())),
        difference=found,
        adjusted=found.p,
        higher=higher,
        alone=(both.only_a, both.only_b),
        failed=(both.failed_a, both.failed_b),
        flips=tuple(_flips(first, second, (mine, other), flipped[:flips], gains)),
    )


def _flips(
    first: Side,
    second: Side,
    both: tuple[Judged, Judged],
    places: Sequence[Place],
    gains: set[Place],
) -> Iterator[Flip]:
    """Yield the texts of flips, those on which the second did worse first."""
    mine = _Texts(first, both[0].dataset, places)
    other = _Texts(second, both[0].dataset, places)
    for place in sorted(places, key=lambda place: place in gains):
        said, answer = both[0].said.get(place), both[1].said.get(place)
        prompt, output = mine.of(place)
        yield Flip(
            place=place,
            better=place in gains,
            prompt=prompt[-_PROMPT_TAIL:],
            target=(said.target if said else None) or "",
            first=_answer(said, output),
            second=_answer(answer, other.of(place)[1]),
        )
    mine.close()
    other.close()


def _answer(said: Any, output: str) -> str:
    if said is not None and said.answer:
        return str(said.answer)
    reason = f"({said.reason}) " if said is not None and said.reason else ""
    return reason + output[-_PROMPT_TAIL:]


class _Texts:
    """Prompts and outputs of some questions of a side."""

    def __init__(self, side: Side, dataset: str, places: Sequence[Place]) -> None:
        folder = RunFolder(side.root)
        wanted = set(places)
        self._keys: dict[Place, str] = {}
        path = side.root / "score" / side.model / dataset / "verdicts.jsonl"
        for row in store.read_rows(path) if wanted else ():
            place = Place(row["sample_id"], row.get("variant", 0), row.get("repeat", 0))
            if place in wanted:
                self._keys[place] = row["key"]
        self._answers = Answers(folder.all_rows(side.model, dataset) if wanted else ())

    def of(self, place: Place) -> tuple[str, str]:
        """Return prompt and output, empty where they are gone."""
        row = self._answers.get(self._keys.get(place, ""))
        return ("", "") if row is None else (row.prompt, row.output or "")

    def close(self) -> None:
        """Close the logs."""
        self._answers.close()
