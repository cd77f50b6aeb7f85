"""``compass baseline``: save, show and compare what a model was worth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from compass.board.words import scaled
from compass.cli.screen import screen
from compass.errors import CompassError
from compass.gate import Rules, load, rules_from, save
from compass.gate.opening import saved_of
from compass.records import Score
from compass.textsafe import clean_line
from compass.verdicts import Judged, differences


def command(arguments: argparse.Namespace) -> int:
    """Do what the verb says."""
    if arguments.verb == "save":
        rules = rules_from(Path(arguments.rules)) if arguments.rules else Rules()
        made = saved_of(arguments.run, arguments.model, rules)
        save(made, Path(arguments.output))
        count = sum(len(one.values) for one in made.datasets.values())
        print(f"written: {arguments.output}: {len(made.datasets)} datasets, {count:,} questions")
    elif arguments.verb == "show":
        _show(Path(arguments.file))
    else:
        _diff(Path(arguments.first), Path(arguments.second))
    return 0


def _table(names: tuple[str, ...], numbers: tuple[str, ...]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _show(path: Path) -> None:
    held = load(path)
    console = screen()
    line = f"{held.model} ({held.identity[:8] or 'not known by fingerprint'}), from {held.run}"
    console.print(clean_line(line), markup=False, highlight=False)
    table = _table(("dataset", "version", "metric"), ("value", "95 % interval", "n", "unparsed"))
    for name, one in held.datasets.items():
        score = _score(one)
        bounds = "-"
        if score.low is not None and score.high is not None:
            low, high = (scaled(v, score.scale, 1) for v in (score.low, score.high))
            bounds = f"{low} to {high}"
        table.add_row(
            *(clean_line(text) for text in (name, one.version, one.metric)),
            scaled(score.value, score.scale, 1),
            bounds,
            str(len(one.values)),
            str(score.unparsed),
        )
    console.print(table)


def _diff(first: Path, second: Path) -> None:
    before, after = load(first), load(second)
    console = screen()
    for sign, held in (("-", before), ("+", after)):
        line = clean_line(f"{held.model} {held.identity[:8]}, from {held.run}")
        console.print(f"{sign} {line}", markup=False, highlight=False)
    table = _table(("dataset", "metric"), ("first", "second", "more", "less", "n"))
    for name in dict.fromkeys([*before.datasets, *after.datasets]):
        table.add_row(clean_line(name), *_row(before.datasets.get(name), after.datasets.get(name)))
    console.print(table)


def _row(before: Judged | None, after: Judged | None) -> tuple[str, ...]:
    one = before or after
    metric = "" if one is None else clean_line(one.metric)
    values = (_value(before), _value(after))
    if before is None or after is None:
        return metric, *values, "", "", "in one only"
    try:
        both = differences(before, after)
    except CompassError:
        return metric, *values, "", "", "another version or metric"
    more, less = int((both.b > both.a).sum()), int((both.b < both.a).sum())
    return metric, *values, str(more), str(less), str(len(both.places))


def _value(one: Judged | None) -> str:
    if one is None:
        return "-"
    score = _score(one)
    return scaled(score.value, score.scale, 1)


def _score(one: Judged) -> Score:
    """Return the score of the metric, or the plain mean where there is none."""
    try:
        return one.score
    except KeyError:
        known = [value for value in one.values.values() if value is not None]
        mean = sum(known) / len(known) if known else None
        return Score(metric=one.metric, value=mean, low=None, high=None, n=len(known))
