"""A dataset on which baseline and candidate stand beside each other, if they can."""

from __future__ import annotations

import math
from typing import NamedTuple

from compass.board.direction import higher_is_better
from compass.errors import DataError
from compass.verdicts import Differences, Judged, Place, differences

_CLOSE = 1e-6


class Flip(NamedTuple):
    """A question on which the models differ."""

    place: Place
    before: float
    after: float
    worse: bool
    target: str
    answer: str
    """What the candidate said."""


class Pair(NamedTuple):
    """A dataset on which both stand beside each other."""

    dataset: str
    metric: str
    scale: str
    sign: int
    """1 if more is better, -1 if less is."""

    both: Differences
    before: Judged
    after: Judged

    @property
    def unit(self) -> float:
        """What a point of the rules is in the values."""
        return 0.01 if self.scale == "share" else 1.0

    def flips(self) -> list[Flip]:
        """Return the questions on which the models differ, those for the worse first."""
        found = []
        pairs = zip(self.both.places, self.both.a.tolist(), self.both.b.tolist(), strict=True)
        for place, before, after in pairs:
            if before != after:
                said = self.after.said.get(place)
                target = "" if said is None else said.target or ""
                answer = "" if said is None else said.answer or f"({said.reason})"
                worse = self.sign * (before - after) > 0
                found.append(Flip(place, before, after, worse, target, answer))
        return sorted(found, key=lambda flip: not flip.worse)


def paired(dataset: str, before: Judged, after: Judged | None) -> Pair:
    """Put two verdicts beside each other, if they mean the same."""
    if after is None:
        raise DataError(
            "the candidate was not asked this dataset of the baseline",
            where=dataset,
            hint="run the candidate on the benchmarks of the baseline, or save a new baseline",
        )
    if before.version != after.version:
        raise DataError(
            f"the dataset has changed: version {before.version} of the baseline, "
            f"{after.version} of the candidate",
            where=dataset,
            hint="its prompt, data or evaluator is another one: judge both by the same, or save "
            "a new baseline",
        )
    both = differences(before, after)
    if both.only_a or both.only_b:
        raise DataError(
            f"other questions were asked: {both.only_a} of the baseline only, "
            f"{both.only_b} of the candidate only",
            where=dataset,
            hint="ask both the same, with the same --limit and the same repeats",
        )
    if not both.places:
        raise DataError("there is no question that both have an answer to", where=dataset)
    scale = next((s.scale for s in before.scores if s.metric == before.metric), "share")
    higher = higher_is_better(before.metric, scale)
    if higher is None:
        raise DataError(
            f"nobody knows whether more {before.metric} is better",
            where=dataset,
            hint="name another metric in the rules",
        )
    for one in (before, after):
        _check_mean(one)
    return Pair(dataset, before.metric, scale, 1 if higher else -1, both, before, after)


def _check_mean(one: Judged) -> None:
    """Refuse a score that single questions do not add up to."""
    try:
        score = one.score.value
    except KeyError:
        return
    known = [value for value in one.values.values() if value is not None]
    if score is None or not known or abs(math.fsum(known) / len(known) - score) > _CLOSE:
        raise DataError(
            f"{one.metric} is not the mean of its questions: differences cannot be tested",
            where=one.dataset,
            hint="name another metric in the rules",
        )
