"""The orders in which the options of a multiple choice are shown.

A model that prefers a slot, or guesses, is right in one order and wrong in another.
Circular evaluation asks a question once for each of several orders:

    cyclic   the K shifts                 ABCD BCDA CDAB DABC
    all      every order, K! of them
    list     the orders that are given

An order tells for each slot which option is shown there, options counted as the
benchmark has them: ``(1, 2, 3, 0)`` shows the second option first.  The first order is
always the benchmark's own.

CircularEval: Liu et al. 2023, "MMBench", arXiv:2307.06281, section 4.1.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations
from math import factorial
from typing import Any, Literal

from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

KINDS = ("cyclic", "all", "list")
MOST_ORDERS = 5040
"""Orders of one question: those of seven options."""

ABOVE = re.compile(
    r"\b(?:all|none|both|neither|any|either|some)\b.{0,12}\b(?:above|these|those|of\s+them)\b"
    r"|\b[A-E]\s+(?:and|or|&)\s+[A-E]\b|以上|上述|前面.{0,4}(?:都|均)|[A-E]和[A-E]",
    re.IGNORECASE,
)
"""Options that speak of other options by their place."""

Order = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Circular:
    """Which orders are asked.

    Args:
        kind: ``cyclic``, ``all`` or ``list``.
        orders: For ``list``: the orders, each as places counted from 0 or as letters.
        sample: Draw so many of the orders, the benchmark's own among them; None takes all.
        seed: Of the draw, and of how tied votes are broken.
        pinned: Options that stay in their slot: True for those that speak of others, such
            as "none of the above"; or texts that such options contain.
        optional: Ask samples whose options cannot change places in their own order only,
            instead of refusing them; so does ``--circular`` on the command line.
        compat: ``opencompass`` adds the figures of its evaluators under its names.
    """

    kind: Literal["cyclic", "all", "list"] = "cyclic"
    orders: Sequence[Any] = ()
    sample: int | None = None
    seed: int = 0
    pinned: bool | Sequence[str] = False
    optional: bool = False
    compat: Literal["opencompass"] | None = None
    _given: tuple[Order, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(f"unknown kind {self.kind!r}", hint=did_you_mean(self.kind, KINDS))
        if (self.kind == "list") != bool(self.orders):
            raise ConfigError(
                "kind='list' and orders=[…] go together", hint="write kind='list', orders=['ABCD']"
            )
        if self.sample is not None and self.sample < 1:
            raise ConfigError(f"sample must be at least 1, got {self.sample}")
        if self.compat not in (None, "opencompass"):
            raise ConfigError(f"circular knows no compat {self.compat!r}", hint="'opencompass'")
        if isinstance(self.pinned, str):
            raise ConfigError("pinned must be True or a list of texts", hint=f"[{self.pinned!r}]")
        object.__setattr__(self, "_given", tuple(_given(one) for one in self.orders))

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Circular:
        """Return the settings of a config's ``circular=dict(…)``.

        Raises:
            ConfigError: A key or a value is unknown.
        """
        known = {name for name in cls.__dataclass_fields__ if not name.startswith("_")}
        for name in settings:
            if name not in known:
                raise ConfigError(f"circular has no {name!r}", hint=did_you_mean(name, known))
        return cls(**settings)

    def of(self, choices: Sequence[str]) -> tuple[Order, ...]:
        """Return the orders of a sample's options, its own first.

        Raises:
            DataError: There are too many orders, or a given one does not fit.
        """
        count = len(choices)
        if count < 2:
            if self.optional:
                return (tuple(range(count)),)
            raise DataError(
                f"circular evaluation needs two options, the sample has {count}",
                hint="name the columns of the options, or leave circular out for this dataset",
            )
        if self.kind == "list":
            return self._fitting(count)
        pinned = tuple(place for place, text in enumerate(choices) if self._stays(text))
        return _orders(self.kind, count, pinned, self.sample, self.seed)

    def _fitting(self, count: int) -> tuple[Order, ...]:
        own = tuple(range(count))
        for order in self._given:
            if tuple(sorted(order)) != own:
                raise DataError(
                    f"the order {order} does not fit a question of {count} options",
                    hint="orders=[…] name every option once; kind='cyclic' fits any number",
                )
        others = [order for order in self._given if order != own]
        return own, *dict.fromkeys(others)

    def _stays(self, text: str) -> bool:
        if isinstance(self.pinned, bool):
            return self.pinned and ABOVE.search(text) is not None
        return any(part.casefold() in text.casefold() for part in self.pinned)


def _given(order: Any) -> Order:
    if isinstance(order, str) and order.isalpha():
        return tuple(ord(letter) - ord("A") for letter in order.upper())
    if isinstance(order, Sequence) and all(isinstance(place, int) for place in order):
        return tuple(order)
    raise ConfigError(f"{order!r} is no order of options", hint="write 'BCDA' or [1, 2, 3, 0]")


@lru_cache(maxsize=256)
def _orders(
    kind: str, count: int, pinned: tuple[int, ...], sample: int | None, seed: int
) -> tuple[Order, ...]:
    moving = [place for place in range(count) if place not in pinned]
    total = len(moving) if kind == "cyclic" else factorial(len(moving))
    wanted = total if sample is None else min(sample, total)
    if wanted > MOST_ORDERS:
        raise DataError(
            f"{count} options have {total} orders", hint="take some: circular=dict(…, sample=24)"
        )
    if kind == "cyclic":
        shifts = [moving[step:] + moving[:step] for step in range(len(moving))] or [[]]
        if wanted < total:
            drawn = random.Random(f"{seed}:{count}").sample(range(1, total), wanted - 1)
            shifts = [shifts[step] for step in (0, *sorted(drawn))]
    elif wanted == total:
        shifts = [list(one) for one in permutations(moving)]
    else:
        draw = random.Random(f"{seed}:{count}")
        found = {tuple(moving): None}
        while len(found) < wanted:
            found.setdefault(tuple(draw.sample(moving, len(moving))))
        shifts = [list(one) for one in found]
    return tuple(_placed(one, moving, count) for one in shifts)


def _placed(shift: Sequence[int], moving: Sequence[int], count: int) -> Order:
    order = list(range(count))
    for slot, option in zip(moving, shift, strict=True):
        order[slot] = option
    return tuple(order)


def reordered(sample: Sample, order: Order) -> Sample:
    """Return a sample with its options shown in another order."""
    slots = {option: slot for slot, option in enumerate(order)}
    return Sample(
        id=sample.id,
        fields=sample.fields,
        targets=sample.targets,
        choices=tuple(sample.choices[option] for option in order),
        right=tuple(sorted(slots[option] for option in sample.right)),
        labels=sample.labels,
        cluster=sample.cluster,
        metadata=sample.metadata,
    )
