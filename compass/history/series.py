"""Scores of one model, or of the checkpoints of one training, in a row; where they change.

A *change* is a place in a series before and after which the mean score differs.  Each
question is its own control: with x its value in a run, the difference of its means after
and before the place is one observation of a paired t test, questions that share a passage
being one cluster.  All places of a stretch are tested, p multiplied by their number
(Bonferroni); the clearest one divides the stretch, and both sides are searched again
(binary segmentation: Scott and Knott 1974, Biometrics 30:507-512).  Holm's correction goes
over the series, so that a history without any change shows one in 5 % of all tables.

In a training the score is meant to move.  There only neighbours are compared, and a change is
a difference from one checkpoint to the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compass.history.index import Point, values_of
from compass.history.steps import split_step
from compass.stats import LEVEL
from compass.stats.multiple import holm
from compass.stats.paired import paired_difference


@dataclass(frozen=True, slots=True)
class Change:
    """A place where a series changes."""

    at: int
    """Number of the first point after it."""

    value: float
    """Mean after it less mean before it."""

    low: float
    high: float
    p: float
    """Corrected over the places of the series, and over all series asked for together."""


@dataclass(slots=True)
class Series:
    """Points in the order of their steps, or of their runs."""

    name: str
    dataset: str
    metric: str
    points: list[Point]
    steps: list[float | None]
    changes: list[Change] = field(default_factory=list)
    tested: bool = True
    """False where nothing could be tested: too few points, or no intervals."""

    @property
    def training(self) -> bool:
        """True if the points are the checkpoints of a training."""
        return self.steps[0] is not None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "model": self.name,
            "dataset": self.dataset,
            "metric": self.metric,
            "points": [
                {
                    "run": point.run, "started": point.started, "model": point.model, "step": step,
                    "version": point.version, "value": point.value, "low": point.low,
                    "high": point.high, "n": point.n, "failed": point.failed,
                }
                for point, step in zip(self.points, self.steps, strict=True)
            ],
            "changes": [
                {"at": one.at, "difference": one.value, "low": one.low, "high": one.high,
                 "p": one.p}
                for one in self.changes
            ],
            "tested": self.tested,
        }  # fmt: skip


def series_of(
    points: Sequence[Point],
    clusters: Callable[[str], Sequence[Any]],
    *,
    steps: Mapping[str, float] | None = None,
    level: float = LEVEL,
) -> list[Series]:
    """Return the points as series, their changes found.

    Args:
        points: The oldest run first.
        clusters: Returns the cluster of each question of a set, by the set's name.
        steps: Training step by name of model, where names do not tell it; these models are
            one series.
        level: One minus the share of changes that are false alarms, over all series.
    """
    found = _grouped(points, steps or {})
    for one in found:
        _find_changes(one, clusters)
    candidates = [(one, change) for one in found for change in one.changes]
    tested = sum(one.tested for one in found)
    adjusted = holm([change.p for _, change in candidates] + [1.0] * (tested - len(candidates)))
    kept: dict[int, list[Change]] = {}
    for (one, change), p in zip(candidates, adjusted, strict=False):
        if p <= 1 - level:
            held = Change(change.at, change.value, change.low, change.high, p)
            kept.setdefault(id(one), []).append(held)
    for one in found:
        one.changes = sorted(kept.get(id(one), []), key=lambda change: change.at)
    return found


def _grouped(points: Sequence[Point], steps: Mapping[str, float]) -> list[Series]:
    made: dict[tuple[Any, ...], Series] = {}
    given = _beginning(list(steps)).rstrip("-_./") or "+".join(steps)
    for point in points:
        name, step = split_step(point.model)
        if point.model in steps:
            name, step = given, steps[point.model]
        key = (name, point.dataset, point.metric, step is None)
        one = made.setdefault(key, Series(name, point.dataset, point.metric, [], []))
        one.points.append(point)
        one.steps.append(step)
    for one in made.values():
        if one.training:
            order = sorted(range(len(one.points)), key=lambda n: one.steps[n] or 0.0)
            one.points = [one.points[n] for n in order]
            one.steps = [one.steps[n] for n in order]
    return sorted(made.values(), key=lambda one: (one.name, one.dataset, one.metric))


def _beginning(names: Sequence[str]) -> str:
    """Return what all names begin with."""
    low, high = min(names, default=""), max(names, default="")
    same = (n for n, (a, b) in enumerate(zip(low, high, strict=False)) if a != b)
    return low[: next(same, len(low))]


def _find_changes(series: Series, clusters: Callable[[str], Sequence[Any]]) -> None:
    """Fill in the changes of each stretch whose points can be compared."""
    low = 0
    found: list[Change] = []
    tested = False
    for high in range(1, len(series.points) + 1):
        if high < len(series.points) and _alike(series.points[low], series.points[high]):
            continue
        if high - low > 1:
            stretch = series.points[low:high]
            compare = _comparison(stretch, clusters)
            if compare is not None:
                tested = True
                wide = not series.training
                found += _segments(low, 0, high - low, compare, wide=wide)
        low = high
    series.changes, series.tested = found, tested


def _alike(left: Point, right: Point) -> bool:
    return (left.version, left.keys, left.scale) == (right.version, right.keys, right.scale)


Comparison = Callable[[int, int, int], tuple[float, float, float, float]]
"""Of points ``low:cut`` and ``cut:high``: difference, bounds and p-value."""


def _comparison(
    points: Sequence[Point], clusters: Callable[[str], Sequence[Any]]
) -> Comparison | None:
    """Return how stretches are compared: question by question, else by their intervals."""
    import numpy

    if points[0].keys is not None:
        table = numpy.stack([values_of(point.answers or b"") for point in points])
        asked = ~numpy.isnan(table).any(axis=0)
        if asked.any():
            names = list(clusters(points[0].keys))
            labels = [name for name, held in zip(names, asked, strict=True) if held]
            values = table[:, asked]

            def paired(low: int, cut: int, high: int) -> tuple[float, float, float, float]:
                each = values[cut:high].mean(axis=0) - values[low:cut].mean(axis=0)
                single = None if len(set(labels)) == len(labels) else labels
                one = paired_difference(each.tolist(), single)
                return one.value, one.low, one.high, one.p

            return paired
    errors = [_error(point) for point in points]
    if any(error is None for error in errors):
        return None

    def apart(low: int, cut: int, high: int) -> tuple[float, float, float, float]:
        from statistics import NormalDist

        sides = []
        for start, stop in ((low, cut), (cut, high)):
            mean = math.fsum(point.value for point in points[start:stop]) / (stop - start)
            spread = math.fsum((error or 0.0) ** 2 for error in errors[start:stop])
            sides.append((mean, spread / (stop - start) ** 2))
        value = sides[1][0] - sides[0][0]
        error = math.sqrt(sides[0][1] + sides[1][1])
        half = NormalDist().inv_cdf((1 + LEVEL) / 2) * error
        p = 2 * NormalDist().cdf(-abs(value) / error) if error else float(value == 0)
        return value, value - half, value + half, p

    return apart


def _error(point: Point) -> float | None:
    """Return the standard error that an interval stands for."""
    if point.low is None or point.high is None:
        return None
    from statistics import NormalDist

    return (point.high - point.low) / 2 / NormalDist().inv_cdf((1 + LEVEL) / 2)


def _segments(base: int, low: int, high: int, compare: Comparison, *, wide: bool) -> list[Change]:
    """Return the changes of a stretch; with ``wide`` both sides of a place are averaged."""
    if high - low < 2:
        return []
    cuts = range(low + 1, high)
    if not wide:
        tests = [(compare(cut - 1, cut, cut + 1), cut) for cut in cuts]
        corrected = holm([one[3] for one, _ in tests])
        return [
            Change(base + cut, *one[:3], p)
            for (one, cut), p in zip(tests, corrected, strict=True)
            if p <= 1 - LEVEL
        ]
    best, cut = min(((compare(low, cut, high), cut) for cut in cuts), key=lambda pair: pair[0][3])
    p = min(1.0, best[3] * len(cuts))
    if p > 1 - LEVEL:
        return []
    inner = [(low, cut), (cut, high)]
    sides = [one for a, b in inner for one in _segments(base, a, b, compare, wide=wide)]
    return [Change(base + cut, *best[:3], p), *sides]
