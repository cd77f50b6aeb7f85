"""A drop against a tolerance: is it beyond it, within it, or not to be told?

A drop is the baseline less the candidate, so that more is worse.

right or wrong, independent    Tango's score test with the tolerance as margin
any other values, or clusters  Student's t on cluster sums, clusters - 1
a mean over datasets           their bounds propagated, p-values by halving the level

Sources: Tango 1998 (Stat. Med. 17:891-908); Zou and Donner 2008 (Stat. Med. 27:1693-1702);
see also `compass.stats.paired`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Protocol

from compass.gate.pairs import Pair
from compass.stats import Interval, Mean, combine, wilson
from compass.stats.paired import NOTHING, score_bounds, score_statistic

POWER = 0.8
"""How likely the questions that "would tell" would do so."""

_HALVINGS = 40
_LEAST = 1e-9
"""P-values of means over datasets are not worked out below this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """How far the candidate fell, with what is known of it."""

    value: float
    n: int
    error: float
    """Standard error of the value."""

    worse: int
    """Questions on which the candidate did worse."""

    better: int
    bounds: Callable[[float], tuple[float, float]]
    """Two-sided bounds at a level."""

    above: Callable[[float], float]
    """P-value of the drop being no more than a tolerance."""

    below: Callable[[float], float]
    """P-value of the drop being no less than a tolerance."""

    alike: bool
    """True if there is no question on which the models differ, and none is still to be asked."""

    def interval(self, alpha: float) -> Interval:
        """Return the value with its one-sided bounds, each at an error rate of ``alpha``."""
        return Interval(self.value, *self.bounds(1 - 2 * alpha))

    def more(self, tolerance: float, alpha: float) -> int | None:
        """Return how many more questions would tell on which side of a tolerance the drop is.

        They would with a chance of `POWER` if the drop seen is the true one; None if it is
        so near the tolerance, or so little is known, that no number can be told.
        """
        distance = abs(tolerance - self.value)
        if not 0 < self.error < math.inf or distance <= 1e-3 * self.error:
            return None
        normal = NormalDist()
        wanted = (normal.inv_cdf(1 - alpha) + normal.inv_cdf(POWER)) * self.error / distance
        return max(1, math.ceil(self.n * (wanted**2 - 1)))


class Method(Protocol):
    """How drops are tested."""

    def drop(self, pair: Pair, floor: float | None = None) -> Drop:
        """Return how far the candidate fell, or fell short of a floor."""

    def mean(self, pairs: Sequence[Pair], floor: float | None = None) -> Drop:
        """Return the mean of that over datasets."""

    def scores(self, pair: Pair) -> tuple[float, float]:
        """Return what baseline and candidate are worth."""


class AtOnce:
    """All questions, looked at once."""

    def drop(self, pair: Pair, floor: float | None = None) -> Drop:
        """Return how far the candidate fell, or fell short of a floor."""
        if floor is not None:
            return shortfall_of(pair.both.b, pair.both.clusters, floor, pair.sign)
        return drop_of(pair.sign * (pair.both.a - pair.both.b), pair.both.clusters)

    def mean(self, pairs: Sequence[Pair], floor: float | None = None) -> Drop:
        """Return the mean of that over datasets, taken to be independent."""
        return mean_drop([self.drop(pair, floor) for pair in pairs])

    def scores(self, pair: Pair) -> tuple[float, float]:
        """Return the means over the questions that both answered."""
        return float(pair.both.a.mean()), float(pair.both.b.mean())


def drop_of(drops: Any, clusters: Any) -> Drop:
    """Return the mean of paired drops.

    Args:
        drops: An array, baseline less candidate on each question; at least one.
        clusters: Cluster of each, an array.
    """
    import numpy

    kept = numpy.where(numpy.abs(drops) <= NOTHING, 0.0, drops)
    worse, better = int((kept > 0).sum()), int((kept < 0).sum())
    n = len(kept)
    signs = bool(numpy.isin(kept, (-1.0, 0.0, 1.0)).all())
    mean = Mean()
    for value, cluster in zip(kept.tolist(), clusters.tolist(), strict=True):
        mean.add(value, cluster)
    value, error = float(kept.sum() / n), mean.error()
    if signs and mean.clusters == n:
        bounds, above = _scored(worse, better, n)
    elif error <= NOTHING and signs:  # all clusters agree: each is one right-or-wrong answer
        count = mean.clusters
        whole = round(value * count)
        bounds, above = _scored(max(whole, 0), max(-whole, 0), count)
    else:
        bounds, above = _student(value, error, mean.clusters - 1)
    return _drop(value, n, error, (worse, better), (bounds, above))


