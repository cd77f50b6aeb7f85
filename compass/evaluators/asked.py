"""Verdicts on the variants of each question, brought together.

The verdicts of one sample follow each other, variant by variant and repeat by repeat.  One
question is one repeat of a sample, in all its variants, the plain one first; repeats of one
sample are not independent of each other, nor are samples of one cluster.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from compass.evaluators.tally import TRUNCATED, UNPARSED
from compass.records import Score, Verdict
from compass.stats import Mean


class Asked(NamedTuple):
    """One question in all its variants."""

    verdicts: Sequence[Verdict]
    """The plain one first."""

    values: Sequence[float | None]
    """Of the headline metric, by variant; None where there is no verdict."""

    cluster: Hashable | None
    """What it shares with others it is not independent of."""

    @property
    def answered(self) -> bool:
        """True if there is a verdict on every variant."""
        return None not in self.values


def questions(verdicts: Iterable[Verdict], metric: str) -> Iterator[Asked]:
    """Yield the questions in the order they were asked."""
    for sample_id, group in groupby(verdicts, key=lambda one: one.sample_id):
        repeats: dict[int, list[Verdict]] = {}
        for one in group:
            repeats.setdefault(one.repeat, []).append(one)
        for rows in repeats.values():
            cluster: Hashable | None = None
            if rows[0].cluster is not None:
                cluster = (True, rows[0].cluster)
            elif len(repeats) > 1:
                cluster = (False, sample_id)
            yield Asked(rows, [row.values.get(metric) for row in rows], cluster)


@dataclass(slots=True)
class Coverage:
    """How many questions were judged, and how."""

    failed: int = 0
    unparsed: int = 0
    truncated: int = 0

    def add(self, asked: Asked) -> None:
        """Take in a question; one without a verdict on every variant has failed."""
        if not asked.answered:
            self.failed += 1
            return
        reasons = {one for row in asked.verdicts if row.reason for one in row.reason.split(",")}
        self.unparsed += UNPARSED in reasons
        self.truncated += TRUNCATED in reasons

    def on(self, like: Score) -> Score:
        """Return a score with these counts."""
        return replace(like, failed=self.failed, unparsed=self.unparsed, truncated=self.truncated)


def scored(like: Score, metric: str, mean: Mean, least: float = 0.0) -> Score:
    """Return the score of a mean; shares stay within ``least`` and 1."""
    value, low, high = mean.interval()
    if like.scale == "share":
        low, high = max(least, low), min(1.0, high)
    known = math.isfinite(low) and math.isfinite(high)
    return replace(
        like,
        metric=metric,
        value=value,
        low=low if known else None,
        high=high if known else None,
        n=mean.n,
    )
