"""An estimate with its bounds, the quantiles bounds are made of, and Wilson's interval.

Values keep the unit they come in; shares are 0..1.

Sources: Wilson 1927 (J. Am. Stat. Assoc. 22:209-212).
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

LEVEL = 0.95
"""Confidence level of every interval unless another is asked for."""


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
    return share_interval(right / n, n, normal_quantile(level))


def share_interval(share: float, n: float, quantile: float) -> Interval:
    """Return a share of ``n`` with the score interval of a quantile, see `wilson`."""
    spread = quantile * quantile / n
    shrink = 1 + spread
    centre = (share + spread / 2) / shrink
    half = quantile * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / shrink
    low = 0.0 if share == 0 else max(0.0, centre - half)
    high = 1.0 if share == 1 else min(1.0, centre + half)
    return Interval(share, min(low, share), max(high, share))


@lru_cache
def t_quantile(degrees: int, level: float = LEVEL) -> float:
    """Return t such that Student's t with ``degrees`` of freedom is within -+t at ``level``."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + level) / 2))


@lru_cache
def normal_quantile(level: float) -> float:
    """Return z such that the normal distribution is within -+z at ``level``.

    Raises:
        ValueError: The level is not strictly between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a confidence level is strictly between 0 and 1, got {level!r}")
    return NormalDist().inv_cdf((1 + level) / 2)
