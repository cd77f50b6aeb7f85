"""What the methods see of a set of questions, and what they conclude."""

from __future__ import annotations

import random
from functools import cached_property
from typing import TYPE_CHECKING, Any

from benchmarks.leaks.texts import LETTERS, Item, canary
from compass.contamination.methods.choice_completion import more_often
from compass.contamination.methods.peakedness import peak
from compass.contamination.statistics import Blocks, area, blocks, gap
from compass.evaluators.membership import compressed, lowest, standardised

if TYPE_CHECKING:
    from benchmarks.leaks.models import Small

SHARD = 5
"""Questions of a shard."""

ORDERS = 7
"""Shuffled orders of a shard."""

RIVALS = 99
"""Random strings beside the canary."""

DRAWN = 5
"""Draws of an answer, for the first 40 questions."""


class Look:
    """A set of questions in the eyes of a model.

    Args:
        model: Who is looked into.
        items: The set, in its published order.
        name: Start of its random numbers; its canary belongs to the part before the blank.
    """

    def __init__(self, model: Small, items: list[Item], name: str) -> None:
        self.model, self.items, self.name = model, items, name
        losses, means, spreads = model.losses([item.text() for item in items], spread=True)
        self.losses = losses.mean(1)
        self.tokens = losses.shape[1]
        self.min_k = [lowest(row, 20) for row in -losses]
        self.min_k_plus = [
            lowest(standardised(*rows), 20) for rows in zip(losses, means, spreads, strict=True)
        ]
        sizes = [compressed(item.text()) for item in items]
        self.zlib = [loss / size for loss, size in zip(self.losses, sizes, strict=True)]

    @cached_property
    def differences(self) -> Any:
        """The loss of each text less that of its rewriting."""
        texts = [item.rewritten(f"{self.name} {n}") for n, item in enumerate(self.items)]
        return self.losses - self.model.losses(texts)[0].mean(1)

    @cached_property
    def shards(self) -> Blocks | None:
        """The set's order beside others, shard by shard."""
        chance = random.Random(self.name)
        texts = []
        for start in range(0, len(self.items), SHARD):
            shard = [item.text() for item in self.items[start : start + SHARD]]
            orders = [shard, *(chance.sample(shard, SHARD) for _ in range(ORDERS))]
            texts += [" ".join(order) for order in orders]
        return self._blocks(texts, 1 + ORDERS)

    @cached_property
    def options(self) -> Blocks | None:
        """The options' order beside its shifts, question by question; without the answer."""
        texts = [
            item.turned(step).question() for item in self.items for step in range(len(LETTERS))
        ]
        return self._blocks(texts, len(LETTERS))

    @cached_property
    def named(self) -> list[bool]:
        """Whether the last option, if it is wrong, is named when it is hidden."""
        asked = [item for item in self.items if item.right != len(LETTERS) - 1]
        texts = [item.question().rpartition(" ")[0] for item in asked]
        made = self.model.finish(texts, 1, draws=0, seed=0)
        return [one[0] == item.options[-1] for one, item in zip(made, asked, strict=True)]

    @cached_property
    def peaks(self) -> list[float]:
        """The peak of every answer."""
        texts = [item.half() for item in self.items[:40]]
        made = self.model.finish(texts, 11, draws=DRAWN, seed=len(self.name))
        return [peak(greedy, drawn) for greedy, *drawn in made]

    @cached_property
    def canary(self) -> float:
        """The p-value of the set's canary among random ones."""
        own = canary(f"{self.name.removesuffix(' test')} canary")
        rivals = [canary(f"{self.name} rival {place}") for place in range(RIVALS)]
        losses = self.model.losses([own, *rivals])[0].sum(1)
        return float((losses <= losses[0]).mean())

    def _blocks(self, texts: list[str], size: int) -> Blocks | None:
        totals = -self.model.losses(texts)[0].sum(1).reshape(-1, size)
        return blocks(totals[:, 0], totals[:, 1:])


def alarms(test: Look, other: Look, train: Look) -> dict[str, dict[str, Any]]:
    """Return what each method says of a set: ``p``, or a bare value ``alone``; and ``d``."""
    ones = [1.0] * len(test.items)
    d1 = gap((test.losses, ones), (other.losses, ones), resamples=2)
    d2 = gap((test.losses, ones), (train.losses, ones), resamples=2)
    found: dict[str, dict[str, Any]] = {
        "LossGap, d1 < 0": {"p": d1.less(), "d": d1.effect},
        "LossGap, d2 < 0": {"p": d2.less(), "d": d2.effect},
        "LossGap, d2 > 0 (over-fit)": {"p": d2.greater(), "d": d2.effect},
    }
    moved = gap((test.differences, ones), (other.differences, ones), resamples=2)
    found["Rewritten, control"] = {"p": moved.less(), "d": moved.effect}
    for name, mine, theirs in _ranked(test, other):
        found[name] = {"p": area(mine, theirs).p}
    for name, made in (("Exchangeability", test.shards), ("OptionOrder", test.options)):
        found[name] = {"p": made.p if made else 1.0, "d": made.value if made else 0.0}
    hits, others = sum(test.named), sum(other.named)
    found["ChoiceCompletion"] = {"p": more_often(hits, len(test.named), others, len(other.named))}
    found["Canary"] = {"p": test.canary}
    found["mean loss, no reference"] = {"alone": -float(test.losses.mean())}
    found["Min-K, no reference"] = {"alone": sum(test.min_k) / len(test.min_k)}
    found["Peakedness, no reference"] = {"alone": sum(test.peaks) / len(test.peaks)}
    found["ChoiceCompletion, no reference"] = {"alone": hits / len(test.named)}
    return found


def areas(test: Look, fresh: Look, train: Look) -> dict[str, float]:
    """Return the area under the curve of each method's score of single questions."""
    found = {
        "LossGap, d1 < 0": area(-test.losses, -fresh.losses).value,
        "LossGap, d2 < 0": area(-test.losses, -train.losses).value,
        "LossGap, d2 > 0 (over-fit)": area(-train.losses, -test.losses).value,
    }
    found["Rewritten, control"] = area(-test.differences, -fresh.differences).value
    for name, mine, theirs in _ranked(test, fresh):
        found[name] = area(mine, theirs).value
    for name, kind in (("Exchangeability", "shards"), ("OptionOrder", "options")):
        mine, theirs = getattr(test, kind), getattr(fresh, kind)
        found[name] = area(mine.scores, theirs.scores).value if mine and theirs else 0.5
    found["ChoiceCompletion"] = area(test.named, fresh.named).value
    return found


def _ranked(test: Look, other: Look) -> list[tuple[str, Any, Any]]:
    return [
        ("MinK", test.min_k, other.min_k),
        ("MinKPlus", test.min_k_plus, other.min_k_plus),
        ("ZlibRatio", [-one for one in test.zlib], [-one for one in other.zlib]),
        ("Peakedness", test.peaks, other.peaks),
    ]
