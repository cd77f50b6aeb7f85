"""``compass report``: runs as pages for a browser."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compass.board import Board, Recorded, board_of, lit, recorded_runs, tested
from compass.cli.board import summarizer_named
from compass.report.report import write_report
from compass.report.site import Benchmark, write_site


def command(arguments: argparse.Namespace) -> int:
    """Write the pages and return the exit code."""
    runs = recorded_runs(arguments.runs)
    summarizer = summarizer_named(arguments.summarizer)
    single = {one.label: _board([one], summarizer) for one in runs}
    if arguments.output is None:
        for one in runs:
            groups = one.summarizer if summarizer is None else summarizer
            print(f"report: {write_report(single[one.label], one.root, summarizer=groups)}")
        return 0
    whole = _board(runs, summarizer)
    groups = summarizer or next((one.summarizer for one in runs if one.summarizer), {})
    page = write_site(
        Path(arguments.output), runs, whole, single, _benchmarks(), groups, arguments.title
    )
    print(f"site: {page}")
    return 0


def _board(runs: Sequence[Recorded], summarizer: dict[str, Any] | None) -> Board:
    made = lit(board_of(runs, summarizer))
    used = summarizer or next((one.summarizer for one in runs if one.summarizer), {})
    return tested(made) if used.get("significance", True) else made


def _benchmarks() -> list[Benchmark]:
    """Return the catalogue of benchmarks by group; what cannot be read is left out."""
    from compass.config import catalogue
    from compass.config.facts import GROUPS

    entries = [entry for entry in catalogue("datasets") if entry.error is None]
    made = [_benchmark(entry.name, entry.facts.about, entry) for entry in entries]
    order = {group: place for place, group in enumerate(GROUPS)}
    return sorted(made, key=lambda one: (order.get(one.group, len(order)), one.name))


def _benchmark(name: str, about: Mapping[str, Any], entry: Any) -> Benchmark:
    return Benchmark(
        name=name,
        title=str(about.get("title", name)),
        group=str(about.get("group", "Your own")),
        size=about.get("size"),
        shots=entry.facts.shots,
        asked=entry.facts.asked,
        evaluator=entry.facts.metric,
        paper=str(about.get("paper", "")),
        licence=str(about.get("licence") or "not stated"),
        abbrs=entry.abbrs,
    )
