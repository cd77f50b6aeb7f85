"""Intervals and tests by drawing again, where no formula fits; every draw is seeded.

Source: Efron and Tibshirani 1993, chapter 13, for percentile intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from compass.stats.intervals import LEVEL, Interval

_CHUNK = 2_000_000


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
