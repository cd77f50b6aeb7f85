"""What people are told of a decision, in whatever form."""

from __future__ import annotations

import math
from collections.abc import Iterator

from compass.board.words import scaled
from compass.gate.decision import Asked, Decision
from compass.gate.ruling import Answer, Ruling

SIGNS = {Answer.PASS: "✓", Answer.FAIL: "✗", Answer.UNTOLD: "?"}


def headline(decision: Decision) -> str:
    """Return the answer of the gate in one line."""
    names = f"{decision.candidate.model} against {decision.baseline.model}"
    line = f"{SIGNS[decision.answer]} {decision.answer}: {names}"
    if decision.answer is Answer.UNTOLD:
        line += f" ({more_text(decision.more)})"
    return line


def asked_text(ruling: Ruling) -> str:
    """Return what a rule asks for."""
    number = f"{ruling.asked:g}"
    unit = " points" if ruling.scale == "share" else ""
    return {
        "no_worse_than": f"no worse than {number}{unit}",
        "must_improve": f"better by more than {number}{unit}",
        "floor": f"at least {number}",
        "no_new_failures": "no new failures",
        "no_leak": "no leak of the test",
        "unparsed": f"at most {number} % unparsed",
        "seconds": f"at most {number} s an answer",
        "tokens": f"at most {number} tokens an answer",
    }[ruling.rule]


def score_text(value: float, ruling: Ruling) -> str:
    """Return a score, or a count."""
    return "-" if math.isnan(value) else scaled(value, ruling.scale, 1)


def after_text(ruling: Ruling) -> str:
    """Return what the candidate has: a score, a count, or what was looked up."""
    return ruling.note or score_text(ruling.after, ruling)


def change_text(ruling: Ruling, level: bool = True) -> str:
    """Return the change with its bounds."""
    if ruling.change is None:
        return "-"
    value, low, high = (_signed(one, ruling.scale) for one in ruling.change)
    return f"{value} ({low} to {high})" if level else value


def reason(ruling: Ruling) -> str:
    """Return one line that says why a rule has its answer."""
    line = f"{ruling.subject}: {asked_text(ruling)}: {after_text(ruling)}"
    if not math.isnan(ruling.before):
        line += f" after {score_text(ruling.before, ruling)}"
    if ruling.change is not None:
        line += f", change {change_text(ruling)}, {ruling.worse} worse and {ruling.better} better"
        line += f" of {ruling.n}"
    if ruling.answer is Answer.UNTOLD and not ruling.note:
        line += f"; {more_text(ruling.more)}"
    return line


def more_text(more: int | None) -> str:
    """Return how many more questions would tell."""
    if more is None:
        return "no number of questions can be named that would tell"
    return f"about {more:,} more questions would tell"


def asked_words(asked: Asked) -> str:
    """Return how far a sequential gate had to go."""
    share = 100 * asked.questions / asked.of if asked.of else 0.0
    line = (
        f"Asked {asked.questions:,} of {asked.of:,} questions ({share:.0f} %) in {asked.rounds} "
        f"{'round' if asked.rounds == 1 else 'rounds'}, in a random order (seed {asked.seed}); "
        f"{asked.of - asked.questions:,} saved. The bounds hold however often they are looked at."
    )
    if asked.weighted:
        line += " Informative questions came first: the answer is about these questions alone."
    return line


def notes(decision: Decision) -> Iterator[str]:
    """Yield what is to be known beside the answers."""
    percent = f"{100 * (1 - decision.alpha):g} %"
    yield (
        f"Bounds are one-sided at {percent}. Pass: the change is above what is asked, to its "
        "lower bound, under every rule. Fail: it is below, to its upper bound, corrected over "
        "all rules (Holm)."
    )
    if decision.baseline.identity and decision.baseline.identity == decision.candidate.identity:
        yield "Baseline and candidate are the same model, by its fingerprint."
    if decision.asked is not None:
        yield asked_words(decision.asked)
    if decision.ungated:
        yield f"Not in the baseline, and not gated: {', '.join(decision.ungated)}."


def _signed(value: float, scale: str) -> str:
    if math.isinf(value):
        return "+∞" if value > 0 else "-∞"
    return ("+" if value > 0 else "") + scaled(value, scale, 1)
