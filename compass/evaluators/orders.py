"""What verdicts on several orders of the options add up to.

With x the verdict (0 or 1) on a question in one order, V the number of its orders, K that
of its options:

    perf          share of questions right in every order                 chance K^-V
    acc_origin    mean of x over the benchmark's own order                       1/K
    acc_circular  mean of x over all orders, a question counting as one          1/K
    order_gap     acc_origin - acc_circular, paired by question                    0
    more_j        share of questions right in at least j orders      P(Bin(V, 1/K) >= j)
    vote          share of questions whose option chosen most often is right     1/K
    vote_ties     share of questions whose vote was tied, and drawn by lot
    prob          mean over orders of the right option's probability             1/K
    consistency   share of pairs of orders that got the same option              1/K
    prior_X       share of answers that named slot X                             1/K
    position_bias, position_bias_p   see `Slots`

CircularEval asks for perf: Liu et al. 2023, arXiv:2307.06281.  A question with an order
that has no answer is left out of all but the plain accuracies, and counted as failed.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from compass.circular import Circular, Order
from compass.evaluators.asked import Asked, Coverage, questions, scored
from compass.evaluators.likelihoods import logprobs, mass
from compass.evaluators.opencompass_orders import InOrders, OpenCompass
from compass.evaluators.slots import Slots
from compass.records import LETTERS, Prediction, Sample, Score, Verdict
from compass.stats import Mean

PROBABILITY = "probability"


def in_order(
    verdict: Verdict, order: Order, sample: Sample, predictions: Sequence[Prediction]
) -> Verdict:
    """Return a verdict with its order and, of a ranking, the right options' probability."""
    values = dict(verdict.values)
    ranked = predictions[0].likelihoods is not None and sample.right
    if ranked and None not in values.values():
        values[PROBABILITY] = mass(logprobs(predictions[0], len(sample.choices)), sample.right)
    return replace(verdict, order=order, values=values)


def order_scores(
    verdicts: Iterable[Verdict], plain: Sequence[Score], settings: Circular
) -> list[Score]:
    """Return the scores of a circular evaluation, ``perf`` first.

    Args:
        verdicts: Question by question; each with its order.
        plain: What the evaluator makes of the answers in the own order.  If no question was
            asked in another one, there is nothing to add to it.
        settings: How tied votes are broken, and whose names are wanted.
    """
    metric = plain[0].metric
    tally = _Tally(settings.seed)
    old = OpenCompass() if settings.compat == "opencompass" else None
    for asked in questions(verdicts, metric):
        in_orders = _in_orders(asked)
        tally.add(asked, in_orders)
        if old is not None and asked.answered:
            old.add(in_orders)
    if not tally.varied:
        return list(plain)
    found = list(tally.scores(plain[0]))
    return found + list(plain) + (old.scores(plain[0]) if old is not None else [])


def _in_orders(asked: Asked) -> InOrders:
    rows = asked.verdicts
    orders = [row.order for row in rows]
    slots = [_slot(row.answer, order) for row, order in zip(rows, orders, strict=True)]
    golds = {
        _through(order, _slot(row.target, order)) for row, order in zip(rows, orders, strict=True)
    }
    return InOrders(
        right=[value or 0.0 for value in asked.values],
        slots=slots,
        picks=[_through(order, slot) for order, slot in zip(orders, slots, strict=True)],
        gold=golds.pop() if len(golds) == 1 else None,
        orders=orders,
    )


def _slot(answer: str | None, order: Order) -> int | None:
    """Return the slot a single letter names."""
    place = LETTERS.find(answer) if answer is not None and len(answer) == 1 else -1
    return place if 0 <= place < len(order) else None


def _through(order: Order, slot: int | None) -> int | None:
    return None if slot is None else order[slot]


