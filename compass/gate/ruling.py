"""One rule and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from compass.gate.margin import Drop
from compass.stats import Interval


class Answer(StrEnum):
    """What can be said of a rule, or of all of them."""

    PASS = "pass"  # noqa: S105 - an answer
    FAIL = "fail"
    UNTOLD = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What is said to one rule."""

    rule: str
    subject: str
    """A dataset, or the average."""

    metric: str
    scale: str
    asked: float
    """What the rule asks for, as it stands there."""

    before: float
    after: float
    change: Interval | None = None
    """Candidate less baseline (or less the floor), better is more; None: nothing is tested."""

    worse: int = 0
    better: int = 0
    n: int = 0
    p: float | None = None
    """P-value of the rule being kept; None: nothing is tested."""

    answer: Answer
    more: int | None = None
    """How many more questions would tell."""

    note: str = ""
    """What was looked up, where there is no number."""


def tested(
    rule: str,
    asked: float,
    drop: Drop,
    alpha: float,
    tests: int,
    *,
    subject: str,
    metric: str,
    scale: str,
    scores: tuple[float, float],
) -> Ruling:
    """Return a ruling that passes or cannot be told; failing needs all p-values.

    Args:
        rule: ``no_worse_than``, ``must_improve`` or ``floor``.
        asked: Its number, in points where the metric is a share.
        drop: What is to be small.
        alpha: One-sided error rate.
        tests: Number of rules that failing is corrected for.
        subject: A dataset, or the average.
        metric: Its metric.
        scale: ``share`` or ``plain``.
        scores: Of baseline and candidate.
    """
    unit = 0.01 if scale == "share" else 1.0
    tolerance = {"no_worse_than": asked * unit, "must_improve": -asked * unit, "floor": 0.0}[rule]
    alike = rule == "no_worse_than" and drop.alike
    passes = alike or drop.below(tolerance) <= alpha
    value, low, high = drop.interval(alpha)
    return Ruling(
        rule=rule,
        subject=subject,
        metric=metric,
        scale=scale,
        asked=asked,
        before=scores[0],
        after=scores[1],
        change=Interval(0.0 - value, 0.0 - high, 0.0 - low),
        worse=drop.worse,
        better=drop.better,
        n=drop.n,
        p=1.0 if alike else drop.above(tolerance),
        answer=Answer.PASS if passes else Answer.UNTOLD,
        more=None
        if passes
        else drop.more(tolerance, alpha if drop.value < tolerance else alpha / tests),
    )
