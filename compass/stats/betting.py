"""Tests of bounded means that stay valid however often they are looked at.

Money is bet against the claim that a mean is at most zero: a bettor who stakes a part of
what they have on each value cannot be expected to win if the claim is true, and by Ville's
inequality multiplies their money by 1 / alpha with a chance of at most alpha, at any time.
What they have is an *e-value*; its inverse is a p-value that may be looked at after every
value, and the test stopped whenever one likes.

With values x that cannot be below a bound b < 0, the wealth of a stake f is the product of
1 + f x / |b|; it is averaged over several stakes, since nobody knows the best beforehand.

Sources: Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by
betting" (J. R. Stat. Soc. B 86:1-27; bounded means, also without replacement); Ramdas,
Grünwald, Vovk and Shafer 2023 (Stat. Sci. 38:576-601; anytime validity); Robbins 1970 (Ann.
Math. Stat. 41:1397-1409; averages over stakes); Shekhar, Xu, Lipton, Liang and Ramdas 2023,
"Risk-limiting financial audits via weighted sampling without replacement" (UAI,
arXiv:2305.06884; weights).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

STAKES = (0.03, 0.1, 0.2, 0.3, 0.45, 0.65, 0.95)
"""Parts of what the worst value could cost that are staked on each value."""

SHARES = (0.1, 0.15, 0.2, 0.2, 0.15, 0.1, 0.1)
"""Of the money, by stake: most for differences of some points between like models."""

_HALVINGS = 40


def log_evidence(values: Any, least: Any) -> float:
    """Return the logarithm of the e-value against a mean of at most zero.

    Args:
        values: An array, in the order they came.
        least: What a value cannot be below, known before it came: a number, or an array.
            Infinite evidence results if it is above zero: then the claim is false.

    Examples:
        >>> round(log_evidence([1.0] * 10, -1.0), 2)
        4.66
        >>> log_evidence([], -1.0)
        0.0
    """
    import numpy

    gains = numpy.asarray(values, dtype=float)
    bound = numpy.broadcast_to(numpy.asarray(least, dtype=float), gains.shape)
    if (bound > 0).any():
        return math.inf
    # Where nothing can be lost nothing is staked: the bound says it all.
    odds = numpy.divide(gains, -bound, out=numpy.zeros_like(gains), where=bound < 0)
    logs = numpy.log1p(numpy.outer(STAKES, odds)).sum(axis=1) + numpy.log(SHARES)
    most = float(logs.max())
    return most + math.log(float(numpy.exp(logs - most).sum()))


def p_value(evidence: float) -> float:
    """Return the p-value of an e-value, given by its logarithm."""
    return math.exp(-max(0.0, evidence))


def bounds(
    above: Callable[[float], float],
    below: Callable[[float], float],
    limits: tuple[float, float],
    level: float,
) -> tuple[float, float]:
    """Return the means that are not refuted: a confidence sequence, looked at once.

    Args:
        above: Log-evidence that the mean is above a number; falls with the number.
        below: Log-evidence that it is below a number; rises with the number.
        limits: What the mean cannot be below, and not above.
        level: Of both sides together; each errs with half of what is left.
    """
    wanted = math.log(2 / (1 - level))
    return (
        _edge(lambda mean: above(mean) >= wanted, *limits),
        _edge(lambda mean: below(mean) < wanted, *limits),
    )


def _edge(holds: Callable[[float], bool], least: float, most: float) -> float:
    """Return where a condition that holds at small numbers ceases to."""
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        least, most = (middle, most) if holds(middle) else (least, middle)
    return (least + most) / 2
