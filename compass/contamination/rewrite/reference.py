"""A reference set: fresh questions parallel to a benchmark's, and how they were made.

A row says which rules changed it (``changed``) and what to be careful about (``flags``).  A
question no rule could change is left out: it would be the benchmark itself.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from compass.contamination.rewrite.arithmetic import NUMBER
from compass.contamination.rewrite.names import renamed
from compass.contamination.rewrite.numbers import CannotRenumber, renumbered
from compass.contamination.rewrite.phrases import rephrased
from compass.contamination.rewrite.wording import NEAR, NotReworded, kept
from compass.errors import DataError, did_you_mean
from compass.records import Sample

RULES = ("numbers", "names", "options", "phrases")
BY_MODEL = "model"

Reword = Callable[[Sample], str]
"""Returns the question in other words; raises NotReworded if there are none."""


def rewritten(
    samples: Iterable[Sample], rules: Sequence[str], seed: int, reword: Reword | None = None
) -> Iterator[dict[str, Any]]:
    """Yield a row for each sample that could be changed.

    Args:
        samples: The benchmark's.
        rules: Which of `RULES`, in whatever order.
        seed: Of what is drawn; each sample has a stream of its own.
        reword: Returns the question in other words, by a model; None: no model.

    Raises:
        DataError: A sample has no question.
    """
    for sample in samples:
        row = _Row(sample, random.Random(f"{seed}:{sample.id}"))
        if reword is not None:
            row.reword(reword)
        for rule in RULES:
            if rule in rules:
                getattr(row, rule)()
        if row.changed:
            yield row.to_dict()


class _Row:
    """A question on its way to another."""

    def __init__(self, sample: Sample, chance: random.Random) -> None:
        if not isinstance(sample.fields.get("question"), str):
            raise DataError(
                f"sample {sample.id!r} has no text 'question'",
                hint=did_you_mean("question", sample.fields),
            )
        self.sample, self.chance = sample, chance
        self.question = str(sample.fields["question"])
        self.solution = str(sample.metadata.get("solution") or "")
        self.answer = sample.targets[0] if sample.targets else ""
        self.choices = list(sample.choices)
        self.right = list(sample.right)
        self.changed: list[str] = []
        self.flags: list[str] = []

    def reword(self, reword: Reword) -> None:
        try:
            words = reword(self.sample)
        except NotReworded as error:
            self.flags.append(f"not reworded: {error}")
            return
        share = kept(self.question, words)
        self.question = words
        self.changed.append(BY_MODEL)
        self.flags.append("reworded by a model: nobody checked that the answer holds")
        if share >= NEAR:
            self.flags.append(f"nearly the original: {share:.0%} of its stretches of words stayed")

    def numbers(self) -> None:
        if self.choices:
            return
        try:
            made = renumbered(self.question, self.solution, self.answer, self.chance)
        except CannotRenumber as error:
            self.flags.append(f"numbers kept: {error}")
            return
        self.question, self.solution, self.answer = made
        self.changed.append("numbers")

    def names(self) -> None:
        # Facts are about people with their own names; word problems are about anybody.
        if self.choices or not NUMBER.fullmatch(self.answer):
            return
        before = (self.question, self.solution)
        after = renamed(before, self.chance)
        if after != before:
            self.question, self.solution = after
            self.changed.append("names")

    def options(self) -> None:
        if len(self.choices) < 2:
            return
        order = list(range(len(self.choices)))
        while order == sorted(order):
            self.chance.shuffle(order)
        self.choices = [self.choices[place] for place in order]
        self.right = [order.index(place) for place in self.right]
        self.changed.append("options")

    def phrases(self) -> None:
        words = rephrased(self.question)
        if words != self.question:
            self.question = words
            self.changed.append("phrases")

    def to_dict(self) -> dict[str, Any]:
        """Return the row; a choice's answer is its text."""
        right = [self.choices[place] for place in self.right]
        answer: Any = self.answer
        if right:
            answer = right[0] if len(right) == 1 else right
        return {
            "id": f"{self.sample.id}-fresh",
            "source_id": self.sample.id,
            "question": self.question,
            **({"choices": self.choices} if self.choices else {}),
            "answer": answer,
            **({"solution": self.solution} if self.solution else {}),
            "changed": self.changed,
            "flags": self.flags,
        }


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how many rows each rule changed, and how many bear which flag."""
    flags = Counter(flag.partition(":")[0] for row in rows for flag in row["flags"])
    return {
        "rows": len(rows),
        "changed": dict(Counter(rule for row in rows for rule in row["changed"])),
        "flags": dict(flags),
    }
