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
from dataclasses import dataclass, replace
from itertools import groupby

from compass.circular import Circular, Order
from compass.evaluators.likelihoods import logprobs, mass
from compass.evaluators.slots import Slots
from compass.evaluators.tally import UNPARSED
from compass.records import LETTERS, Prediction, Sample, Score, Verdict
from compass.stats import Mean

MOST_SLOTS = 26
PROBABILITY = "probability"


@dataclass(slots=True)
class _Asked:
    """One question in all its orders, the own one first."""

    verdicts: list[Verdict]
    right: list[float]
    """By order."""

    picks: list[int | None]
    """The option chosen, as the benchmark counts them, by order."""

    slots: list[int | None]
    """The slot chosen, by order."""

    count: int
    """Options."""

    gold: int | None
    """The right option, if it is one."""


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
        plain: What the evaluator itself makes of all verdicts; its headline over all orders
            is ``acc_circular``.
        settings: How tied votes are broken, and whose names are wanted.
    """
    metric = plain[0].metric
    tally = _Tally(settings.seed)
    old = _Old() if settings.compat == "opencompass" else None
    for asked in _questions(verdicts, metric):
        tally.add(asked)
        if old is not None and asked is not None:
            old.add(asked)
    found = list(tally.scores(plain[0]))
    return found + list(plain) + (old.scores(plain[0]) if old is not None else [])


def _questions(verdicts: Iterable[Verdict], metric: str) -> Iterator[_Asked | None]:
    """Yield the questions; None for one that has not been answered in every order."""
    for _, group in groupby(verdicts, key=lambda v: (v.sample_id, v.repeat)):
        rows = list(group)
        values = [row.values.get(metric) for row in rows]
        if any(value is None for value in values):
            yield None
            continue
        slots = [_slot(row.answer) for row in rows]
        golds = {_through(row, _slot(row.target)) for row in rows}
        yield _Asked(
            verdicts=rows,
            right=[value for value in values if value is not None],
            picks=[_through(row, slot) for row, slot in zip(rows, slots, strict=True)],
            slots=slots,
            count=len(rows[0].order),
            gold=golds.pop() if len(golds) == 1 else None,
        )


def _slot(answer: str | None) -> int | None:
    """Return the slot a single letter names."""
    return LETTERS.find(answer) if answer is not None and len(answer) == 1 else None


def _through(row: Verdict, slot: int | None) -> int | None:
    return row.order[slot] if slot is not None and 0 <= slot < len(row.order) else None


class _Tally:
    """Means over questions."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._means: dict[str, tuple[Mean, Mean]] = {}
        self._slots = Slots()
        self._failed = self._unparsed = self._truncated = 0
        self._clustered: list[tuple[_Asked, str]] = []

    def add(self, asked: _Asked | None) -> None:
        """Take in a question."""
        if asked is None:
            self._failed += 1
            return
        first = asked.verdicts[0]
        reasons = [set(row.reason.split(",")) for row in asked.verdicts]
        self._unparsed += any(UNPARSED in one for one in reasons)
        self._truncated += any("truncated" in one for one in reasons)
        cluster = None if first.cluster is None else (True, first.cluster)
        if cluster is None and first.repeat:
            cluster = (False, first.sample_id)
        for name, (value, chance) in self._values(asked).items():
            mean, level = self._means.setdefault(name, (Mean(), Mean()))
            mean.add(value, cluster)
            if chance is not None:
                level.add(chance, cluster)
        self._slots.add(asked.slots, asked.count)

    def scores(self, like: Score) -> Iterator[Score]:
        """Yield the scores, ``perf`` first."""
        names = sorted(self._means, key=_rank)
        for name in names:
            mean, chance = self._means[name]
            value, low, high = mean.interval()
            if name != "order_gap":
                low, high = max(0.0, low), min(1.0, high)
            known = math.isfinite(low) and math.isfinite(high)
            yield replace(
                like,
                metric=name,
                value=value,
                low=low if known else None,
                high=high if known else None,
                n=mean.n,
                failed=self._failed,
                unparsed=self._unparsed,
                truncated=self._truncated,
                chance=chance.interval().value if chance.n else None,
            )
        yield from self._slots.scores(like)

    def _values(self, asked: _Asked) -> dict[str, tuple[float, float | None]]:
        """Return value and chance level by metric."""
        orders, right = len(asked.right), sum(asked.right)
        guess = None if asked.gold is None else 1 / asked.count
        values: dict[str, tuple[float, float | None]] = {
            "perf": (float(right == orders), _at_least(orders, orders, guess)),
            "acc_origin": (asked.right[0], guess),
            "acc_circular": (right / orders, guess),
            "order_gap": (asked.right[0] - right / orders, 0.0),
        }
        for least in range(1, orders):
            chance = _at_least(least, orders, guess)
            values[f"more_{least}"] = (float(right >= least), chance)
        winner, tied = self._vote(asked)
        if asked.gold is not None:
            values["vote"] = (float(winner == asked.gold), guess)
            values["vote_ties"] = (float(tied), None)
        chances = [row.values.get(PROBABILITY) for row in asked.verdicts]
        shown = [one for one in chances if one is not None]
        if len(shown) == orders:
            values["prob"] = (math.fsum(shown) / orders, guess)
        if orders > 1:
            values["consistency"] = (_agreement(asked.picks), 1 / asked.count)
        for slot in range(min(asked.count, MOST_SLOTS)):
            named = sum(one == slot for one in asked.slots)
            values[f"prior_{LETTERS[slot]}"] = (named / orders, 1 / asked.count)
        return values

    def _vote(self, asked: _Asked) -> tuple[int | None, bool]:
        """Return the option chosen most often, and whether a lot decided."""
        counts = Counter(pick for pick in asked.picks if pick is not None)
        if not counts:
            return None, False
        most = max(counts.values())
        tied = sorted(pick for pick, times in counts.items() if times == most)
        draw = random.Random(f"{self._seed}:{asked.verdicts[0].sample_id}")
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


