"""``compass compare``: two models, question by question."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from compass import store
from compass.board import recorded_runs
from compass.board.words import scaled
from compass.cli.screen import screen
from compass.comparison import Comparison, compare, sides
from compass.comparison.markdown import flip_texts, notes, p_text, signed, to_markdown
from compass.errors import ConfigError, DataError
from compass.textsafe import clean_line

MOST_IN_MARKDOWN = 20


def command(arguments: argparse.Namespace) -> int:
    """Compare and return the exit code: 3 if nothing could be compared."""
    if len(arguments.runs) > 2:
        raise ConfigError(f"compare takes one or two runs, got {len(arguments.runs)}")
    if arguments.flips < 0:
        raise ConfigError(f"--flips must be at least 0, got {arguments.flips}")
    pairs = sides(recorded_runs(arguments.runs), arguments.models)
    found = compare(pairs, datasets=arguments.datasets, metric=arguments.metric)
    if arguments.markdown:
        flips = max(arguments.flips, MOST_IN_MARKDOWN)
        store.write_text(Path(arguments.markdown), to_markdown(found, flips))
    if arguments.html:
        from compass.report.comparison import comparison_page

        store.write_text(Path(arguments.html), comparison_page(found))
    if arguments.json:
        print(json.dumps(_plain(found), ensure_ascii=False, allow_nan=False))
    else:
        _print(found, arguments.flips)
        for name in (arguments.markdown, arguments.html):
            if name:
                print(f"written: {name}")
    return 0 if found.compared else DataError.exit_code


def _print(found: Comparison, flips: int) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    console = screen()
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in ("dataset", "metric"):
        table.add_column(name, overflow="fold")
    for name in ("first", "second", "difference", "95 % interval", "better", "worse", "n", "p"):
        table.add_column(name, justify="right")
    names = dict.fromkeys((one.first.label, one.second.label) for one in found.compared)
    for one in found.compared:
        difference = one.difference
        name = one.dataset if len(names) == 1 else f"{one.dataset}, {one.second.label}"
        table.add_row(
            clean_line(name),
            clean_line(one.metric),
            *(scaled(value, one.scale, 1) for value in one.values),
            signed(difference.value, one.scale),
            f"{signed(difference.low, one.scale)} to {signed(difference.high, one.scale)}",
            str(one.gains),
            str(one.losses),
            str(difference.n),
            p_text(one.adjusted),
            style="bold" if one.adjusted <= 0.05 else "",
        )
    for first, second in names:
        line = clean_line(f"first: {first}   second: {second}")
        console.print(line, markup=False, highlight=False)
    if found.compared:
        console.print(table)
        console.print("second less first, on what both answered; p corrected over all rows (Holm)")
    for refused in found.refused:
        text = f"not compared: {refused.dataset} ({refused.first.label}): {refused.reason}"
        console.print(clean_line(text), style="bold", markup=False, highlight=False)
    for one in found.compared:
        for note in notes(one):
            console.print(clean_line(f"{one.dataset}: {note}"), markup=False, highlight=False)
    _print_settings(console, found)
    _print_flips(console, found, flips)


def _print_settings(console: Any, found: Comparison) -> None:
    for _, _, settings in found.settings:
        for name, mine, other in settings:
            text = f"differs: {name}: {mine} → {other}"
            console.print(clean_line(text), markup=False, highlight=False)


def _print_flips(console: Any, found: Comparison, flips: int) -> None:
    for one in found.compared if flips else ():
        if not one.flips:
            continue
        total = one.gains + one.losses
        console.print(
            clean_line(f"\n{one.dataset}: {total} flips, {one.losses} for the worse"),
            markup=False,
            highlight=False,
        )
        for flip in one.flips[:flips]:
            place, way, prompt, target, first, second = flip_texts(flip, 70)
            lines = [f"  {way:6} {place}: {prompt}"]
            lines += [f"         target {target or '-'} · first {first} · second {second}"]
            for line in lines:
                indent = " " * (len(line) - len(line.lstrip()))
                console.print(indent + clean_line(line), markup=False, highlight=False)
        if total > flips:
            console.print(
                f"  … {total - min(flips, len(one.flips)):,} more: --flips N, --html FILE"
            )


def _plain(found: Comparison) -> dict[str, Any]:
    return {
        "compared": [
            {
                "first": one.first.label,
                "second": one.second.label,
                "dataset": one.dataset,
                "metric": one.metric,
                "values": list(one.values),
                **{k: _finite(v) for k, v in one.difference._asdict().items()},
                "better": one.gains,
                "worse": one.losses,
                "adjusted_p": one.adjusted,
                "alone": list(one.alone),
                "failed": list(one.failed),
                "flips": [
                    {
                        "sample_id": flip.place.sample,
                        "variant": flip.place.variant,
                        "repeat": flip.place.repeat,
                        "better": flip.better,
                        "target": flip.target,
                        "first": flip.first,
                        "second": flip.second,
                    }
                    for flip in one.flips
                ],
            }
            for one in found.compared
        ],
        "refused": [
            {"dataset": one.dataset, "first": one.first.label, "second": one.second.label,
             "reason": one.reason}
            for one in found.refused
        ],
        "settings": [
            {"first": a.label, "second": b.label, "differ": [list(one) for one in settings]}
            for a, b, settings in found.settings
        ],
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return value if abs(value) != float("inf") else None
