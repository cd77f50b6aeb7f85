"""A site of many runs: one leaderboard, the benchmarks, a page for each model, every report.

    index.html              the leaderboard across runs, and the runs
    benchmarks.html         what can be asked, and what has been
    models/<model>.html     the scores of a model, run after run
    runs/<run>/board.html   the report of each run, with its transcripts

It is made of files alone: any web server, or a disk, will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from compass import store
from compass.board import Board, Recorded
from compass.report.leaderboard import short_score
from compass.report.page import PLOTS, Link, page, render
from compass.report.report import board_page, columns_of, write_report
from compass.runfolder import RunFolder
from compass.textsafe import clean_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A line of the catalogue."""

    name: str
    title: str
    group: str
    size: int | None
    """Questions, as published."""

    shots: str
    asked: str
    evaluator: str
    paper: str
    licence: str
    abbrs: Sequence[str]
    """Its datasets, as runs name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A run of the site."""

    recorded: Recorded
    board: Board
    started: str
    identities: Mapping[str, str]
    """By model: what tells one set of weights from another."""

    address: str


def write_site(
    folder: Path,
    runs: Sequence[Recorded],
    whole: Board,
    single: Mapping[str, Board],
    benchmarks: Sequence[Benchmark],
    summarizer: Mapping[str, Any],
    title: str = "Leaderboard",
) -> Path:
    """Write the site and return the path of its first page.

    Args:
        folder: Where it goes; pages of an earlier one are replaced.
        runs: The runs.
        whole: The board of all of them.
        single: The board of each, by label.
        benchmarks: The catalogue.
        summarizer: Its groups become radars.
        title: What the first page is called.
    """
    known = sorted((_run(one, single[one.label]) for one in runs), key=lambda one: one.started)
    for one in known:
        write_report(
            one.board,
            one.recorded.root,
            folder / "runs" / clean_file(one.recorded.label),
            one.recorded.summarizer,
            above=[Link(title, "../../index.html")],
        )
    models = list(dict.fromkeys(model for one in known for model in one.recorded.models))
    for model in models:
        text = _model_page(model, [one for one in known if model in one.recorded.models], title)
        store.write_text(folder / "models" / f"{clean_file(model)}.html", text)
    text = _benchmark_page(benchmarks, known, title)
    store.write_text(folder / "benchmarks.html", text)
    columns = columns_of(whole, folder)
    before = render(
        "runs.html", runs=[_line(one) for one in known], benchmarks=len(benchmarks), models=models
    )
    pages = {"pages": [_model_address(columns[model].model) for model in whole.models]}
    text = board_page(replace(whole, title=title), columns, summarizer, more=pages, before=before)
    store.write_text(folder / "index.html", text)
    return folder / "index.html"


def _run(recorded: Recorded, board: Board) -> _Run:
    document = store.read_document(RunFolder(recorded.root).run) or {}
    models = document.get("models")
    return _Run(
        recorded=recorded,
        board=board,
        started=str(document.get("started", "")),
        identities={
            abbr: str(one.get("identity", ""))
            for abbr, one in (models.items() if isinstance(models, dict) else ())
            if isinstance(one, dict)
        },
        address=f"runs/{quote(clean_file(recorded.label))}/board.html",
    )


def _line(run: _Run) -> dict[str, Any]:
    """Return what the list of runs says of one."""
    return {
        "label": run.recorded.label,
        "config": run.recorded.config,
        "started": run.started[:16].replace("T", " "),
        "models": len(run.recorded.models),
        "datasets": len(run.recorded.datasets),
        "failed": _failed(run.board),
        "address": run.address,
    }


def _failed(board: Board) -> int:
    """Return the number of questions without an answer, a dataset counting once."""
    worst: dict[tuple[str, str], int] = {}
    for row in board.rows:
        for model, score in row.scores.items():
            if not row.group:
                place = row.name, model
                worst[place] = max(worst.get(place, 0), score.failed)
    return sum(worst.values())


def _model_address(model: str) -> str:
    return f"models/{quote(clean_file(model))}.html"


def _model_page(model: str, runs: Sequence[_Run], title: str) -> str:
    """Return the page of a model: its scores in every run that has it."""
    lines: dict[tuple[str, str, str, str], list[Any]] = {}
    shown: dict[tuple[str, str, str, str], Any] = {}
    for place, run in enumerate(runs):
        for row in run.board.rows:
            score = row.scores.get(model)
            if row.shown and score is not None:
                key = row.name, row.metric, row.version, row.mode
                shown.setdefault(key, row)
                lines.setdefault(key, [None] * len(runs))[place] = short_score(score)
    data = {
        "model": model,
        "runs": [
            {
                "label": run.recorded.label,
                "started": run.started[:16].replace("T", " "),
                "identity": run.identities.get(model, "")[:12],
                "address": f"../{run.address}",
            }
            for run in runs
        ],
        "rows": [
            {
                "name": name,
                "metric": metric,
                "version": version,
                "mode": mode,
                "group": shown[name, metric, version, mode].group,
                "scale": shown[name, metric, version, mode].scale,
                "cells": cells,
            }
            for (name, metric, version, mode), cells in lines.items()
        ],
    }
    identities = {run.identities.get(model, "") for run in runs} - {""}
    body = render("model.html", model=model, runs=len(runs), identities=len(identities))
    above = [Link(title, "../index.html")]
    scripts = (*PLOTS[:2], "assets/history.js")
    return page(model, body, data=data, scripts=scripts, above=above)


def _benchmark_page(benchmarks: Iterable[Benchmark], runs: Sequence[_Run], title: str) -> str:
    """Return the catalogue, with how many models each benchmark was asked of."""
    asked: dict[str, set[str]] = {}
    for run in runs:
        for model, dataset in run.recorded.pairs:
            asked.setdefault(dataset, set()).add(model)
    lines = [
        (one, len(set().union(*(asked.get(abbr, set()) for abbr in one.abbrs))))
        for one in benchmarks
    ]
    known = {abbr for one, _ in lines for abbr in one.abbrs}
    own = sorted((name, len(models)) for name, models in asked.items() if name not in known)
    body = render("benchmarks.html", benchmarks=lines, own=own)
    return page("Benchmarks", body, above=[Link(title, "index.html")])
