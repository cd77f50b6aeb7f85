"""Intervals and tests by drawing again, where no formula fits; every draw is seeded.

Sources: Efron and Tibshirani 1993 (An Introduction to the Bootstrap), chapter 13, for
percentile intervals, chapter 15 for permutation tests; Phipson and Smyth 2010 (Stat. Appl.
Genet. Mol. Biol. 9:39) for p-values that are never 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import repeat
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


def flip_test(
    differences: Iterable[float],
    clusters: Iterable[Hashable | None] | None = None,
    *,
    resamples: int = 9999,
    seed: int = 0,
) -> float:
    """Return the p-value of paired differences by flipping the signs of clusters at random.

    Were neither model better, B - A of a cluster would be as likely as A - B.  With r of R
    flips giving a sum at least as far from 0 as what was seen, p = (r + 1) / (R + 1).  It
    rests on no distribution: a check of `compass.stats.paired.paired_difference` for few
    clusters or lopsided values.

    Args:
        differences: B - A for each question.
        clusters: One for each difference, None for one that is independent of the others.
        resamples: How often to flip.
        seed: Of the random numbers.

    Raises:
        ValueError: There are no differences, or more or fewer clusters than differences.
    """
    import numpy

    sums: dict[Hashable, float] = {}
    labels = repeat(None) if clusters is None else clusters
    pairs = zip(differences, labels, strict=clusters is not None)
    for place, (one, cluster) in enumerate(pairs):
        key = (place,) if cluster is None else (cluster, "named")
        sums[key] = sums.get(key, 0.0) + one
    if not sums:
        raise ValueError("the difference of no answers is not defined")
    table = numpy.array([*sums.values()])
    table = table[table != 0]
    least = abs(table.sum()) * (1 - 1e-12)
    random = numpy.random.default_rng(seed)
    step = max(1, _CHUNK // max(1, table.size))
    beyond = 0
    for start in range(0, resamples, step):
        draws = min(step, resamples - start)
        signs = 2.0 * random.integers(0, 2, size=(draws, table.size)) - 1
        beyond += int((numpy.abs(signs @ table) >= least).sum())
    return (beyond + 1) / (resamples + 1)
