"""Drops that may be looked at after every round of questions.

The pool of questions stands, as in a gate that asks them all, for the population they are
drawn from: the drop of a unit, less the tolerance, has a mean of at most zero there, or not
(`compass.stats.betting`).  Where the more informative units are drawn first, the claim is
about the questions of the pool alone: a unit drawn with chance q stands for 1 / q units, and
what is known of those asked already is counted as known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compass.errors import ConfigError, DataError
from compass.gate.margin import Drop
from compass.gate.order import Order
from compass.gate.pairs import Pair
from compass.stats import Mean
from compass.stats.betting import bounds, log_evidence, p_value
from compass.stats.paired import NOTHING

_Evidence = tuple[Callable[[float], float], Callable[[float], float]]
"""Log-evidence that the drop is above a number, and that it is below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Units:
    """What the units asked so far add up to, in the order they were asked."""

    sums: Any
    """Sum of the drops of each."""

    sizes: Any
    """Questions of each that both answered."""

    largest: float
    """Questions that a unit can have."""

    limits: tuple[float, float]
    """What the drop of a question cannot be below, and not above."""

    asked: int
    """Questions that both answered."""

    flips: tuple[int, int]
    """Questions on which the candidate did worse, and better."""

    complete: bool
    """True if no unit is left."""


class Sequential:
    """Questions asked in growing rounds, in a random order.

    Args:
        orders: The order of each dataset's units.
    """

    def __init__(self, orders: Mapping[str, Order]) -> None:
        self.orders = orders

    def drop(self, pair: Pair, floor: float | None = None) -> Drop:
        """Return how far the candidate fell, or fell short of a floor."""
        order = self.orders[pair.dataset]
        units = _units(pair, order, floor)
        return _population(units) if order.weights is None else _pool(units, order)

    def mean(self, pairs: Sequence[Pair], floor: float | None = None) -> Drop:
        """Return the mean of that over datasets, a unit of each at a time.

        Raises:
            ConfigError: The units are not drawn with the same chance.
        """
        orders = [self.orders[pair.dataset] for pair in pairs]
        if any(order.weights is not None for order in orders):
            raise ConfigError(
                "an average cannot be tested where informative questions are asked first",
                hint="take [average] out of the rules, or ask without --past",
            )
        found = [_units(pair, order, floor) for pair, order in zip(pairs, orders, strict=True)]
        # A unit of each dataset, in parts of a question of it: the mean size counts as one.
        shares = [len(order.units) / order.questions / len(pairs) for order in orders]
        parts = list(zip(shares, found, strict=True))
        count = min(len(one.sums) for one in found)
        units = _Units(
            sums=sum(share * one.sums[:count] for share, one in parts),
            sizes=sum(share * one.sizes[:count] for share, one in parts),
            largest=sum(share * one.largest for share, one in parts),
            limits=found[0].limits,
            asked=sum(one.asked for one in found),
            flips=(sum(one.flips[0] for one in found), sum(one.flips[1] for one in found)),
            complete=all(one.complete for one in found),
        )
        return _population(units)

    def scores(self, pair: Pair) -> tuple[float, float]:
        """Return what both are worth on what was asked; weighted, on all of the pool."""
        order = self.orders[pair.dataset]
        if order.weights is None:
            return float(pair.both.a.mean()), float(pair.both.b.mean())
        return order.before, order.before - pair.sign * self.drop(pair).value


def _units(pair: Pair, order: Order, floor: float | None) -> _Units:
    """Add up what was asked, unit by unit.

    Raises:
        DataError: Values are not within 0..1.
    """
    import numpy

    for values in (pair.both.a, pair.both.b):
        if values.min() < 0 or values.max() > 1:
            raise DataError(
                f"a sequential gate needs values within 0 to 1, and those of {pair.metric} are not",
                where=pair.dataset,
                hint="name another metric in the rules, or ask everything at once",
            )
    asked = {pair.before.cluster(place.sample) for place in pair.before.values}
    units = [unit for unit in order.units if unit in asked]
    places = {unit: number for number, unit in enumerate(units)}
    rows = numpy.array([places[pair.before.cluster(p.sample)] for p in pair.both.places], dtype=int)
    drops = pair.sign * (pair.both.a - pair.both.b if floor is None else floor - pair.both.b)
    limits, flips = (-1.0, 1.0), (int((drops > NOTHING).sum()), int((drops < -NOTHING).sum()))
    if floor is not None:
        limits, flips = (floor - 1, floor) if pair.sign > 0 else (-floor, 1 - floor), (0, 0)
    return _Units(
        sums=numpy.bincount(rows, weights=drops, minlength=len(units)),
        sizes=numpy.bincount(rows, minlength=len(units)).astype(float),
        largest=float(max(order.sizes.values())),
        limits=limits,
        asked=len(rows),
        flips=flips,
        complete=len(units) == len(order.units),
    )


def _population(units: _Units) -> Drop:
    """Return the drop of the population that equally likely units are drawn from."""
    least, most = units.limits

    def above(mean: float) -> float:
        return log_evidence((units.sums - mean * units.sizes) / units.largest, least - mean)

    def below(mean: float) -> float:
        return log_evidence((mean * units.sizes - units.sums) / units.largest, mean - most)

    return _drop(units, float(units.sums.sum() / units.sizes.sum()), (above, below))


def _pool(units: _Units, order: Order) -> Drop:
    """Return the drop of a pool whose units are drawn by weight, none twice."""
    import numpy

    count = len(units.sums)
    weights = numpy.array([(order.weights or {})[unit] for unit in order.units])
    sizes = numpy.array([order.sizes[unit] for unit in order.units], dtype=float)
    total, left = sizes.sum(), numpy.cumsum(weights[::-1])[::-1]
    stands_for = (left / weights)[:count]
    # The most questions that a unit still to be drawn may stand for, before each draw.
    worst = (left * numpy.maximum.accumulate((sizes / weights)[::-1])[::-1])[:count]
    rest = total - sizes[:count].sum()

    def evidence(sign: int, mean: float) -> float:
        edge = min(0.0, units.limits[0] - mean if sign > 0 else mean - units.limits[1])
        gains = sign * (units.sums - mean * units.sizes)
        known = numpy.concatenate([[0.0], numpy.cumsum(gains)])
        if known[-1] + edge * rest > NOTHING * total:
            return math.inf  # whatever the rest comes to
        return log_evidence(
            (known[:-1] + gains * stands_for) / total, (known[:-1] + edge * worst) / total
        )

    known = numpy.concatenate([[0.0], numpy.cumsum(units.sums)])
    drawn = float(((known[:-1] + units.sums * stands_for) / total).mean())
    value = float(known[-1] / total) if units.complete else drawn
    return _drop(units, value, (lambda mean: evidence(1, mean), lambda mean: evidence(-1, mean)))


def _drop(units: _Units, value: float, evidence: _Evidence) -> Drop:
    above, below = evidence
    mean = Mean()
    for number, (total, size) in enumerate(zip(units.sums, units.sizes, strict=True)):
        if size:
            mean.add(total / size, number, size)

    def between(level: float) -> tuple[float, float]:
        low, high = bounds(above, below, units.limits, level)
        return min(low, value), max(high, value)

    return Drop(
        value=value,
        n=units.asked,
        error=mean.error(),
        worse=units.flips[0],
        better=units.flips[1],
        bounds=between,
        above=lambda tolerance: p_value(above(tolerance)),
        below=lambda tolerance: p_value(below(tolerance)),
        alike=units.complete and not any(units.flips),
    )
