"""``compass gate``: pass, fail or cannot tell."""

from __future__ import annotations

import argparse
import json
import math
import os
from pathlib import Path
from typing import Any

from compass import store
from compass.cli.screen import screen
from compass.errors import EXIT_UNDECIDED, ConfigError, GateError, StoreError
from compass.gate import Answer, Baseline, Decision, Rules, decide, rules_from
from compass.gate.junit import to_junit
from compass.gate.markdown import to_markdown
from compass.gate.opening import opened
from compass.gate.words import (
    SIGNS,
    after_text,
    asked_text,
    change_text,
    headline,
    notes,
    reason,
    score_text,
)
from compass.textsafe import clean_line

EXITS = {Answer.PASS: 0, Answer.FAIL: GateError.exit_code, Answer.UNTOLD: EXIT_UNDECIDED}


def command(arguments: argparse.Namespace) -> int:
    """Answer every rule and return the exit code of the gate."""
    rules = rules_from(Path(arguments.rules)) if arguments.rules else Rules()
    if arguments.sequential:
        from compass.cli.rounds import asked_in_rounds

        decision = asked_in_rounds(arguments, rules)
    else:
        decision = decide(*_sides(arguments, rules), rules)
    summary = to_markdown(decision, arguments.report)
    if arguments.markdown:
        store.write_text(Path(arguments.markdown), summary)
    if arguments.junit:
        store.write_text(Path(arguments.junit), to_junit(decision))
    if step := os.environ.get("GITHUB_STEP_SUMMARY"):
        _append(step, summary)
    if arguments.json:
        print(json.dumps(_plain(decision), ensure_ascii=False, allow_nan=False))
    else:
        _print(decision)
    return EXITS[decision.answer]


def _sides(arguments: argparse.Namespace, rules: Rules) -> tuple[Baseline, Baseline]:
    """Return baseline and candidate of a gate that asks no model."""
    if arguments.candidate is None or arguments.experiment:
        raise ConfigError(
            "the gate compares runs: name one by --candidate",
            hint="or ask the candidate of a configuration: compass gate CONFIG --baseline … "
            "--sequential",
        )
    return opened(arguments.baseline, arguments.candidate, arguments.models, rules)


def _append(path: str, text: str) -> None:
    """Add to the summary of a step, which other commands write to as well."""
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise StoreError(
            f"the summary of the step cannot be written: {error}",
            where=path,
            hint="unset GITHUB_STEP_SUMMARY outside of GitHub's runners",
        ) from error


def _print(decision: Decision) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    console = screen()
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in ("", "dataset", "metric", "rule"):
        table.add_column(name, overflow="fold")
    for name in ("baseline", "candidate", "change", "worse", "better", "n"):
        table.add_column(name, justify="right")
    for one in decision.rulings:
        flips = (str(one.worse), str(one.better)) if one.change is not None else ("", "")
        table.add_row(
            SIGNS[one.answer],
            clean_line(one.subject),
            clean_line(one.metric),
            asked_text(one),
            score_text(one.before, one),
            after_text(one),
            change_text(one),
            *flips,
            str(one.n),
        )
    console.print(table)
    for note in notes(decision):
        console.print(clean_line(note), markup=False, highlight=False)
    for one in decision.rulings:
        if one.answer is not Answer.PASS:
            line = clean_line(f"{one.answer}: {reason(one)}")
            console.print(line, markup=False, highlight=False)
    console.print(clean_line(headline(decision)), style="bold", markup=False, highlight=False)


def _plain(decision: Decision) -> dict[str, Any]:
    return {
        "answer": str(decision.answer),
        "more": decision.more,
        "alpha": decision.alpha,
        "baseline": {"model": decision.baseline.model, "run": decision.baseline.run},
        "candidate": {"model": decision.candidate.model, "run": decision.candidate.run},
        "ungated": list(decision.ungated),
        "asked": None if decision.asked is None else decision.asked._asdict(),
        "rules": [
            {
                "rule": one.rule,
                "subject": one.subject,
                "metric": one.metric,
                "scale": one.scale,
                "asked": one.asked,
                "before": _finite(one.before),
                "after": _finite(one.after),
                "change": None if one.change is None else [_finite(v) for v in one.change],
                "worse": one.worse,
                "better": one.better,
                "n": one.n,
                "p": one.p,
                "answer": str(one.answer),
                "note": one.note,
                "more": one.more,
            }
            for one in decision.rulings
        ],
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
