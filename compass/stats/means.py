"""Means with the interval that suits the values.

right or wrong, independent    Wilson's score interval
any values, independent        Student's t, n - 1 degrees of freedom
right or wrong, in clusters    Wilson's for the effective number of values, t for z
other values, in clusters      Student's t on cluster sums, clusters - 1

Sources: Liang and Zeger 1986 (Biometrika 73:13-22) for clustered errors; Miller 2024
(arXiv:2411.00640) for their use in evaluations; Korn and Graubard 1998 (Survey Methodology
24:193-201) for the effective number, Franco, Little, Louis and Slud 2019 (J. Surv. Stat.
Methodol. 7:334-364) for Wilson's interval of it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable

from compass.stats.intervals import (
    LEVEL,
    Interval,
    normal_quantile,
    share_interval,
    t_quantile,
    wilson,
)

_NO_SPREAD = 1e-12


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
    they are clustered, it is Wilson's interval with t for z and n replaced by the
    number of independent values that would have the same error::

        m (1 - m) / error^2, or n if all clusters have the same sum

    since -+ t * error covers less than it says near 0 and 1.  If they are all alike,
    the spread of the clusters says nothing; they get Wilson's interval for C values,
    as if a cluster were but one of them.
    """

    __slots__ = ("_binary", "_clusters", "_level", "_moments", "_start", "_totals", "n")

    def __init__(self, level: float = LEVEL) -> None:
        self.n = 0
        normal_quantile(level)  # refuses a level that is none
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
        count = self.clusters
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
        error = self.error()
        if math.isinf(error):
            return Interval(mean, -math.inf, math.inf)
        quantile = t_quantile(count - 1, self._level)
        if self._binary:
            spread = mean * (1 - mean)
            effective = self.n if error * error < _NO_SPREAD * spread else spread / error**2
            return share_interval(mean, effective, quantile)
        half = quantile * error
        return Interval(mean, mean - half, mean + half)

    @property
    def clusters(self) -> int:
        """How many values or clusters are independent of each other."""
        return int(self._moments[0]) + len(self._clusters)

    def error(self) -> float:
        """Return the standard error of the mean; infinite if there is but one cluster.

        Raises:
            ValueError: Nothing was added.
        """
        if not self.n:
            raise ValueError("the mean of no values is not defined")
        count = self.clusters
        if count == 1:
            return math.inf
        weight, distance = self._totals
        offset = distance / weight
        spread = self._moments[1] - 2 * offset * self._moments[2] + offset**2 * self._moments[3]
        residuals = (d - offset * w for w, d in self._clusters.values())
        spread = max(0.0, spread) + math.fsum(r * r for r in residuals)
        return math.sqrt(count / (count - 1) * spread) / weight
