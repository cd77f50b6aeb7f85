"""Shots as another chooser picks them, in another order or with their options renamed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from math import factorial

from compass.prompts.rendered import Chooser
from compass.records import Sample, relabelled

_FEW = 9
"""Shots that may have fewer orders than anyone asks for."""


class Shuffled:
    """The shots of another chooser, shown otherwise.

    Args:
        shots: What picks them.
        order: Which of their orders; 0 is that in which they are picked.
        seed: Another seed, other orders.
        labels: What their options are called; empty leaves them.
    """

    def __init__(
        self, shots: Chooser, order: int = 0, seed: int = 0, labels: Sequence[str] = ()
    ) -> None:
        self._shots = shots
        self._order = order
        self._seed = seed
        self._labels = labels
        self._picked: tuple[Sample, ...] = ()
        self._shown: tuple[Sample, ...] = ()
        self._renamed: dict[int, tuple[Sample, Sample]] = {}

    def pick(self, sample: Sample, pool: Sequence[Sample]) -> tuple[Sample, ...]:
        """Return the shots.

        Raises:
            DataError: The pool is too small.
        """
        picked = self._shots.pick(sample, pool)
        if picked is not self._picked:
            shown = picked
            if self._order:
                places = shot_order(self._order, len(picked), self._seed)
                shown = tuple(picked[place] for place in places)
            if self._labels:
                shown = tuple(map(self._rename, shown))
            self._picked, self._shown = picked, shown
        return self._shown

    def _rename(self, shot: Sample) -> Sample:
        # One object for each shot: renderings are kept by object.
        kept = self._renamed.get(id(shot))
        if kept is None:
            kept = self._renamed[id(shot)] = (shot, relabelled(shot, self._labels))
        return kept[1]


@lru_cache
def shot_order(number: int, count: int, seed: int) -> tuple[int, ...]:
    """Return the places of ``count`` shots in order ``number``; all orders are different.

    So few shots that they do not have so many orders stay as they are.
    """
    own = tuple(range(count))
    if count < _FEW and number >= factorial(count):
        return own
    draw = random.Random(f"{seed}:{count}")
    found = {own: None}
    while len(found) <= number:
        found.setdefault(tuple(draw.sample(own, count)))
    return list(found)[number]
