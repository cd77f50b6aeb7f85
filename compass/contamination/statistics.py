"""The tests that the methods share.  Each says what is exchangeable if nothing leaked.

one set, a mean           Student's t, interval by t
two sets, a mean each     Welch's t on linearised ratios, percentile bootstrap
two sets, ranks           Mann and Whitney, interval of the area by DeLong
blocks of orders          relabelling within blocks: exact, whatever the scores are
pairs                     random signs: exact if differences are symmetric

Sources: Welch 1947 (Biometrika 34:28-35); Mann and Whitney 1947 (Ann. Math. Stat.
18:50-60); DeLong, DeLong and Clarke-Pearson 1988 (Biometrics 44:837-845); Phipson and
Smyth 2010 (arXiv:1603.05766) for (1 + hits) / (1 + draws), which is never too small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, stdev
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Floats = NDArray[numpy.floating[Any]]

DRAWS = 9999
"""Relabellings of an exact test."""

SLACK = 1e-9
"""Values closer than this count as tied: sums in another order differ in the last places."""


class Gap(NamedTuple):
    """A difference of two means."""

    value: float
    low: float
    high: float
    effect: float
    """In pooled standard deviations of the values, unweighted (Cohen's d)."""

    error: float
    degrees: float

    def less(self, margin: float = 0.0) -> float:
        """Return the p-value of "not below -margin"."""
        return _tail((self.value + margin), self.error, self.degrees)

    def greater(self, margin: float = 0.0) -> float:
        """Return the p-value of "not above margin"."""
        return _tail(-(self.value - margin), self.error, self.degrees)


def gap(
    left: tuple[Sequence[float], Sequence[float]],
    right: tuple[Sequence[float], Sequence[float]],
    *,
    resamples: int = 2000,
    seed: int = 0,
) -> Gap | None:
    """Return mean(left) - mean(right), each given as values and weights.

    The weighted mean m = sum(w x) / sum(w) of n texts has the squared error
    n / (n - 1) * sum((w (x - m))^2) / sum(w)^2; the interval is a percentile bootstrap that
    draws whole texts.  None where a side has fewer than two texts.
    """
    import numpy

    sides = [tuple(numpy.asarray(part, dtype=float) for part in side) for side in (left, right)]
    if min(len(values) for values, _ in sides) < 2:
        return None
    random = numpy.random.default_rng(seed)
    means, variances, drawn, spreads, counts = [], [], [], [], []
    for values, weights in sides:
        n = len(values)
        mean = float((values * weights).sum() / weights.sum())
        residuals = weights * (values - mean)
        variances.append(n / (n - 1) * float((residuals**2).sum()) / float(weights.sum()) ** 2)
        means.append(mean)
        drawn.append(_resampled(values, weights, resamples, random))
        spreads.append(float(values.var(ddof=1)) * (n - 1))
        counts.append(n)
    low, high = numpy.quantile(drawn[0] - drawn[1], [0.025, 0.975])
    value = means[0] - means[1]
    pooled = math.sqrt(sum(spreads) / (sum(counts) - 2))
    plain = float(sides[0][0].mean() - sides[1][0].mean())
    total = sum(variances)
    bottom = sum(v * v / (n - 1) for v, n in zip(variances, counts, strict=True))
    return Gap(
        value,
        float(low),
        float(high),
        plain / pooled if pooled else 0.0,
        math.sqrt(total),
        total * total / bottom if bottom else math.inf,
    )


def single(values: Sequence[float]) -> Gap | None:
    """Return the mean of differences within pairs; None with fewer than two."""
    from compass.stats import mean_interval

    n = len(values)
    if n < 2:
        return None
    value, low, high = mean_interval(values)
    spread = stdev(values)
    return Gap(value, low, high, value / spread if spread else 0.0, spread / math.sqrt(n), n - 1)


def _resampled(values: Floats, weights: Floats, resamples: int, random: Any) -> Floats:
    import numpy

    products, parts = values * weights, []
    step = max(1, 1_000_000 // len(values))
    for start in range(0, resamples, step):
        size = (min(step, resamples - start), len(values))
        places = random.integers(0, len(values), size=size)
        parts.append(products[places].sum(axis=1) / weights[places].sum(axis=1))
    return numpy.concatenate(parts)


def _tail(value: float, error: float, degrees: float) -> float:
    """Return P(T <= value / error)."""
    from scipy.special import ndtr, stdtr

    if not error:
        return 0.5 if not value else float(value > 0)
    ratio = value / error
    return float(ndtr(ratio) if math.isinf(degrees) else stdtr(degrees, ratio))


class Area(NamedTuple):
    """How often a score of one set is above one of the other: 0.5 is chance."""

    value: float
    low: float
    high: float
    p: float
    """One-sided: the first set is not above."""


def area(members: Sequence[float], others: Sequence[float]) -> Area | None:
    """Return the area under the ROC curve of scores that should be high for ``members``.

    None where a side has fewer than two.  Scores that are all alike tell nothing.
    """
    import numpy
    from scipy.stats import mannwhitneyu, rankdata

    if min(len(members), len(others)) < 2:
        return None
    n, m = len(members), len(others)
    both = numpy.concatenate([members, others]).astype(float)
    if both.min() == both.max():
        return Area(0.5, 0.0, 1.0, 1.0)
    ranks = rankdata(both)
    # Placements: the share of the other set below each value (ties count half).
    above = (ranks[:n] - rankdata(both[:n])) / m
    below = 1 - (ranks[n:] - rankdata(both[n:])) / n
    value = float(above.mean())
    error = math.sqrt(above.var(ddof=1) / n + below.var(ddof=1) / m)
    half = NormalDist().inv_cdf(0.975) * error
    p = float(mannwhitneyu(members, others, alternative="greater").pvalue)
    return Area(value, max(0.0, value - half), min(1.0, value + half), p)


class Blocks(NamedTuple):
    """How far the own order of each block stands out among others."""

    value: float
    """Mean over blocks of the own order's standard score."""

    low: float
    high: float
    p: float
    top: float
    """Share of blocks whose own order is the likeliest."""

    scores: tuple[float, ...]
    """Standard score of the own order, block by block."""


def blocks(
    own: Sequence[float], others: Sequence[Sequence[float]], *, draws: int = DRAWS, seed: int = 0
) -> Blocks | None:
    """Test whether own orders are likelier than other orders of the same block.

    In block i with orders j = 0 (own) … m, standard scores are z_ij = (x_ij - mean_i) / sd_i
    over all m + 1.  The statistic is the mean of z_i0.  If nothing was seen in its own order,
    any of the m + 1 orders could have been called the own one with the same chance, whatever
    the model: ``draws`` relabellings drawn at random give an exact p-value.  The interval is
    that of the mean over blocks (Student's t).

    Args:
        own: The log-likelihood of each block in its own order.
        others: Those of its other orders; blocks may have different numbers of them.
        draws: Relabellings.
        seed: Of the relabellings.
    """
    import numpy

    from compass.stats import mean_interval

    kept = [(a, list(b)) for a, b in zip(own, others, strict=True) if len(b)]
    tables = [numpy.asarray([a, *b], dtype=float) for a, b in kept]
    tables = [one for one in tables if one.std() > SLACK * max(1.0, abs(one).max())]
    if not tables:
        return None
    scores = [(one - one.mean()) / one.std() for one in tables]
    z = numpy.asarray([one[0] for one in scores])
    random = numpy.random.default_rng(seed)
    total = numpy.zeros(draws)
    for one in scores:
        total += one[random.integers(0, len(one), size=draws)]
    hits = int((total >= z.sum() - SLACK * len(z)).sum())
    value, low, high = mean_interval([float(score) for score in z])
    top = float(numpy.mean([one[0] >= one.max() - SLACK for one in scores]))
    return Blocks(value, low, high, (1 + hits) / (1 + draws), top, tuple(map(float, z)))


def signs(differences: Sequence[float], *, draws: int = DRAWS, seed: int = 0) -> float:
    """Return the p-value of "the mean difference is not above 0" by random signs."""
    import numpy

    values = numpy.asarray(differences, dtype=float)
    random = numpy.random.default_rng(seed)
    hits, step = 0, max(1, 1_000_000 // max(1, len(values)))
    for start in range(0, draws, step):
        size = (min(step, draws - start), len(values))
        flipped = random.choice((-1.0, 1.0), size=size) @ values
        hits += int((flipped >= values.sum() - SLACK * max(1, len(values))).sum())
    return (1 + hits) / (1 + draws)


def seen_from(pairs: float, effect: float, level: float, power: float = 0.8) -> float | None:
    """Return the smallest share of leaked texts that a mean would show; None: not even all.

    With a share s of the texts moved by ``effect`` standard deviations, a one-sided test of
    a mean over ``pairs`` effective texts rejects at ``level`` with chance ``power`` from::

        s = (z(level) + z(power)) / (effect * sqrt(pairs))

    Examples:
        >>> round(seen_from(100, 1.0, 0.05), 3)
        0.249
    """
    if pairs <= 0 or effect <= 0:
        return None
    z = NormalDist().inv_cdf(1 - level) + NormalDist().inv_cdf(power)
    share = z / (effect * math.sqrt(pairs))
    return share if share <= 1 else None