class _Tally:
    """Means over questions."""

    def __init__(self, seed: int) -> None:
        self.varied = False
        """True once a question was asked in several orders."""

        self._seed = seed
        self._means: dict[str, tuple[Mean, Mean]] = {}
        self._slots = Slots()
        self._coverage = Coverage()

    def add(self, asked: Asked, seen: InOrders) -> None:
        """Take in a question."""
        self.varied = self.varied or len(asked.verdicts) > 1
        self._coverage.add(asked)
        if not asked.answered:
            return
        for name, (value, chance) in self._values(asked, seen).items():
            mean, level = self._means.setdefault(name, (Mean(), Mean()))
            mean.add(value, asked.cluster)
            if chance is not None:
                level.add(chance, asked.cluster)
        self._slots.add(seen.slots, seen.orders, asked.cluster)

    def scores(self, plain: Score) -> Iterator[Score]:
        """Yield the scores, ``perf`` first."""
        like = self._coverage.on(plain)
        if not self._means:
            yield replace(like, metric="perf", value=None, low=None, high=None, n=0)
        for name in sorted(self._means, key=_rank):
            mean, chance = self._means[name]
            yield replace(
                scored(like, name, mean, least=-1.0 if name == "order_gap" else 0.0),
                chance=chance.interval().value if chance.n else None,
                beside=name == "acc_origin",
            )
        yield from self._slots.scores(like)

    def _values(self, asked: Asked, seen: InOrders) -> dict[str, tuple[float, float | None]]:
        """Return value and chance level by metric."""
        orders, right, count = len(seen.right), math.fsum(seen.right), seen.count
        guess = None if seen.gold is None else 1 / count
        values: dict[str, tuple[float, float | None]] = {
            "perf": (float(min(seen.right) == 1.0), _at_least(orders, orders, guess)),
            "acc_origin": (seen.right[0], guess),
            "acc_circular": (right / orders, guess),
            "order_gap": (seen.right[0] - right / orders, 0.0),
        }
        hits = sum(one == 1.0 for one in seen.right)
        for least in range(1, orders):
            values[f"more_{least}"] = (float(hits >= least), _at_least(least, orders, guess))
        if seen.gold is not None:
            winner, tied = self._vote(asked, seen.picks)
            values["vote"] = (float(winner == seen.gold), guess)
            values["vote_ties"] = (float(tied), None)
        chances = [row.values.get(PROBABILITY) for row in asked.verdicts]
        shown = [one for one in chances if one is not None]
        if len(shown) == orders:
            values["prob"] = (math.fsum(shown) / orders, guess)
        if orders > 1:
            values["consistency"] = (_agreement(seen.picks), 1 / count)
        for slot in range(count):
            named = sum(one == slot for one in seen.slots)
            values[f"prior_{LETTERS[slot]}"] = (named / orders, 1 / count)
        return values

    def _vote(self, asked: Asked, picks: Sequence[int | None]) -> tuple[int | None, bool]:
        """Return the option chosen most often, and whether a lot decided."""
        counts = Counter(pick for pick in picks if pick is not None)
        if not counts:
            return None, False
        most = max(counts.values())
        tied = sorted(pick for pick, times in counts.items() if times == most)
        first = asked.verdicts[0]
        draw = random.Random(f"{self._seed}:{first.sample_id}:{first.repeat}")
        return draw.choice(tied), len(tied) > 1


def _rank(name: str) -> tuple[int, int, str]:
    heads = ["perf", "acc_origin", "acc_circular", "order_gap", "more", "vote", "vote_ties"]
    heads += ["prob", "consistency", "prior"]
    head, number = name, ""
    if name.startswith(("more_", "prior_")):
        head, _, number = name.partition("_")
    return heads.index(head), int(number) if number.isdigit() else 0, name


def _at_least(least: int, trials: int, chance: float | None) -> float | None:
    """Return the probability of so many hits or more among independent trials."""
    if chance is None:
        return None
    return math.fsum(
        math.comb(trials, hits) * chance**hits * (1 - chance) ** (trials - hits)
        for hits in range(least, trials + 1)
    )


def _agreement(picks: Sequence[int | None]) -> float:
    """Return the share of pairs of orders with the same option; no answer agrees with none."""
    counts = Counter(pick for pick in picks if pick is not None)
    same = sum(times * (times - 1) for times in counts.values())
    return same / (len(picks) * (len(picks) - 1))
