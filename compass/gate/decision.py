"""Every rule answered, and the gate's own answer.

A rule passes if the bound of the drop is within its tolerance, fails if the other bound is
beyond it, and else cannot be told; each bound is one-sided.  The gate passes only if every
rule does, which needs no correction (Berger 1982, Technometrics 24:295-300); it fails if any
rule does after Holm's correction over all rules that are tested.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from compass.board.direction import higher_is_better
from compass.errors import ConfigError, DataError, did_you_mean
from compass.gate.baseline import Baseline
from compass.gate.budgets import counted
from compass.gate.margin import Drop, drop_of, mean_drop, shortfall_of
from compass.gate.rules import Average, Demands, Rules
from compass.gate.ruling import Answer, Ruling, tested
from compass.stats.multiple import holm
from compass.verdicts import Differences, Judged, Place, differences

AVERAGE = "average"
TESTED = ("no_worse_than", "must_improve", "floor")
"""Rules that are tested; the others are counted."""

_CLOSE = 1e-6


class Flip(NamedTuple):
    """A question on which the models differ."""

    place: Place
    before: float
    after: float
    worse: bool
    target: str
    answer: str
    """What the candidate said."""


class Pair(NamedTuple):
    """A dataset on which both stand beside each other."""

    dataset: str
    metric: str
    scale: str
    sign: int
    """1 if more is better, -1 if less is."""

    both: Differences
    before: Judged
    after: Judged

    @property
    def unit(self) -> float:
        """What a point of the rules is in the values."""
        return 0.01 if self.scale == "share" else 1.0

    @property
    def drop(self) -> Drop:
        """How far the candidate fell."""
        return drop_of(self.sign * (self.both.a - self.both.b), self.both.clusters)

    def flips(self) -> list[Flip]:
        """Return the questions on which the models differ, those for the worse first."""
        found = []
        pairs = zip(self.both.places, self.both.a.tolist(), self.both.b.tolist(), strict=True)
        for place, before, after in pairs:
            if before != after:
                said = self.after.said.get(place)
                target = "" if said is None else said.target or ""
                answer = "" if said is None else said.answer or f"({said.reason})"
                worse = self.sign * (before - after) > 0
                found.append(Flip(place, before, after, worse, target, answer))
        return sorted(found, key=lambda flip: not flip.worse)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All that the gate has to say."""

    baseline: Baseline
    candidate: Baseline
    alpha: float
    pairs: tuple[Pair, ...]
    rulings: tuple[Ruling, ...]
    ungated: tuple[str, ...]
    """Datasets that the baseline does not have."""

    @property
    def answer(self) -> Answer:
        """Fail if any rule does, pass if all do."""
        answers = {ruling.answer for ruling in self.rulings}
        if Answer.FAIL in answers:
            return Answer.FAIL
        return Answer.UNTOLD if Answer.UNTOLD in answers else Answer.PASS

    @property
    def more(self) -> int | None:
        """Return how many more questions of a dataset would tell, for every rule; or None."""
        wanted = [one.more for one in self.rulings if one.answer is Answer.UNTOLD]
        known = [one for one in wanted if one is not None]
        return max(known) if known and len(known) == len(wanted) else None


def decide(baseline: Baseline, candidate: Baseline, rules: Rules) -> Decision:
    """Answer every rule.

    Raises:
        DataError: The two were not asked the same, or not judged alike.
        ConfigError: A rule is about nothing there is.
    """
    _check_patterns(rules, baseline.datasets)
    pairs = tuple(
        _pair(name, before, candidate.datasets.get(name))
        for name, before in baseline.datasets.items()
    )
    tests = _tests([*map(rules.of, baseline.datasets), rules.average])
    rulings: list[Ruling] = []
    for pair in pairs:
        demands = rules.of(pair.dataset)
        _check_units(pair, demands, rules)
        rulings += _compared(pair, demands, rules.alpha, tests)
        rulings += counted(pair.dataset, pair.before, pair.after, candidate, demands)
    if rules.average is not None:
        rulings += _averaged(pairs, rules.average, rules.alpha, tests)
    if not rulings:
        raise ConfigError("the rules ask for nothing", hint="no_worse_than = 1.0")
    return Decision(
        baseline=baseline,
        candidate=candidate,
        alpha=rules.alpha,
        pairs=pairs,
        rulings=tuple(_corrected(rulings, rules.alpha)),
        ungated=tuple(name for name in candidate.datasets if name not in baseline.datasets),
    )


