"""Weighted sums of estimates that are known by their intervals.

Source: Zou and Donner 2008 (Stat. Med. 27:1693-1702).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from compass.stats.intervals import Interval


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
