"""What verdicts on several wordings of each question add up to.

With x the value of the headline metric on a question in one way of asking, m_w the mean of x
over questions in way w, and W the number of ways:

    mean        mean of m_w over the ways
    worst       least m_w
    range       greatest m_w less the least            (Sclar et al. 2024, arXiv:2310.11324)
    sd          standard deviation of m_w, W - 1 in the denominator
    changed     share of questions that got another answer in some way
    perf        share of questions right in every way, where x is right or wrong
    x@w         m_w of each other way
    ways_p      p-value: are all ways alike?           (Hotelling's test, see `MeanVector`)

Intervals take questions, or their clusters, as the units.  The least of several estimates, and
their range, are off even if each of them is not, so their bounds are simultaneous ones: with q
the 95 % quantile of the greatest standardised error (of the means, or of all differences) the
range is at least max(d - q e) and at most max(d + q e) over the differences d of two ways with
standard error e.  It is above zero if some two ways differ.  The standard deviation is the
length of a vector, which is off by the length of its error at most.

A question without an answer in one of its ways is left out and counted as failed; one that was
not asked in all the ways that others were (`optional`) is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from compass.evaluators.asked import Asked, Coverage, questions, scored
from compass.evaluators.meanvector import MeanVector
from compass.records import Score, Verdict
from compass.stats import LEVEL, Mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

Bounds = tuple[float | None, float | None]


def way_scores(verdicts: Iterable[Verdict], plain: Sequence[Score]) -> list[Score]:
    """Return the scores of several ways of asking, their ``mean`` first.

    Args:
        verdicts: Question by question; they can be gone through again.
        plain: What the evaluator makes of the plain way.  If its headline is no mean over
            questions, or nothing was asked in another way, there is nothing to add to it.
    """
    metric = plain[0].metric
    asked = _ways_of(verdicts)
    if len(asked) < 2:
        return list(plain)
    tally = _Tally(len(asked))
    for question in questions(verdicts, metric):
        if len(question.verdicts) == len(asked):
            tally.add(question)
    headline, *others = plain
    return [
        *tally.scores(headline, list(asked.values())),
        replace(headline, beside=True),
        *others,
    ]


def _ways_of(verdicts: Iterable[Verdict]) -> dict[int, str]:
    """Return the names of the ways there are, by number."""
    found: dict[int, str] = {}
    for one in verdicts:
        found.setdefault(one.variant, one.way)
    return dict(sorted(found.items()))


class _Tally:
    """Means over the questions that were asked in every way."""

    def __init__(self, ways: int) -> None:
        self._coverage = Coverage()
        self._binary = True
        self._vector = MeanVector()
        self._each = [Mean() for _ in range(ways)]
        self._mean, self._all, self._changed, self._moved = Mean(), Mean(), Mean(), Mean()

    def add(self, asked: Asked) -> None:
        """Take in a question."""
        self._coverage.add(asked)
        values = [value for value in asked.values if value is not None]
        if not asked.answered:
            return
        cluster = asked.cluster
        self._binary = self._binary and set(values) <= {0.0, 1.0}
        self._vector.add(values, cluster)
        for mean, value in zip(self._each, values, strict=True):
            mean.add(value, cluster)
        self._mean.add(math.fsum(values) / len(values), cluster)
        self._all.add(float(min(values) == 1.0), cluster)
        moved = len(set(values)) > 1
        self._moved.add(float(moved), cluster)
        answers = {row.answer for row in asked.verdicts}
        self._changed.add(float(len(answers) > 1 or (answers == {None} and moved)), cluster)

    def scores(self, headline: Score, names: Sequence[str]) -> Iterator[Score]:
        """Yield the scores, ``mean`` first."""
        like = self._coverage.on(replace(headline, chance=None))
        if not self._mean.n:
            yield replace(like, metric="mean", value=None, low=None, high=None, n=0)
            return
        yield replace(scored(like, "mean", self._mean), chance=headline.chance)
        spread = _Spread(self._vector, self._each, self._moved)
        shown = replace(like, n=self._mean.n)
        for name, value, bounds in spread.figures():
            low, high = map(_within, bounds) if like.scale == "share" else bounds
            yield replace(
                shown, metric=name, value=value, low=low, high=high, beside=name == "worst"
            )
        share = replace(like, scale="share")
        yield scored(share, "changed", self._changed)
        if self._binary:
            yield scored(share, "perf", self._all)
        for name, mean in zip(names[1:], self._each[1:], strict=True):
            yield scored(like, f"{like.metric}@{name}", mean)
        p_value = spread.p_value()
        if p_value is not None:
            yield replace(shown, metric="ways_p", value=p_value, low=None, high=None, scale="plain")


class _Spread:
    """How far the means of the ways lie apart."""

    def __init__(self, vector: MeanVector, each: Sequence[Mean], moved: Mean) -> None:
        self._vector = vector
        self._each = each
        self._still = moved.interval() if not moved.interval().value else None
        self._errors: NDArray[Any] | None = vector.errors()

    def figures(self) -> Iterator[tuple[str, float, Bounds]]:
        """Yield name, value and bounds."""
        means = [float(one) for one in self._vector.mean()]
        centre = math.fsum(means) / len(means)
        length = math.sqrt(math.fsum((one - centre) ** 2 for one in means))
        scale = math.sqrt(len(means) - 1)
        yield "worst", min(means), self._worst(means)
        yield "range", max(means) - min(means), self._range(means)
        yield "sd", length / scale, self._sd(length, scale)

    def p_value(self) -> float | None:
        """Return the p-value of all ways having the same mean."""
        import numpy as np

        ways = len(self._each)
        return self._vector.p_value(np.eye(ways)[:-1] - 1 / ways)

    def _worst(self, means: Sequence[float]) -> Bounds:
        if self._errors is None:
            return None, None
        bounds = [
            # A way whose values are all alike has no spread; its own interval has a width.
            (own.low, own.high) if own.low == own.high or not half else (mean - half, mean + half)
            for mean, half, own in zip(
                means, _halves(self._errors), (one.interval() for one in self._each), strict=True
            )
        ]
        return min(low for low, _ in bounds), min(high for _, high in bounds)

    def _range(self, means: Sequence[float]) -> Bounds:
        if self._errors is None:
            return None, None
        if self._still is not None:  # no value differs between any two ways
            return 0.0, self._still.high
        pairs = list(combinations(range(len(means)), 2))
        differences = [abs(means[a] - means[b]) for a, b in pairs]
        one, other = ([pair[side] for pair in pairs] for side in (0, 1))
        halves = _halves(self._errors[:, one] - self._errors[:, other])
        low = max(d - half for d, half in zip(differences, halves, strict=True))
        high = max(d + half for d, half in zip(differences, halves, strict=True))
        return max(0.0, low), high

    def _sd(self, length: float, scale: float) -> Bounds:
        import numpy as np

        if self._errors is None:
            return None, None
        if self._still is not None:
            return 0.0, self._still.high
        centred = self._errors - self._errors.mean(axis=1, keepdims=True)
        reach = float(np.quantile(np.linalg.norm(centred, axis=1), LEVEL))
        return max(0.0, length - reach) / scale, (length + reach) / scale


def _within(bound: float | None) -> float | None:
    return None if bound is None else min(1.0, max(0.0, bound))


def _halves(errors: NDArray[Any]) -> list[float]:
    """Return half the width of each column's simultaneous interval."""
    import numpy as np

    # The draws are of a t distribution: their median size tells its scale, whatever its tails.
    spread = np.quantile(np.abs(errors), 0.6827, axis=0)
    varied = spread > 1e-12
    if not varied.any():
        return [0.0] * errors.shape[1]
    greatest = (np.abs(errors[:, varied]) / spread[varied]).max(axis=1)
    return [float(half) for half in np.quantile(greatest, LEVEL) * spread]
