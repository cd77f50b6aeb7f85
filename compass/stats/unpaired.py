"""The same model on two sets of questions: how much better is it on the second?

right or wrong, independent    Newcombe's interval, Fisher's exact test
anything else                  the slope of a regression on the set, errors clustered

Source: Newcombe 1998 (Stat. Med. 17:873-890), method 10, which is `combine` of two Wilson
intervals; Liang and Zeger 1986 (Biometrika 73:13-22) for clustered errors, here with a cluster
that may have questions in both sets.  Fisher's test is the more careful one: p may be above .05
where the interval just leaves out zero.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from compass.stats.groups import combine
from compass.stats.intervals import LEVEL, t_quantile, wilson

_NO_SPREAD = 1e-24


class Gap(NamedTuple):
    """Mean of the second set minus mean of the first, with bounds and the p-value of none."""

    value: float
    low: float
    high: float
    p: float


def unpaired_difference(
    first: Sequence[float],
    second: Sequence[float],
    clusters: tuple[Sequence[Hashable], Sequence[Hashable]] | None = None,
    level: float = LEVEL,
    *,
    verdicts: bool = True,
) -> Gap:
    """Return how much larger the mean of the second set is.

    With means m and sizes n of the two sets, a value x adds ``(x - m) / n``, negative in the
    first set, to its cluster's sum r; over C clusters the squared standard error is
    ``C / (C - 1) * sum(r^2)``, and the t-test has C - 2 degrees of freedom.

    Args:
        first: Values of the first set.
        second: Values of the second set.
        clusters: Cluster of each value; None: all are independent.
        level: Confidence level.
        verdicts: Zeros and ones are right and wrong; False: they are amounts by chance.

    Raises:
        ValueError: A set is empty.

    Examples:
        >>> gap = unpaired_difference([1, 0, 0, 1], [1, 1, 1, 1])
        >>> gap.value, round(gap.p, 3)
        (0.5, 0.429)
    """
    if not first or not second:
        raise ValueError("the difference from no values is not defined")
    values = [*first, *second]
    labels = range(len(values)) if clusters is None else [*clusters[0], *clusters[1]]
    alone = len(set(labels)) == len(values)
    if verdicts and alone and all(value in {0, 1} for value in values):
        return _shares(first, second, level)
    size = len(first)
    means = math.fsum(first) / size, math.fsum(second) / len(second)
    sums: dict[Any, float] = {}
    for place, (value, label) in enumerate(zip(values, labels, strict=True)):
        late = place >= size
        part = (value - means[late]) / (len(second) if late else -size)
        sums[label] = sums.get(label, 0.0) + part
    gap = means[1] - means[0]
    count = len(sums)
    squared = math.fsum(part * part for part in sums.values())
    if count < 3 or (squared <= _NO_SPREAD and gap):
        return Gap(gap, -math.inf, math.inf, 1.0)
    if squared <= _NO_SPREAD:
        return Gap(0.0, 0.0, 0.0, 1.0)
    error = math.sqrt(count / (count - 1) * squared)
    half = t_quantile(count - 2, level) * error
    return Gap(gap, gap - half, gap + half, _p(gap / error, count - 2))


def _shares(first: Sequence[float], second: Sequence[float], level: float) -> Gap:
    import numpy
    from scipy.stats import fisher_exact

    right = [round(sum(values)) for values in (first, second)]
    wrong = [len(first) - right[0], len(second) - right[1]]
    parts = [
        (-1.0, wilson(right[0], len(first), level)),
        (1.0, wilson(right[1], len(second), level)),
    ]
    gap = combine(parts)
    p = float(fisher_exact(numpy.array([right, wrong])).pvalue)
    return Gap(gap.value, max(gap.low, -1.0), min(gap.high, 1.0), min(p, 1.0))


def _p(t: float, degrees: int) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(degrees, -abs(t)))
