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
from compass.stats import LEVEL, t_quantile
from compass.stats.intervals import normal_quantile
from compass.stats.multiple import holm
from compass.stats.paired import NOTHING


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
            tests = _tests(stretch, clusters)
            if tests is not None:
                tested = True
                found += _segments(low, 0, high - low, tests, wide=not series.training)
        low = high
    series.changes, series.tested = found, tested


def _alike(left: Point, right: Point) -> bool:
    return (left.version, left.keys, left.scale) == (right.version, right.keys, right.scale)


@dataclass(frozen=True, slots=True)
class _Tests:
    """Running sums over the points of a stretch, from which any two parts are compared.

    Args:
        sums: Points x units, running sums from none on: units are the sums of clusters of
            questions, or one column of values where only intervals are known.
        sizes: Questions of each unit; None where the spread is known.
        spread: Running sums of squared standard errors, where only intervals are known.
    """

    sums: Any
    sizes: Any = None
    spread: Any = None

    def at(self, low: Any, cut: Any, high: Any) -> tuple[Any, Any, Any, Any]:
        """Return differences of ``cut:high`` and ``low:cut``, bounds and p-values; arrays."""
        import numpy
        from scipy.special import ndtr, stdtr

        low, cut, high = numpy.broadcast_arrays(low, cut, high)
        before, after = (cut - low)[:, None], (high - cut)[:, None]
        each = (self.sums[high] - self.sums[cut]) / after
        each -= (self.sums[cut] - self.sums[low]) / before
        units = self.sums.shape[1]
        if self.sizes is None:
            value, parts = each[:, 0], (self.spread[high] - self.spread[cut]) / after[:, 0] ** 2
            error = numpy.sqrt(parts + (self.spread[cut] - self.spread[low]) / before[:, 0] ** 2)
        else:
            value = each.sum(axis=1) / self.sizes.sum()
            rest = each - value[:, None] * self.sizes
            spread = units / max(1, units - 1) * (rest**2).sum(axis=1)
            error = numpy.sqrt(spread) / self.sizes.sum()
        flat = error <= NOTHING
        ratio = abs(value) / numpy.where(flat, 1.0, error)
        if self.sizes is None:
            times, p = normal_quantile(LEVEL), 2 * ndtr(-ratio)
        elif units > 1:
            times, p = t_quantile(units - 1), 2 * stdtr(units - 1, -ratio)
        else:
            times, p = math.inf, numpy.ones(len(ratio))
        certain = numpy.where(abs(value) <= NOTHING, 1.0, 0.5 ** min(1000, units))
        p = numpy.where(flat, certain, p)
        half = times * error
        return value, value - half, value + half, p


def _tests(points: Sequence[Point], clusters: Callable[[str], Sequence[Any]]) -> _Tests | None:
    """Return how parts of a stretch are compared: question by question, else by intervals."""
    import numpy

    if points[0].keys is not None:
        table = numpy.stack([values_of(point.answers or b"") for point in points])
        asked = ~numpy.isnan(table).any(axis=0)
        if asked.any():
            names = numpy.asarray(clusters(points[0].keys), dtype=str)[asked]
            _, codes = numpy.unique(names, return_inverse=True)
            units = numpy.zeros((len(points), codes.max() + 1))
            numpy.add.at(units.T, codes, table[:, asked].T)
            sums = numpy.vstack([numpy.zeros(units.shape[1]), units.cumsum(axis=0)])
            return _Tests(sums, numpy.bincount(codes))
    errors = [_error(point) for point in points]
    if None in errors:
        return None
    squares = numpy.array([(error or 0.0) ** 2 for error in errors])
    values = numpy.array([[point.value] for point in points])
    return _Tests(
        numpy.vstack([[0.0], values.cumsum(axis=0)]), spread=numpy.append(0.0, squares.cumsum())
    )


def _error(point: Point) -> float | None:
    """Return the standard error that an interval stands for."""
    if point.low is None or point.high is None:
        return None
    from statistics import NormalDist

    return (point.high - point.low) / 2 / NormalDist().inv_cdf((1 + LEVEL) / 2)


def _segments(base: int, low: int, high: int, tests: _Tests, *, wide: bool) -> list[Change]:
    """Return the changes of a stretch; with ``wide`` both sides of a place are averaged."""
    import numpy

    if high - low < 2:
        return []
    cuts = numpy.arange(low + 1, high)
    if not wide:
        value, least, most, p = tests.at(cuts - 1, cuts, cuts + 1)
        corrected = holm(p.tolist())
        return [
            Change(base + int(cuts[n]), float(value[n]), float(least[n]), float(most[n]), one)
            for n, one in enumerate(corrected)
            if one <= 1 - LEVEL
        ]
    value, least, most, p = tests.at(low, cuts, high)
    n = int(p.argmin())
    corrected_p = min(1.0, float(p[n]) * len(cuts))
    if corrected_p > 1 - LEVEL:
        return []
    cut = int(cuts[n])
    sides = [
        one
        for start, stop in ((low, cut), (cut, high))
        for one in _segments(base, start, stop, tests, wide=wide)
    ]
    found = Change(base + cut, float(value[n]), float(least[n]), float(most[n]), corrected_p)
    return [found, *sides]
