"""Does a model prefer a slot?  A test over questions, each asked in several orders.

Shown every option in every slot equally often, a model that goes by content names each
slot equally often, however much it knows.  With c the counts of the slots over the orders
of one question, V of them over K slots, the mean of c - V/K over questions is zero in
every slot.  Orders of one question are not independent (a pooled chi-squared test takes
them for it), so the questions are the units: Hotelling's one-sample T-squared on the first
K - 1 slots,

    T2 = n m' S^-1 m,     F = (n - p) / (p (n - 1)) T2  ~  F(p, n - p),     p = K - 1

Hotelling 1931 (Ann. Math. Stat. 2:360-378).  The effect size is Cohen's w of the slots'
shares q against 1/K: sqrt(sum K (q - 1/K)^2); Cohen 1988, chapter 7.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from compass.records import Score

FEWEST = 10
"""Questions beyond the number of slots that the test asks for."""


class Slots:
    """Counts of slots, question by question."""

    def __init__(self) -> None:
        self._sums: dict[tuple[int, int], _Sums] = {}

    def add(self, slots: Sequence[int | None], count: int) -> None:
        """Take in the slots one question's orders were answered with.

        Questions with an answer that names no slot say nothing about slots.
        """
        if count < 2 or len(slots) % count or any(one is None for one in slots):
            return
        counts = [0] * count
        for one in slots:
            if one is None or not 0 <= one < count:
                return
            counts[one] += 1
        self._sums.setdefault((count, len(slots)), _Sums(count)).add(counts)

    def scores(self, like: Score) -> Iterator[Score]:
        """Yield effect size and p-value over the questions of the commonest form."""
        if not self._sums:
            return
        form, sums = max(self._sums.items(), key=lambda item: item[1].n)
        p_value = sums.p_value()
        shared = replace(
            like, low=None, high=None, n=sums.n, failed=0, unparsed=0, truncated=0, chance=None
        )
        yield replace(shared, metric="position_bias", value=sums.effect(form[1]), scale="plain")
        if p_value is not None:
            yield replace(shared, metric="position_bias_p", value=p_value, scale="plain")


class _Sums:
    """Sums and products of counts."""

    def __init__(self, count: int) -> None:
        self.n = 0
        self._count = count
        self._sum = [0.0] * count
        self._products = [[0.0] * count for _ in range(count)]

    def add(self, counts: Sequence[int]) -> None:
        """Take in the counts of a question."""
        self.n += 1
        for slot, one in enumerate(counts):
            self._sum[slot] += one
            row = self._products[slot]
            for other, two in enumerate(counts):
                row[other] += one * two

    def effect(self, orders: int) -> float:
        """Return Cohen's w of the slots' shares."""
        total = self.n * orders
        count = self._count
        return float(sum(count * (s / total - 1 / count) ** 2 for s in self._sum) ** 0.5)

    def p_value(self) -> float | None:
        """Return the p-value of Hotelling's test, None for too few questions."""
        import numpy as np
        from scipy.special import fdtrc

        p = self._count - 1
        if self.n < p + FEWEST:
            return None
        mean = np.array(self._sum[:p]) / self.n
        products = np.array(self._products)[:p, :p] / self.n
        covariance = (products - np.outer(mean, mean)) * self.n / (self.n - 1)
        even = sum(self._sum) / self.n / self._count
        # Slots that never vary leave no spread to test against: what differs there is certain.
        values, vectors = np.linalg.eigh(covariance)
        along = vectors.T @ (mean - even)
        flat = values < 1e-9
        if np.any(np.abs(along[flat]) > 1e-9):
            return 0.0
        rank = int((~flat).sum())
        if rank == 0:
            return 1.0
        squared = self.n * float((along[~flat] ** 2 / values[~flat]).sum())
        f = (self.n - rank) / (rank * (self.n - 1)) * squared
        return float(fdtrc(rank, self.n - rank, f))