class _Old:
    """The figures of OpenCompass's older evaluator for four options and four shifts.

    ``icl_circular_evaluator.py`` of OpenCompass 0.5: votes that are tied go to the option
    met first, which is that of the unshifted question.
    """

    def __init__(self) -> None:
        self._questions = 0
        self._rows = 0
        self._more: Counter[int] = Counter()
        self._right = self._origin = self._votes = 0.0
        self._priors: Counter[str] = Counter()

    def add(self, asked: _Asked) -> None:
        """Take in a question."""
        self._questions += 1
        self._rows += len(asked.right)
        self._right += sum(asked.right)
        self._origin += asked.right[0]
        for least in range(len(asked.right) + 1):
            self._more[least] += sum(asked.right) >= least
        winner = Counter(asked.picks).most_common(1)[0][0]
        self._votes += winner is not None and winner == asked.gold
        self._priors.update("-" if one is None else LETTERS[one] for one in asked.slots)

    def scores(self, like: Score) -> list[Score]:
        """Return its figures under its names, without intervals, as it gives them."""
        if not self._questions:
            return []
        orders = self._rows / self._questions
        shares = {
            f"acc_{orders:g}": self._right / self._rows,
            "acc_1": self._origin / self._questions,
            **{f"more_{orders:g}_{j}": n / self._questions for j, n in self._more.items()},
            f"perf_{orders:g}": self._more[int(orders)] / self._questions,
            "perf_1": self._origin / self._questions,
            f"vote_{orders:g}": self._votes / self._questions,
            "vote_1": self._origin / self._questions,
            **{
                f"opencompass_prior_{letter}": self._priors[letter] / self._rows
                for letter in "ABCD-"
            },
        }
        return [
            replace(like, metric=name, value=value, low=None, high=None, n=self._questions)
            for name, value in shares.items()
        ]
