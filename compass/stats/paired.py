"""Two models on the same questions: how much better is B than A?

Differences are B - A, one for each question that both answered.

right or wrong, independent    Tango's score interval, McNemar's mid-p test
any values, independent        Student's t, n - 1 degrees of freedom
differences in clusters        Student's t on cluster sums, clusters - 1

The p-value and the interval never contradict each other: zero is within the bounds exactly
when p > 1 - level.

Sources: Tango 1998 (Stat. Med. 17:891-908); Fagerland, Lydersen and Laake 2013 (BMC Med.
Res. Methodol. 13:91) for the mid-p test and 2014 (Stat. Med. 33:2850-2875) for the choice of
the interval; Liang and Zeger 1986 (Biometrika 73:13-22) for clustered errors; Miller 2024
(arXiv:2411.00640) for paired evaluations.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from itertools import repeat
from typing import Any, NamedTuple

from compass.stats.intervals import LEVEL, normal_quantile
from compass.stats.means import Mean

NOTHING = 1e-12
"""Differences up to this size are rounding, and no difference."""

_HALVINGS = 50
"""Each halves the gap to a bound; 2**-50 is below what is ever shown."""


class Difference(NamedTuple):
    """The mean of B - A with its bounds, and the p-value of no difference."""

    value: float
    low: float
    high: float
    p: float
    n: int
    """How many questions both answered."""
    better: int
    """On how many of them B did better than A."""
    worse: int


def paired_difference(
    differences: Iterable[float],
    clusters: Iterable[Hashable | None] | None = None,
    level: float = LEVEL,
) -> Difference:
    """Return the mean difference between two models that were asked the same questions.

    Clustered or real values get ``mean -+ t * error``, with the standard error of `Mean`
    and as many degrees of freedom as there are clusters less one.  A single cluster has
    infinite bounds and p = 1.  Where all clusters agree, their spread says nothing:
    differences of -1, 0 or 1 count as one right-or-wrong answer a cluster, others keep
    bounds of no width and get the p-value of as many signs that are all alike.

    Args:
        differences: B - A for each question; -1, 0 and 1 alone count as right and wrong.
        clusters: One for each difference; those of one cluster are taken to move together.
            None, for all or for one: independent of the others.
        level: Confidence level, strictly between 0 and 1.

    Raises:
        ValueError: There are no differences, or more or fewer clusters than differences.

    Examples:
        >>> paired_difference([1, 1, 1, 1, 1, 1, 0, 0]).p
        0.015625
    """
    mean = Mean(level)
    better = worse = 0
    signs = True
    labels = repeat(None) if clusters is None else clusters
    for one, cluster in zip(differences, labels, strict=clusters is not None):
        value = 0.0 if abs(one) <= NOTHING else float(one)
        mean.add(value, cluster)
        better += value > 0
        worse += value < 0
        signs = signs and value in {-1.0, 0.0, 1.0}
    if not mean.n:
        raise ValueError("the difference of no answers is not defined")
    if signs and mean.clusters == mean.n:
        found = mcnemar(better, worse, mean.n, level)
    else:
        middle = (better - worse) / mean.n if signs else mean.interval().value
        found = student(middle, mean.error(), mean.clusters, level)
    value, low, high, p = (float(one) for one in found)
    return Difference(value, low, high, p, mean.n, better, worse)


def mcnemar(better: Any, worse: Any, n: Any, level: float = LEVEL) -> tuple[Any, Any, Any, Any]:
    """Return difference, bounds and p-value of right-or-wrong answers; arrays are welcome.

    Bounds are Tango's (`score_bounds`), p is McNemar's mid-p (`mid_p`).

    Args:
        better: How many questions only B has right.
        worse: How many questions only A has right.
        n: How many questions both answered.
        level: Confidence level, strictly between 0 and 1.

    Examples:
        >>> [round(float(one), 4) for one in mcnemar(7, 1, 21)]
        [0.2857, 0.026, 0.5172, 0.0391]
    """
    import numpy

    low, high = score_bounds(better, worse, n, level)
    value = (numpy.asarray(better, dtype=float) - worse) / n
    p = mid_p(better, worse)
    return value, *_agreeing(value, low, high, p, level), p


def student(
    value: Any, error: Any, clusters: Any, level: float = LEVEL
) -> tuple[Any, Any, Any, Any]:
    """Return a mean difference, its bounds and p-value by Student's t; arrays are welcome.

    With C clusters, t = value / error has C - 1 degrees of freedom (see
    `paired_difference` for what happens without any spread).
    """
    import numpy
    from scipy.special import stdtr, stdtrit

    value, error, count = numpy.broadcast_arrays(
        numpy.asarray(value, dtype=float), numpy.asarray(error, dtype=float), clusters
    )
    alone, flat = count == 1, error <= NOTHING
    usual = ~alone & ~flat
    free = numpy.maximum(count - 1, 1)
    error = numpy.where(usual, error, 1.0)
    half = numpy.where(usual, stdtrit(free, (1 + level) / 2) * error, 0.0)
    p = numpy.where(usual, 2 * stdtr(free, -numpy.abs(value) / error), 0.5**count)
    low, high = value - half, value + half
    sign = numpy.round(value)
    alike = flat & (numpy.abs(value - sign) <= NOTHING) & (numpy.abs(sign) <= 1)
    if alike.any():
        _, *found = mcnemar(count * (sign > 0), count * (sign < 0), count, level)
        low, high, p = (
            numpy.where(alike, *pair) for pair in zip(found, (low, high, p), strict=True)
        )
    low, high = _agreeing(value, low, high, p, level)
    low, high = numpy.where(alone, -math.inf, low), numpy.where(alone, math.inf, high)
    return value, low, high, numpy.where(alone, 1.0, p)


def mid_p(better: Any, worse: Any) -> Any:
    """Return the two-sided mid-p value of McNemar's test; arrays are welcome.

    Of m = better + worse questions on which the models differ, the smaller count k is
    Binomial(m, 1/2) if neither is better::

        p = 2 P(X < k) + P(X = k)

    Without any such question p is 1.
    """
    import numpy
    from scipy.special import bdtr

    few = numpy.minimum(better, worse)
    many = numpy.asarray(better) + worse
    below = numpy.where(few > 0, bdtr(numpy.maximum(few - 1, 0), many, 0.5), 0.0)
    return numpy.minimum(1.0, bdtr(few, many, 0.5) + below)


def score_bounds(better: Any, worse: Any, n: Any, level: float = LEVEL) -> tuple[Any, Any]:
    """Return Tango's score bounds of the difference of two paired shares; arrays are welcome.

    With b better, c worse, the bounds are where the squared distance of the difference from
    D is z^2 times its variance were D the truth::

        (b - c - n D)^2 = z^2 n (2 q + D (1 - D))

    where q, the share of questions only A has right, is the likeliest for that D::

        q = (sqrt(B^2 - 8 n C) - B) / 4n,  B = (2n - b + c) D - b - c,  C = -c D (1 - D)

    Without any question on which the models differ the bounds are -+ z^2 / (n + z^2).
    """
    import numpy

    z = normal_quantile(level)
    b, c, count = numpy.broadcast_arrays(
        numpy.asarray(better, dtype=float), numpy.asarray(worse, dtype=float), n
    )
    return -_upper(c, b, count, z), _upper(b, c, count, z)


def score_statistic(better: Any, worse: Any, n: Any, delta: Any) -> Any:
    """Return Tango's score statistic of a difference of two paired shares; arrays are welcome.

    Under a true difference of ``delta`` it is about standard normal::

        z = (b - c - n D) / sqrt(n (2 q + D (1 - D)))

    with q as in `score_bounds`, which holds exactly those D whose z is within the quantile.
    Without any question on which the models differ, and D = 0, it is 0.

    Examples:
        >>> round(float(score_statistic(7, 1, 21, 0.0)), 4)
        2.1213
    """
    import numpy

    b, c, count, true = numpy.broadcast_arrays(
        numpy.asarray(better, dtype=float), numpy.asarray(worse, dtype=float), n, delta
    )
    sign = numpy.where(true < 0, -1.0, 1.0)
    more, less = numpy.where(true < 0, c, b), numpy.where(true < 0, b, c)
    distance, variance = _scored(more, less, count, numpy.abs(true))
    sure = numpy.where(distance == 0, 0.0, numpy.copysign(math.inf, distance))
    known = variance > 0
    return sign * numpy.where(known, distance / numpy.sqrt(numpy.where(known, variance, 1.0)), sure)


def _scored(b: Any, c: Any, n: Any, delta: Any) -> tuple[Any, Any]:
    """Return the distance of b - c from n delta, and its variance; delta is within 0..1."""
    import numpy

    linear = (2 * n - b + c) * delta - b - c
    root = numpy.sqrt(linear**2 + 8 * n * c * delta * (1 - delta))
    # Where the linear term is positive the difference of both loses digits.
    q = numpy.where(
        linear > 0,
        2 * c * delta * (1 - delta) / numpy.where(linear > 0, root + linear, 1.0),
        (root - linear) / (4 * n),
    )
    return b - c - n * delta, n * (2 * q + delta * (1 - delta))


def _upper(b: Any, c: Any, n: Any, z: float) -> Any:
    """Return the upper score bound by halving."""
    import numpy

    inside, outside = (b - c) / n, numpy.ones(b.shape)
    for _ in range(_HALVINGS):
        delta = (inside + outside) / 2
        distance, variance = _scored(b, c, n, delta)
        held = distance**2 <= z * z * variance
        inside = numpy.where(held, delta, inside)
        outside = numpy.where(held, outside, delta)
    return inside


def _agreeing(value: Any, low: Any, high: Any, p: Any, level: float) -> tuple[Any, Any]:
    """Return bounds that hold zero exactly where the test does not reject it.

    At the usual levels the mid-p test rejects less often than the score bounds leave out
    zero, so that bounds grow.  At levels of 99.9 % and above it may reject more often: the
    bound is then the smallest number beyond zero.
    """
    import numpy

    kept = numpy.asarray(p) > 1 - level
    least = numpy.nextafter(0.0, 1.0)
    low = numpy.where(kept, numpy.minimum(low, 0.0), low)
    high = numpy.where(kept, numpy.maximum(high, 0.0), high)
    above, below = ~kept & (numpy.asarray(value) > 0), ~kept & (numpy.asarray(value) < 0)
    low = numpy.where(above, numpy.maximum(low, least), low)
    high = numpy.where(below, numpy.minimum(high, -least), high)
    return low, high