def _pair(dataset: str, before: Judged, after: Judged | None) -> Pair:
    """Put two verdicts beside each other, if they mean the same."""
    if after is None:
        raise DataError(
            "the candidate was not asked this dataset of the baseline",
            where=dataset,
            hint="run the candidate on the benchmarks of the baseline, or save a new baseline",
        )
    if before.version != after.version:
        raise DataError(
            f"the dataset has changed: version {before.version} of the baseline, "
            f"{after.version} of the candidate",
            where=dataset,
            hint="its prompt, data or evaluator is another one: judge both by the same, or save "
            "a new baseline",
        )
    both = differences(before, after)
    if both.only_a or both.only_b:
        raise DataError(
            f"other questions were asked: {both.only_a} of the baseline only, "
            f"{both.only_b} of the candidate only",
            where=dataset,
            hint="ask both the same, with the same --limit and the same repeats",
        )
    if not both.places:
        raise DataError("there is no question that both have an answer to", where=dataset)
    scale = next((s.scale for s in before.scores if s.metric == before.metric), "share")
    higher = higher_is_better(before.metric, scale)
    if higher is None:
        raise DataError(
            f"nobody knows whether more {before.metric} is better",
            where=dataset,
            hint="name another metric in the rules",
        )
    for one in (before, after):
        _check_mean(one)
    return Pair(dataset, before.metric, scale, 1 if higher else -1, both, before, after)


def _check_mean(one: Judged) -> None:
    """Refuse a score that single questions do not add up to."""
    try:
        score = one.score.value
    except KeyError:
        return
    known = [value for value in one.values.values() if value is not None]
    if score is None or not known or abs(math.fsum(known) / len(known) - score) > _CLOSE:
        raise DataError(
            f"{one.metric} is not the mean of its questions: differences cannot be tested",
            where=one.dataset,
            hint="name another metric in the rules",
        )


def _check_patterns(rules: Rules, known: Iterable[str]) -> None:
    """Refuse rules about datasets that are not there: they would never fail."""
    names = list(known)
    for pattern in [*rules.datasets, *(rules.average.datasets if rules.average else ())]:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise ConfigError(
                f"the rules name a dataset {pattern!r}, which the baseline does not have",
                hint=did_you_mean(pattern, names),
            )


def _check_units(pair: Pair, demands: Demands, rules: Rules) -> None:
    own = [c for pattern, c in rules.datasets.items() if fnmatchcase(pair.dataset, pattern)]
    for name in TESTED:
        asked = getattr(demands, name) is not None
        if asked and pair.scale != "share" and not any(name in changes for changes in own):
            raise DataError(
                f"{pair.metric} is no share: {name} in points means nothing",
                where=pair.dataset,
                hint=f"[datasets.{pair.dataset}] {name} = a number in its own unit, or false",
            )


def _compared(pair: Pair, demands: Demands, alpha: float, tests: int) -> list[Ruling]:
    found = []
    for name in TESTED:
        asked = getattr(demands, name)
        if asked is None:
            continue
        drop = pair.drop
        if name == "floor":
            drop = shortfall_of(*_known(pair), asked * pair.unit, pair.sign)
        found.append(
            tested(
                name,
                asked,
                drop,
                alpha,
                tests,
                subject=pair.dataset,
                metric=pair.metric,
                scale=pair.scale,
                scores=(float(pair.both.a.mean()), float(pair.both.b.mean())),
            )
        )
    return found


def _tests(demands: Iterable[Demands | Average | None]) -> int:
    """Return how many rules are tested."""
    return sum(getattr(one, name, None) is not None for one in demands for name in TESTED)


def _known(pair: Pair) -> tuple[Any, Any]:
    return pair.both.b, pair.both.clusters


def _averaged(pairs: Sequence[Pair], demands: Average, alpha: float, tests: int) -> list[Ruling]:
    chosen = [p for p in pairs if any(fnmatchcase(p.dataset, one) for one in demands.datasets)]
    for pair in chosen:
        if pair.scale != "share" or pair.sign < 0:
            raise DataError(
                f"the average is over shares, and {pair.metric} is none",
                where=pair.dataset,
                hint="name the datasets of the average: [average] datasets = [...]",
            )
    found = []
    for name in TESTED:
        asked = getattr(demands, name)
        if asked is None:
            continue
        drops = [pair.drop for pair in chosen]
        if name == "floor":
            drops = [shortfall_of(*_known(p), asked * p.unit, p.sign) for p in chosen]
        found.append(
            tested(
                name,
                asked,
                mean_drop(drops),
                alpha,
                tests,
                subject=AVERAGE,
                metric="mean",
                scale="share",
                scores=(
                    math.fsum(float(p.both.a.mean()) for p in chosen) / len(chosen),
                    math.fsum(float(p.both.b.mean()) for p in chosen) / len(chosen),
                ),
            )
        )
    return found


def _corrected(rulings: Sequence[Ruling], alpha: float) -> list[Ruling]:
    """Return the rulings, failed only where they do so after Holm's correction."""
    adjusted = holm(one.p for one in rulings)
    return [
        ruling
        if ruling.p is None or ruling.answer is not Answer.UNTOLD or p > alpha
        else replace(ruling, answer=Answer.FAIL, more=None)
        for ruling, p in zip(rulings, adjusted, strict=True)
    ]
