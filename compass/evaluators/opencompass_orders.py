"""The figures of OpenCompass on answers in several orders, under its names.

OpenCompass 0.5 has two evaluators.  ``icl_circular_evaluator.py`` is for four options, which
are shifted: ``acc_4``, ``acc_1``, ``more_4_j``, ``perf_4``, ``vote_4``, ``prior_X``.  Votes that
are tied go to the option met first, which is that of the unshifted question.
``datasets/circular.py`` is for any number: ``acc_p``, ``more_j_p``, ``perf_p`` over the orders of
a pattern p: ``origin``, ``circular`` (the shifts) and ``all_possible``.  It takes the order of
the first row for ``origin`` and shifts that; here the benchmark's own order is the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import factorial

from compass.circular import Order
from compass.records import LETTERS, Score


@dataclass(frozen=True, slots=True, kw_only=True)
class InOrders:
    """One question, answered in every order it was asked in, the own one first."""

    right: Sequence[float]
    """Verdict by order."""

    slots: Sequence[int | None]
    """The slot chosen, by order."""

    picks: Sequence[int | None]
    """The option chosen, as the benchmark counts them, by order."""

    gold: int | None
    """The right option, if it is one."""

    orders: Sequence[Order]

    @property
    def count(self) -> int:
        """The number of options."""
        return len(self.orders[0])


class OpenCompass:
    """Sums over questions."""

    def __init__(self) -> None:
        self._four = _Four()
        self._patterns = {name: _Pattern() for name in ("origin", "circular", "all_possible")}

    def add(self, asked: InOrders) -> None:
        """Take in a question."""
        shifts = set(_shifts(asked.count))
        hits = [one == 1.0 for one in asked.right]
        pairs = list(zip(asked.orders, hits, strict=True))
        self._patterns["origin"].add(hits[:1])
        self._patterns["circular"].add([hit for order, hit in pairs if order in shifts])
        if len(asked.orders) == factorial(asked.count):
            self._patterns["all_possible"].add(hits)
        if set(asked.orders) == shifts and len(asked.orders) == asked.count == 4:
            self._four.add(asked, hits)

    def scores(self, like: Score) -> list[Score]:
        """Return the figures, without intervals, as OpenCompass gives them."""
        found = list(self._four.figures())
        for name, pattern in self._patterns.items():
            found += [(metric, value, pattern.questions) for metric, value in pattern.figures(name)]
        return [
            replace(like, metric=name, value=value, low=None, high=None, n=n, scale="share")
            for name, value, n in found
        ]


def _shifts(count: int) -> Iterator[Order]:
    own = tuple(range(count))
    for step in range(count):
        yield own[step:] + own[:step]


class _Pattern:
    """The newer figures over some of the orders."""

    def __init__(self) -> None:
        self.questions = 0
        self._rows = self._right = self._most = 0
        self._hits: Counter[int] = Counter()

    def add(self, hits: Sequence[bool]) -> None:
        self.questions += 1
        self._rows += len(hits)
        self._right += sum(hits)
        self._most = max(self._most, len(hits))
        self._hits[sum(hits)] += 1

    def figures(self, name: str) -> Iterator[tuple[str, float]]:
        if not self._rows:
            return
        # Ours of that name is over every order that was asked, its own over the shifts.
        prefix = "opencompass_" if name == "circular" else ""
        if name != "origin":  # there ours has the same name and value
            yield f"{prefix}acc_{name}", self._right / self._rows
        for least in range(1, self._most + 1):
            there = sum(n for hits, n in self._hits.items() if hits >= least)
            metric = f"more_{least}_{name}" if least < self._most else f"perf_{name}"
            yield metric, there / self.questions


class _Four:
    """The older figures."""

    def __init__(self) -> None:
        self._questions = self._votes = self._origin = 0
        self._hits: Counter[int] = Counter()
        self._priors: Counter[str] = Counter()

    def add(self, asked: InOrders, hits: Sequence[bool]) -> None:
        self._questions += 1
        self._origin += hits[0]
        self._hits[sum(hits)] += 1
        # The first of those met equally often, an answer that names no option among them.
        winner = Counter(asked.picks).most_common(1)[0][0]
        self._votes += winner is not None and winner == asked.gold
        self._priors.update("-" if one is None else LETTERS[one] for one in asked.slots)

    def figures(self) -> Iterator[tuple[str, float, int]]:
        n = self._questions
        if not n:
            return
        more = [sum(there for hits, there in self._hits.items() if hits >= j) for j in range(5)]
        shares = {
            "acc_4": sum(hits * there for hits, there in self._hits.items()) / 4,
            "acc_1": self._origin,
            **{f"more_4_{j}": there for j, there in enumerate(more)},
            "more_1_0": n,
            "more_1_1": self._origin,
            "perf_4": more[4],
            "perf_1": self._origin,
            "vote_4": self._votes,
            "vote_1": self._origin,
        }
        for metric, value in shares.items():
            yield metric, value / n, n
        for letter in "ABCD-":
            yield f"opencompass_prior_{letter}", self._priors[letter] / (4 * n), n
