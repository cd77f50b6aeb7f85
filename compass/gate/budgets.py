"""Rules that are counted or looked up: failures, unreadable answers, leaks, time and tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from compass.contamination.stored import Checks, stored_checks
from compass.errors import DataError
from compass.gate.baseline import Baseline, failed
from compass.gate.rules import Demands
from compass.gate.ruling import Answer, Ruling
from compass.report.costs import cost_of
from compass.runfolder import RunFolder
from compass.verdicts import Judged


def counted(
    dataset: str, before: Judged, after: Judged, candidate: Baseline, demands: Demands
) -> Iterator[Ruling]:
    """Yield the rulings of everything that is simply counted on a dataset."""
    if demands.no_new_failures:
        had, has = failed(before), failed(after)
        yield _ruling("no_new_failures", dataset, had, had, has, len(after.values))
    if demands.unparsed is not None:
        old, new = (_unparsed(one) for one in (before, after))
        yield _ruling("unparsed", dataset, demands.unparsed, old, new, len(after.values))
    if demands.no_leak:
        yield _leak(dataset, after, candidate)
    if demands.seconds is None and demands.tokens is None:
        return
    if candidate.root is None:
        raise DataError("a baseline holds no times and no tokens", where=dataset)
    cost = cost_of(RunFolder(candidate.root).all_rows(after.model, dataset))
    answers = cost.answers - cost.failed
    if not answers:
        raise DataError(
            "the run holds no answers: there are no times and no tokens to count",
            where=dataset,
            hint="take seconds and tokens out of the rules",
        )
    for name in ("seconds", "tokens"):
        asked = getattr(demands, name)
        if asked is not None:
            mean = getattr(cost, name) / answers
            yield _ruling(name, dataset, asked, float("nan"), mean, answers)


def _ruling(rule: str, dataset: str, most: float, before: float, after: float, n: int) -> Ruling:
    return Ruling(
        rule=rule,
        subject=dataset,
        metric=rule,
        scale="plain",
        asked=float(most),
        before=float(before),
        after=float(after),
        n=n,
        answer=Answer.PASS if after <= most else Answer.FAIL,
    )


def _leak(dataset: str, after: Judged, candidate: Baseline) -> Ruling:
    """Return what the contamination checks of the run found; without any, nobody can tell."""
    checks = Checks() if candidate.root is None else stored_checks(candidate.root)
    lights: set[str] = {
        one.light
        for one in checks.assessments
        if (one.model, one.dataset) == (after.model, dataset)
    }
    answer = Answer.FAIL if "leak" in lights else Answer.UNTOLD
    if lights == {"clear"}:
        answer = Answer.PASS
    ruling = _ruling("no_leak", dataset, 0, float("nan"), float("nan"), len(after.values))
    return replace(ruling, answer=answer, note=", ".join(sorted(lights)) or "not checked")


def _unparsed(one: Judged) -> float:
    """Return the share of answers that nothing could be read out of, in per cent."""
    try:
        score = one.score
    except KeyError:
        score = one.scores[0]
    return 100 * score.unparsed / score.n if score.n else 0.0
