"""What c right answers out of n say about k answers drawn from them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable

from compass.stats.intervals import LEVEL, Interval
from compass.stats.means import Mean


def pass_at_k(n: int, c: int, k: int) -> float:
    """Return the chance that at least one of k drawn answers is right.

    ``1 - C(n - c, k) / C(n, k)``, without bias (Chen et al. 2021, arXiv:2107.03374).

    Examples:
        >>> pass_at_k(4, 1, 2)
        0.5
    """
    return g_pass_at_k(n, c, k, 0.0)


def pass_at_k_interval(
    counts: Iterable[tuple[int, int]],
    k: int,
    clusters: Iterable[Hashable | None] | None = None,
    level: float = LEVEL,
) -> Interval:
    """Return the mean of pass@k over questions, with its interval.

    A question's estimate has no bias, so neither has their mean; questions are the units of
    the interval, or their clusters, since answers to one question are not independent (see
    `compass.stats.means.Mean`).

    Args:
        counts: Answers and right answers, ``(n, c)``, for each question.
        k: How many answers are drawn.
        clusters: One for each question, None for one that is independent of the others.
        level: Confidence level, strictly between 0 and 1.

    Raises:
        ValueError: There are no questions, or one has fewer answers than ``k``.

    Examples:
        >>> pass_at_k_interval([(2, 0), (2, 1), (2, 2), (2, 2)], 1).value
        0.625
    """
    mean = Mean(level)
    pairs = list(counts)
    labels = [None] * len(pairs) if clusters is None else clusters
    for (n, c), cluster in zip(pairs, labels, strict=True):
        mean.add(pass_at_k(n, c, k), cluster)
    return mean.interval()


def g_pass_at_k(n: int, c: int, k: int, tau: float) -> float:
    """Return the chance that at least the share ``tau`` of k drawn answers is right.

    G-Pass@k_tau of Liu et al. 2024 (arXiv:2412.13147): with m = max(ceil(tau k), 1), the
    sum over j >= m of ``C(c, j) C(n - c, k - j) / C(n, k)``.

    Raises:
        ValueError: Not 0 <= c <= n and 1 <= k <= n, or ``tau`` not within 0..1.

    Examples:
        >>> g_pass_at_k(4, 2, 2, 1.0)
        0.16666666666666666
    """
    if not 0 <= tau <= 1:
        raise ValueError(f"tau must be from 0 to 1, got {tau!r}")
    # Products such as 0.28 * 25 lie a little above the whole number that is meant.
    return _at_least(n, c, k, max(math.ceil(tau * k - 1e-9), 1))


def mg_pass_at_k(n: int, c: int, k: int) -> float:
    """Return the mean of G-Pass@k_tau over tau from 0.5 to 1.

    mG-Pass@k of Liu et al. 2024: ``2 / k`` times the sum of G-Pass@k_{i/k} over i from
    ceil(k / 2) + 1 to k.  For k = 1 that sum is empty, and for odd k it falls short of
    the integral; both follow the paper.

    Examples:
        >>> mg_pass_at_k(4, 4, 4)
        1.0
    """
    first = math.ceil(k / 2) + 1
    return 2 / k * math.fsum(_at_least(n, c, k, i) for i in range(first, k + 1))


def _at_least(n: int, c: int, k: int, least: int) -> float:
    if not 0 <= c <= n or not 1 <= k <= n:
        raise ValueError(f"draws need 0 <= c <= n and 1 <= k <= n, got n={n}, c={c}, k={k}")
    ways = sum(math.comb(c, j) * math.comb(n - c, k - j) for j in range(least, min(c, k) + 1))
    return ways / math.comb(n, k)
