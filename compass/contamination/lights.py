"""From findings to a light for each model and benchmark.  No light without a test.

    leak      a test against leaks rejects, after Holm's correction over all of the model's
    over-fit  no leak, but the training set's loss is lower than the test's, corrected too
    doubt     something rejects at the level by itself, nothing after the correction
    clear     nothing rejects, and a leak of ``share`` of the texts would have been seen
    unknown   nothing was tested, or such a leak might well have been missed

The correction is over all tests of one model, on all benchmarks: the more one looks, the more
often chance looks back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from compass.contamination.finding import Finding, Method, Reading
from compass.contamination.statistics import seen_from
from compass.stats.multiple import holm

LEVEL = 0.05
SHARE = 0.3
"""A leak of this share of the texts must have been visible for a set to be called clear."""

Light = Literal["leak", "over-fit", "doubt", "clear", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A finding with its correction and its power."""

    finding: Finding
    adjusted: float | None
    """p after Holm's correction over all tests of the model."""

    seen_from: float | None
    """Smallest share of leaked texts this test would show with 80 % chance, corrected level."""

    effect: float
    """Standard deviations by which a leaked text is taken to move for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What is known of one model and one benchmark."""

    model: str
    dataset: str
    light: Light
    words: str
    weighed: tuple[Weighed, ...]


def assess(
    model: str, methods: Sequence[Method], reading: Reading, share: float = SHARE
) -> list[Assessment]:
    """Return an assessment for each benchmark that the methods are about."""
    found = [(method, one) for method in methods for one in method.findings(reading)]
    adjusted = holm(finding.p for _, finding in found)
    tests = sum(finding.p is not None for _, finding in found)
    weighed: dict[str, list[Weighed]] = {}
    for (method, finding), p in zip(found, adjusted, strict=True):
        seen = None
        if finding.p is not None:
            seen = seen_from(finding.pairs, method.effect, LEVEL / tests)
        weighed.setdefault(method.dataset, []).append(
            Weighed(
                finding=finding,
                adjusted=None if math.isnan(p) else p,
                seen_from=seen,
                effect=method.effect,
            )
        )
    return [_assessment(model, dataset, ones, share) for dataset, ones in weighed.items()]


def _assessment(model: str, dataset: str, weighed: Sequence[Weighed], share: float) -> Assessment:
    leaks = [one for one in weighed if one.finding.leak == "test leak"]
    light: Light
    if rejected := [one for one in leaks if _small(one.adjusted)]:
        light, words = "leak", _leak(rejected)
    elif rejected := [one for one in weighed if _small(one.adjusted)]:
        light, words = "over-fit", _overfit(rejected)
    elif rejected := [one for one in weighed if _small(one.finding.p)]:
        light, words = "doubt", _doubt(rejected)
    else:
        tested = [one for one in leaks if one.finding.p is not None]
        sharpest = min((one for one in tested if one.seen_from), key=_seen, default=None)
        if sharpest is not None and _seen(sharpest) <= share:
            light, words = "clear", _clear(sharpest)
        else:
            light, words = "unknown", _unknown(tested, sharpest, share)
    return Assessment(
        model=model, dataset=dataset, light=light, words=words, weighed=tuple(weighed)
    )


def _seen(one: Weighed) -> float:
    return one.seen_from or math.inf


def _small(p: float | None) -> bool:
    return p is not None and p <= LEVEL


def _named(weighed: Iterable[Weighed]) -> str:
    return ", ".join(
        f"{one.finding.method} ({one.finding.statistic} {one.finding.value:.3g}, "
        f"corrected p {one.adjusted:.2g})"
        for one in weighed
    )


def _leak(rejected: Sequence[Weighed]) -> str:
    words = f"the test was probably trained on: {_named(rejected)}"
    if all(one.finding.matched for one in rejected):
        words += "; this takes for granted that the compared sets are otherwise alike"
    return words


def _overfit(rejected: Sequence[Weighed]) -> str:
    return (
        f"no sign of the test itself, but its training set is better known than it: "
        f"{_named(rejected)}"
    )


def _doubt(rejected: Sequence[Weighed]) -> str:
    return f"not more than chance gives with so many tests, but watch: {_named(rejected)}"


def _clear(one: Weighed) -> str:
    return (
        f"{one.finding.method} could have seen a leak of {one.seen_from:.0%} of the texts "
        f"(each moved by {one.effect:g} standard deviations); saw none"
    )


def _unknown(tested: Sequence[Weighed], sharpest: Weighed | None, share: float) -> str:
    if not tested:
        return "nothing was tested: no method had what it needs"
    seen = "no leak of any share" if sharpest is None else f"only leaks of {_seen(sharpest):.0%}"
    return f"nothing rejects, but too few texts: could have seen {seen}, asked for {share:.0%}"