def shortfall_of(values: Any, clusters: Any, floor: float, sign: int) -> Drop:
    """Return how far the mean of values is below a floor; above it where less is better.

    Right-or-wrong values that are independent are tested as Wilson's interval does, by the
    variance that they would have at the floor; others by Student's t on cluster sums.

    Args:
        values: An array, at least one.
        clusters: Cluster of each, an array.
        floor: What the mean is to reach.
        sign: 1 if more is better, -1 if less is.
    """
    import numpy

    mean = Mean()
    for one, cluster in zip(values.tolist(), clusters.tolist(), strict=True):
        mean.add(one, cluster)
    n, value, error = len(values), float(values.mean()), mean.error()
    independent = mean.clusters == n and bool(numpy.isin(values, (0.0, 1.0)).all())
    if independent and sign > 0:
        bounds, above = _short_share(value, n, floor)
    else:
        bounds, above = _student(sign * (floor - value), error, mean.clusters - 1)
    return _drop(sign * (floor - value), n, error, (0, 0), (bounds, above))


def mean_drop(drops: Sequence[Drop]) -> Drop:
    """Return the mean of the drops of several datasets, taken to be independent."""
    weight = 1 / len(drops)

    def bounds(level: float) -> tuple[float, float]:
        parts = [(weight, Interval(one.value, *one.bounds(level))) for one in drops]
        return combine(parts)[1:]

    value = math.fsum(weight * one.value for one in drops)

    def above(tolerance: float) -> float:
        inside = value <= tolerance
        # The one-sided error rate at which the bound nearer the tolerance reaches it.
        least, most = _LEAST, 0.5
        for _ in range(_HALVINGS):
            middle = (least + most) / 2
            low, high = bounds(1 - 2 * middle)
            reaches = high >= tolerance if inside else low <= tolerance
            least, most = (middle, most) if reaches else (least, middle)
        return 1 - least if inside else least

    return _drop(
        value,
        sum(one.n for one in drops),
        weight * math.sqrt(math.fsum(one.error**2 for one in drops)),
        (sum(one.worse for one in drops), sum(one.better for one in drops)),
        (bounds, above),
    )


_Known = tuple[Callable[[float], tuple[float, float]], Callable[[float], float]]


def _drop(value: float, n: int, error: float, flips: tuple[int, int], known: _Known) -> Drop:
    bounds, above = known
    return Drop(
        value=value,
        n=n,
        error=error,
        worse=flips[0],
        better=flips[1],
        bounds=bounds,
        above=above,
        below=lambda tolerance: 1.0 - above(tolerance),
        alike=not any(flips),
    )


def _scored(worse: int, better: int, n: int) -> _Known:
    def bounds(level: float) -> tuple[float, float]:
        low, high = score_bounds(worse, better, n, level)
        return float(low), float(high)

    def above(tolerance: float) -> float:
        return NormalDist().cdf(-float(score_statistic(worse, better, n, tolerance)))

    return bounds, above


def _short_share(share: float, n: int, floor: float) -> _Known:
    def bounds(level: float) -> tuple[float, float]:
        _, low, high = wilson(round(share * n), n, level)
        return floor - high, floor - low

    def above(tolerance: float) -> float:
        least = floor - tolerance
        if not 0 < least < 1:
            return 1.0 if least <= share else 0.0
        z = (least - share) / math.sqrt(least * (1 - least) / n)
        return NormalDist().cdf(-z)

    return bounds, above


def _student(value: float, error: float, degrees: int) -> _Known:
    from scipy.special import stdtr, stdtrit

    def bounds(level: float) -> tuple[float, float]:
        if degrees < 1:
            return -math.inf, math.inf
        half = float(stdtrit(degrees, (1 + level) / 2)) * error
        return value - half, value + half

    def above(tolerance: float) -> float:
        if degrees < 1:
            return 0.5
        if error <= NOTHING:
            # Every cluster fell by the same: a test of as many signs that are all alike.
            least = 0.5 ** (degrees + 1)
            return least if value > tolerance else 1 - least if value < tolerance else 0.5
        return float(stdtr(degrees, (tolerance - value) / error))

    return bounds, above
