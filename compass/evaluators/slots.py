"""Does a model prefer a slot?  A test over questions, each asked in several orders.

A model that goes by content chooses an option as often in whatever slot it stands.  Over the
V orders of one question let c count how often each slot was named, and o how often each
option was chosen, wherever it stood.  Then the model was to name slot s

    e_s = sum over orders of o(option shown there) / V

times, and c - e has mean zero in every slot, however much the model knows, whichever options
are pinned, and whether or not the orders show every option in every slot equally often (where
they do, e_s is the same for all slots).  Answers that name no slot count for neither.

Orders of one question are not independent (a pooled chi-squared test takes them for it), so
the questions, or their clusters, are the units: see `MeanVector` for the test.  Questions with
other numbers of options are tested together: a slot that a question lacks is zero there.

The effect size is Cohen's w of the slots' shares q = sum(c) / n against p = sum(e) / n, where n
counts the answers: sqrt(sum((q - p)^2 / p)), Cohen 1988, chapter 7.  Its interval is the
effect -+ the 95 % quantile of the length of the error of the same vector.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

from compass.circular import Order
from compass.evaluators.meanvector import MeanVector
from compass.records import Score
from compass.stats import LEVEL


class Slots:
    """Counts of slots, question by question."""

    def __init__(self) -> None:
        self._excess = MeanVector()
        self._named: list[float] = []
        self._due: list[float] = []

    def add(
        self,
        slots: Sequence[int | None],
        orders: Sequence[Order],
        cluster: Hashable | None = None,
    ) -> None:
        """Take in the slots one question was answered with, and its orders."""
        count, asked = len(orders[0]), len(orders)
        if count < 2 or asked < 2:
            return
        named, chosen = [0] * count, [0] * count
        for slot, order in zip(slots, orders, strict=True):
            if slot is not None and 0 <= slot < count:
                named[slot] += 1
                chosen[order[slot]] += 1
        if not any(named):
            return
        due = [0] * count  # times the number of orders: whole numbers stay exact
        for order in orders:
            for slot, option in enumerate(order):
                due[slot] += chosen[option]
        pairs = list(zip(named, due, strict=True))
        self._excess.add([(asked * c - e) / asked for c, e in pairs], cluster)
        missing = count - len(self._named)
        self._named += [0.0] * missing
        self._due += [0.0] * missing
        for slot, (c, e) in enumerate(pairs):
            self._named[slot] += c
            self._due[slot] += e / asked

    def scores(self, like: Score) -> Iterator[Score]:
        """Yield effect size and p-value; nothing where no question was asked in two orders."""
        if not self._excess.n:
            return
        shared = replace(
            like, low=None, high=None, n=self._excess.n, unparsed=0, truncated=0, chance=None
        )
        value, reach = self._effect()
        yield replace(
            shared,
            metric="position_bias",
            value=value,
            low=None if reach is None else max(0.0, value - reach),
            high=None if reach is None else value + reach,
            scale="plain",
        )
        p_value = self.p_value()
        if p_value is not None:
            yield replace(shared, metric="position_bias_p", value=p_value, scale="plain")

    def p_value(self) -> float | None:
        """Return the p-value of no slot being preferred, None for too few questions."""
        return self._excess.p_value() if self._excess.n else None

    def _effect(self) -> tuple[float, float | None]:
        """Return Cohen's w, and how far it may be off."""
        import numpy as np

        total = sum(self._named)
        due = np.array(self._due)
        weights = np.sqrt(np.divide(total, due, out=np.zeros_like(due), where=due > 0))
        # The excess is the mean over questions; shares are taken over answers.
        weights *= self._excess.n / total
        value = float(np.linalg.norm(weights * self._excess.mean()))
        errors = self._excess.errors()
        if errors is None:
            return value, None
        return value, float(np.quantile(np.linalg.norm(weights * errors, axis=1), LEVEL))
