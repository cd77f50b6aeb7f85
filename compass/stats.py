"""Means with honest intervals: a number never travels without its uncertainty.

Three kinds of data, three intervals:

right or wrong, independent    Wilson's score interval
any values, independent        Student's t, n - 1 degrees of freedom
values in clusters             Student's t on cluster sums, clusters - 1

Whatever else is a statistic of clusters gets a seeded bootstrap.  Values keep
the unit they come in; shares are 0..1.

Sources: Wilson 1927 (J. Am. Stat. Assoc. 22:209-212); Liang and Zeger 1986
(Biometrika 73:13-22) for clustered errors; Miller 2024 (arXiv:2411.00640) for
their use in evaluations; Zou and Donner 2008 (Stat. Med. 27:1693-1702) for sums
of estimates known by their intervals; Efron and Tibshirani 1993, chapter 13,
for percentile intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import Any, NamedTuple

LEVEL = 0.95
"""Confidence level of every interval unless another is asked for."""

_CHUNK = 2_000_000


class Interval(NamedTuple):
    """An estimate and its confidence bounds, in the unit of the values."""

    value: float
    low: float
    high: float


def wilson(right: float, n: float, level: float = LEVEL) -> Interval:
    """Return the share ``right / n`` with Wilson's score interval.

    With z the normal quantile of ``(1 + level) / 2`` and p = right / n::

        centre = (p + z^2 / 2n) / (1 + z^2 / n)
        half   = z * sqrt(p (1 - p) / n + z^2 / 4n^2) / (1 + z^2 / n)

    It stays inside 0..1 and keeps a width when all are right or all are wrong.

    Args:
        right: How many are right.
        n: How many there are; an effective number need not be whole.
        level: Confidence level, strictly between 0 and 1.

    Raises:
        ValueError: ``n`` is not positive, or ``right`` is not within 0..n.

    Examples:
        >>> wilson(4, 4)
        Interval(value=1.0, low=0.5101091635454027, high=1.0)
    """
    if not n > 0 or not 0 <= right <= n:
        raise ValueError(f"wilson needs 0 <= right <= n and n > 0, got {right!r} of {n!r}")
    z = _normal_quantile(level)
    share = right / n
    shrink = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / shrink
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / shrink
    low = 0.0 if right == 0 else max(0.0, centre - half)
    high = 1.0 if right == n else min(1.0, centre + half)
    return Interval(share, min(low, share), max(high, share))


def mean_interval(
    values: Iterable[float],
    clusters: Iterable[Hashable] | None = None,
    level: float = LEVEL,
) -> Interval:
    """Return the mean of ``values`` with the interval that suits them, see `Mean`.

    Args:
        values: In any unit; 0 and 1 alone count as right and wrong.
        clusters: One for each value; values of one cluster are taken to move
            together.  None: every value is independent of the others.
        level: Confidence level, strictly between 0 and 1.

    Raises:
        ValueError: There are no values, or more or fewer clusters than values.

    Examples:
        >>> mean_interval([1.0, 1.0, 1.0, 1.0])
        Interval(value=1.0, low=0.5101091635454027, high=1.0)
        >>> mean_interval([0.2, 0.4], ["same", "same"])
        Interval(value=0.30000000000000004, low=-inf, high=inf)
    """
    mean = Mean(level)
    if clusters is None:
        for value in values:
            mean.add(value)
    else:
        for value, cluster in zip(values, clusters, strict=True):
            mean.add(value, cluster)
    return mean.interval()


class Mean:
    """A running weighted mean that knows its interval.

    Independent values leave only sums behind, clustered ones a sum for each
    cluster, so that hundreds of thousands of values need little memory.

    With values x, weights w, m = sum(w x) / sum(w), and r the sum of w (x - m)
    over a cluster (an independent value is a cluster of its own), the squared
    standard error over C clusters is::

        C / (C - 1) * sum(r^2) / sum(w)^2

    For equal weights and no clusters this is the variance over n.  The bounds
    are m -+ t * error with the t quantile of C - 1 degrees of freedom; with a
    single cluster they are infinite, since nothing is known of the spread.

    Unweighted zeros and ones get Wilson's interval if they are independent.  If
    they are clustered and all alike, the spread of the clusters says nothing;
    they get Wilson's interval for C values, as if a cluster were but one of them.
    """

    __slots__ = ("_binary", "_clusters", "_level", "_moments", "_start", "_totals", "n")

    def __init__(self, level: float = LEVEL) -> None:
        self.n = 0
        _normal_quantile(level)  # refuses a level that is none
        self._level = level
        self._binary = True
        self._start = 0.0
        # Weight, weighted distance from the first value: of everything.
        self._totals = [0.0, 0.0]
        # Of independent values: count, and sums of d*d, d*w, w*w with d = w (x - start).
        # Distances from the first value keep large values with a small spread exact.
        self._moments = [0, 0.0, 0.0, 0.0]
        self._clusters: dict[Hashable, list[float]] = {}

    def add(self, value: float, cluster: Hashable | None = None, weight: float = 1.0) -> None:
        """Take in a value; ``cluster`` None means it is independent of all others.

        Raises:
            ValueError: The weight is not positive.
        """
        if not weight > 0:
            raise ValueError(f"a weight must be positive, got {weight!r}")
        if not self.n:
            self._start = value
        self.n += 1
        if weight != 1.0 or (value not in {0.0, 1.0}):
            self._binary = False
        distance = weight * (value - self._start)
        self._totals[0] += weight
        self._totals[1] += distance
        if cluster is None:
            moments = self._moments
            moments[0] += 1
            moments[1] += distance * distance
            moments[2] += distance * weight
            moments[3] += weight * weight
        else:
            held = self._clusters.setdefault(cluster, [0.0, 0.0])
            held[0] += weight
            held[1] += distance

    def interval(self) -> Interval:
        """Return the mean of what was added, with its bounds.

        Raises:
            ValueError: Nothing was added.
        """
        if not self.n:
            raise ValueError("the mean of no values is not defined")
        weight, distance = self._totals
        count = int(self._moments[0]) + len(self._clusters)
        offset = distance / weight
        mean = self._start + offset
        if self._binary:
            # Whole numbers: exact, where start + offset may be off in the last place.
            right = round(distance + self._start * weight)
            mean = right / self.n
            if count == self.n:
                return wilson(right, self.n, self._level)
            if right in (0, self.n):
                return wilson(count * mean, count, self._level)
        if count == 1:
            return Interval(mean, -math.inf, math.inf)
        spread = self._moments[1] - 2 * offset * self._moments[2] + offset**2 * self._moments[3]
        residuals = (d - offset * w for w, d in self._clusters.values())
        spread = max(0.0, spread) + math.fsum(r * r for r in residuals)
        error = math.sqrt(count / (count - 1) * spread) / weight
        half = t_quantile(count - 1, self._level) * error
        return Interval(mean, mean - half, mean + half)


def combine(parts: Sequence[tuple[float, Interval]]) -> Interval:
    """Return the weighted sum of independent estimates, their intervals propagated.

    With weights w, values v and bounds l, h of the parts::

        value = sum(w v)
        low   = value - sqrt(sum((w (v - l))^2))
        high  = value + sqrt(sum((w (h - v))^2))

    (Zou and Donner; for symmetric intervals this adds the squared standard
    errors.)  Bounds on the far side are used where a weight is negative.  The
    parts are taken to be independent: sets that share samples are not.

    Raises:
        ValueError: There are no parts.

    Examples:
        >>> combine([(0.5, Interval(0.2, 0.1, 0.3)), (0.5, Interval(0.6, 0.5, 0.7))]).value
        0.4
    """
    if not parts:
        raise ValueError("nothing to combine")
    value = math.fsum(w * part.value for w, part in parts)
    below, above = 0.0, 0.0
    for w, part in parts:
        if w == 0:
            continue
        near, far = (part.low, part.high) if w > 0 else (part.high, part.low)
        below += (w * (part.value - near)) ** 2
        above += (w * (far - part.value)) ** 2
    return Interval(value, value - math.sqrt(below), value + math.sqrt(above))


def bootstrap(
    rows: Sequence[Any],
    statistic: Callable[[Any], Any],
    *,
    level: float = LEVEL,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Return a statistic of clusters with its percentile bootstrap interval.

    Clusters are drawn with replacement, as many as there are, ``resamples``
    times.  The same seed gives the same bounds.

    Args:
        rows: One row of numbers for each cluster (or one number), all of one
            length: its sums, counts, or what else the statistic needs.
        statistic: Takes an array of shape (draws, clusters, numbers) and
            returns one value for each draw; it is called with many draws at once.
        level: Confidence level, strictly between 0 and 1.
        resamples: How often to draw.
        seed: Of the random numbers.

    Returns:
        The statistic of the rows as they are and its bounds, which are infinite
        if there is but one cluster.

    Raises:
        ValueError: There are no rows.

    Examples:
        >>> bootstrap([1.0, 1.0, 1.0], lambda drawn: drawn[:, :, 0].mean(axis=1))
        Interval(value=1.0, low=1.0, high=1.0)
    """
    import numpy

    table = numpy.asarray(rows, dtype=float)
    if not table.size:
        raise ValueError("the bootstrap of no rows is not defined")
    table = table.reshape(len(table), -1)
    count = len(table)
    value = float(numpy.asarray(statistic(table[None]))[0])
    if count == 1:
        return Interval(value, -math.inf, math.inf)
    random = numpy.random.default_rng(seed)
    step = max(1, _CHUNK // table.size)
    drawn = []
    for start in range(0, resamples, step):
        draws = min(step, resamples - start)
        places = random.integers(0, count, size=(draws, count))
        drawn.append(numpy.asarray(statistic(table[places]), dtype=float))
    tail = (1 - level) / 2
    low, high = numpy.quantile(numpy.concatenate(drawn), [tail, 1 - tail])
    return Interval(value, float(low), float(high))


@lru_cache
def t_quantile(degrees: int, level: float = LEVEL) -> float:
    """Return t such that Student's t with ``degrees`` of freedom is within -+t at ``level``."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + level) / 2))


@lru_cache
def _normal_quantile(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"a confidence level is strictly between 0 and 1, got {level!r}")
    return NormalDist().inv_cdf((1 + level) / 2)
