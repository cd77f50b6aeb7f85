"""Many p-values at once: how likely is any false alarm among them?

Source: Holm 1979 (Scand. J. Stat. 6:65-70); it holds whatever the tests share.
"""

from __future__ import annotations

import math
from collections.abc import Iterable


def holm(p_values: Iterable[float | None]) -> list[float]:
    """Return Holm's adjusted p-values, in the order of ``p_values``.

    Sorted upwards, the i-th of m p-values (from 0) is multiplied by m - i; none is smaller
    than the one before it, and none is above 1.  Calling different whatever has an adjusted
    p-value up to alpha makes any false alarm at all as rare as alpha.

    A test that was not made, NaN or None, does not count and stays NaN.

    Raises:
        ValueError: A p-value is not within 0..1.

    Examples:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    values = [math.nan if p is None else float(p) for p in p_values]
    made = sorted((p, place) for place, p in enumerate(values) if not math.isnan(p))
    adjusted = [math.nan] * len(values)
    highest = 0.0
    for rank, (p, place) in enumerate(made):
        if not 0 <= p <= 1:
            raise ValueError(f"a p-value is within 0..1, got {p!r}")
        highest = max(highest, min(1.0, p * (len(made) - rank)))
        adjusted[place] = highest
    return adjusted
