"""Means of scores, and how they move with each of them.

Each mean here is homogeneous: twice the values give twice the mean.  By Euler's theorem it
is then the sum of its values times its slopes, and the slopes serve for everything else:
bounds and paired differences of a mean are those of the sum (the delta method: Oehlert 1992,
Am. Stat. 46:27-29), and a mean of means has the products of the slopes.

mean        with weights w that sum to 1      slope
arithmetic  sum(w x)                          w
harmonic    1 / sum(w / x)                    w (mean / x)^2
geometric   exp(sum(w log x))                 w mean / x
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def mean(kind: str, weights: Sequence[float], values: Sequence[float]) -> float:
    """Return the mean of values of at least 0, with weights that sum to 1.

    Examples:
        >>> mean("harmonic", [0.5, 0.5], [0.5, 1.0])
        0.6666666666666666
        >>> mean("geometric", [0.5, 0.5], [0.0, 1.0])
        0.0
    """
    pairs = list(zip(weights, values, strict=True))
    if kind == "arithmetic":
        return math.fsum(w * x for w, x in pairs)
    if not all(values):
        return 0.0
    if kind == "harmonic":
        return 1 / math.fsum(w / x for w, x in pairs)
    return math.exp(math.fsum(w * math.log(x) for w, x in pairs))


def slopes(
    kind: str, weights: Sequence[float], values: Sequence[float], highs: Sequence[float]
) -> list[float]:
    """Return how the mean moves with each value; their products sum to the mean.

    Where a value is 0, so are a harmonic and a geometric mean; the slopes of such values
    are then those of the straight line to what the mean would be at their upper bounds,
    since the curve itself begins too steeply there to say anything.

    Args:
        kind: ``arithmetic``, ``harmonic`` or ``geometric``.
        weights: They sum to 1.
        values: At least 0 unless the mean is arithmetic.
        highs: Upper bound of each; infinite where it is not known.

    Raises:
        ValueError: A value is below 0 and the mean is not arithmetic.

    Examples:
        >>> slopes("harmonic", [0.5, 0.5], [0.5, 0.5], [1.0, 1.0])
        [0.5, 0.5]
    """
    if kind == "arithmetic":
        return list(weights)
    if min(values) < 0:
        raise ValueError(f"a {kind} mean needs values of at least 0")
    zeros = sum(not x for x in values)
    if zeros:
        raised = [x or high for x, high in zip(values, highs, strict=True)]
        top = mean(kind, weights, [1.0 if math.isinf(x) else x for x in raised])
        return [
            0.0 if x or not high else top / (1.0 if math.isinf(high) else high) / math.sqrt(zeros)
            for x, high in zip(values, highs, strict=True)
        ]
    middle = mean(kind, weights, values)
    power = 2 if kind == "harmonic" else 1
    return [w * (middle / x) ** power for w, x in zip(weights, values, strict=True)]
