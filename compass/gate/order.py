"""In which order a sequential gate asks the questions of a baseline.

The unit is what shares its luck: a passage with all its questions, or a sample with all its
variants and repeats.  Units are drawn at random, all with the same chance, or the more often
the less is known beforehand of how they will come out.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from compass.gate.baseline import Baseline
from compass.verdicts import Judged

LEAST_WEIGHT = 0.2
"""Of a unit that every earlier model was alike on; one that they were split on weighs 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The units of a dataset in the order they are asked."""

    units: tuple[str, ...]
    sizes: Mapping[str, int]
    """Questions of each unit."""

    samples: Mapping[str, tuple[str, ...]]
    """Samples of each unit."""

    weights: Mapping[str, float] | None = None
    """How often each unit is drawn beside the others; None: all alike."""

    before: float = math.nan
    """Score of the baseline over all units."""

    @property
    def questions(self) -> int:
        """Questions of all units."""
        return sum(self.sizes.values())

    def first(self, count: int) -> tuple[str, ...]:
        """Return the samples of the first units."""
        return tuple(one for unit in self.units[:count] for one in self.samples[unit])


def order_of(one: Judged, seed: int, past: Sequence[Judged] | None = None) -> Order:
    """Return the order of a dataset's units.

    Args:
        one: The baseline.
        seed: Of the draws: the same gives the same order.
        past: Verdicts on earlier models; None: all units are drawn with the same chance.
    """
    sizes: dict[str, int] = {}
    samples: dict[str, dict[str, None]] = {}
    for place in one.values:
        unit = one.cluster(place.sample)
        sizes[unit] = sizes.get(unit, 0) + 1
        samples.setdefault(unit, {})[place.sample] = None
    weights = None if past is None else _weights(one, past, sizes)
    known = [value for value in one.values.values() if value is not None]
    return Order(
        units=_drawn(list(sizes), weights, f"{seed} {one.dataset}"),
        sizes=sizes,
        samples={unit: tuple(found) for unit, found in samples.items()},
        weights=weights,
        before=sum(known) / len(known) if known else math.nan,
    )


def asked_of(
    baseline: Baseline, orders: Mapping[str, Order], counts: Mapping[str, int]
) -> Baseline:
    """Return the baseline with the questions of the first units alone."""
    datasets = {
        name: _restricted(one, set(orders[name].first(counts[name])))
        for name, one in baseline.datasets.items()
    }
    return replace(baseline, datasets=datasets)


def _restricted(one: Judged, samples: set[str]) -> Judged:
    values = {place: value for place, value in one.values.items() if place.sample in samples}
    known = [value for value in values.values() if value is not None]
    # What else is known of a score is of all questions, such as the share of unparsed ones.
    scores = tuple(
        replace(
            score,
            value=sum(known) / len(known) if known else None,
            low=None,
            high=None,
            failed=len(values) - len(known),
        )
        for score in one.scores
        if score.metric == one.metric
    )
    return replace(one, values=values, scores=scores or one.scores)


def _drawn(units: Sequence[str], weights: Mapping[str, float] | None, seed: str) -> tuple[str, ...]:
    """Return units drawn one after the other, each in proportion to its weight among the rest.

    Equal weights shuffle.  Sorting by exponential times that run as fast as the weights draws
    so (Efraimidis and Spirakis 2006, Inf. Process. Lett. 97:181-185).
    """
    dice = random.Random(seed)
    times = {unit: dice.expovariate(1.0 if weights is None else weights[unit]) for unit in units}
    return tuple(sorted(units, key=lambda unit: times[unit]))


def _weights(one: Judged, past: Iterable[Judged], sizes: Mapping[str, int]) -> dict[str, float]:
    """Return how often each unit is drawn: by the spread that earlier models showed on it.

    The value of a share p of models has the standard deviation sqrt(p (1 - p)), at most 1/2;
    drawing in proportion to size and spread makes the weighted values alike.
    """
    models = [one, *past]
    spread = dict.fromkeys(sizes, 0.0)
    for place in one.values:
        found = [value for model in models if (value := model.values.get(place)) is not None]
        mean = min(1.0, max(0.0, sum(found) / len(found))) if found else 0.5
        spread[one.cluster(place.sample)] += 2 * math.sqrt(mean * (1 - mean))
    return {
        unit: LEAST_WEIGHT * size + (1 - LEAST_WEIGHT) * spread[unit]
        for unit, size in sizes.items()
    }
