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
from typing import NamedTuple

from compass.errors import ConfigError, DataError, did_you_mean
from compass.gate.baseline import Baseline
from compass.gate.budgets import counted
from compass.gate.margin import AtOnce, Method
from compass.gate.pairs import Pair, paired
from compass.gate.rules import Average, Demands, Rules
from compass.gate.ruling import Answer, Ruling, tested
from compass.stats.multiple import holm

AVERAGE = "average"
TESTED = ("no_worse_than", "must_improve", "floor")
"""Rules that are tested; the others are counted."""


class Asked(NamedTuple):
    """How far a sequential gate had to go."""

    questions: int
    of: int
    """Questions of the baseline."""

    rounds: int
    seed: int
    weighted: bool
    """True if the more informative questions came first: the answer is about these alone."""


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

    asked: Asked | None = None
    """How much of the baseline was asked, in rounds; None: all of it, at once."""

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


def decide(
    baseline: Baseline, candidate: Baseline, rules: Rules, method: Method | None = None
) -> Decision:
    """Answer every rule.

    Args:
        baseline: What was.
        candidate: What is to replace it.
        rules: What is asked.
        method: How drops are tested; None: all at once, looked at once.

    Raises:
        DataError: The two were not asked the same, or not judged alike.
        ConfigError: A rule is about nothing there is.
    """
    _check_patterns(rules, baseline.datasets)
    how = method or AtOnce()
    pairs = tuple(
        paired(name, before, candidate.datasets.get(name))
        for name, before in baseline.datasets.items()
    )
    tests = _tests([*map(rules.of, baseline.datasets), rules.average])
    rulings: list[Ruling] = []
    for pair in pairs:
        demands = rules.of(pair.dataset)
        _check_units(pair, demands, rules)
        rulings += _compared(pair, demands, how, rules.alpha, tests)
        rulings += counted(pair.dataset, pair.before, pair.after, candidate, demands)
    if rules.average is not None:
        rulings += _averaged(pairs, rules.average, how, rules.alpha, tests)
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


def _compared(
    pair: Pair, demands: Demands, method: Method, alpha: float, tests: int
) -> list[Ruling]:
    found = []
    for name in TESTED:
        asked = getattr(demands, name)
        if asked is None:
            continue
        floor = asked * pair.unit if name == "floor" else None
        found.append(
            tested(
                name,
                asked,
                method.drop(pair, floor),
                alpha,
                tests,
                subject=pair.dataset,
                metric=pair.metric,
                scale=pair.scale,
                scores=method.scores(pair),
            )
        )
    return found


def _tests(demands: Iterable[Demands | Average | None]) -> int:
    """Return how many rules are tested."""
    return sum(getattr(one, name, None) is not None for one in demands for name in TESTED)


def _averaged(
    pairs: Sequence[Pair], demands: Average, method: Method, alpha: float, tests: int
) -> list[Ruling]:
    chosen = [p for p in pairs if any(fnmatchcase(p.dataset, one) for one in demands.datasets)]
    for pair in chosen:
        if pair.scale != "share" or pair.sign < 0:
            raise DataError(
                f"the average is over shares, and {pair.metric} is none",
                where=pair.dataset,
                hint="name the datasets of the average: [average] datasets = [...]",
            )
    scores = [method.scores(pair) for pair in chosen]
    found = []
    for name in TESTED:
        asked = getattr(demands, name)
        if asked is None:
            continue
        found.append(
            tested(
                name,
                asked,
                method.mean(chosen, asked / 100 if name == "floor" else None),
                alpha,
                tests,
                subject=AVERAGE,
                metric="mean",
                scale="share",
                scores=(
                    math.fsum(before for before, _ in scores) / len(chosen),
                    math.fsum(after for _, after in scores) / len(chosen),
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
