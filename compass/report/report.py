"""The report of a run: ``board.html`` and, beside it, the folder ``transcripts``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from compass import store
from compass.board import Board, Cell, collect
from compass.board.groups import groups_of
from compass.report.costs import Cost, cost_of
from compass.report.leaderboard import (
    groups_with_members,
    leaderboard,
    position_bias,
    troubles,
)
from compass.report.needles import needles
from compass.report.page import PLOTS, Link, page, render
from compass.report.provenance import Provenance, provenance
from compass.report.transcripts import Metric, Source, write_transcripts
from compass.runfolder import RunFolder

MOST_MAPS = 200
"""Maps of needles; more models than that are seen in the leaderboard only."""


class Column(NamedTuple):
    """A model of the board: where its rows are."""

    root: Path
    """The run folder."""

    model: str
    """Its abbr there."""


def write_report(
    board: Board,
    root: Path,
    folder: Path | None = None,
    summarizer: Mapping[str, Any] | None = None,
    above: Sequence[Link] = (),
) -> Path:
    """Write the report and return the path of its page.

    Args:
        board: What the run came to.  Where its columns are of several runs, it says so.
        root: The run folder.
        folder: Where the pages go; None: into the run folder.
        summarizer: Its groups become radars.
        above: Pages that lead here.
    """
    where = folder or root
    columns = {
        model: Column(board.origins[model].root, board.origins[model].model)
        if model in board.origins
        else Column(root, model)
        for model in board.models
    }
    cells = _cells(columns)
    costs: dict[tuple[str, str], Cost] = {}
    sources = _sources(columns, cells, costs)
    address = Link(board.title or root.name, "../../board.html")
    links = {}
    for dataset, found in sources.items():
        place = where / "transcripts" / dataset
        raised = [Link(link.text, f"../../{link.address}") for link in above]
        write_transcripts(place, dataset, found, _metric(cells, dataset), [*raised, address])
        links[dataset] = f"transcripts/{quote(dataset)}/index.html"
    shown = leaderboard(board, links)
    made = [provenance(one) for one in dict.fromkeys(column.root for column in columns.values())]
    data = {
        **shown,
        "radars": groups_with_members(groups_of(summarizer or {}), shown["rows"]),
        "bias": list(position_bias(cells)),
        "needles": _needles(sources),
        "costs": [[model, dataset, cost.to_dict()] for (model, dataset), cost in costs.items()],
        **troubles(board, links),
    }
    store.write_text(where / "board.html", _page(board, data, made, above))
    return where / "board.html"


def _page(
    board: Board, data: Mapping[str, Any], made: Sequence[Provenance], above: Sequence[Link]
) -> str:
    title = board.title or "Leaderboard"
    body = render(
        "board.html",
        title=title,
        models=len(board.models),
        datasets=len({row.name for row in board.rows if not row.group}),
        data=data,
        runs=made,
    )
    return page(title, body, data=data, scripts=("assets/board.js", *PLOTS), above=above)


def _cells(columns: Mapping[str, Column]) -> list[Cell]:
    """Return the scores of every column under its name on the board."""
    from dataclasses import replace

    by_root = {root: collect(root) for root in {column.root for column in columns.values()}}
    return [
        replace(cell, model=name)
        for name, column in columns.items()
        for cell in by_root[column.root]
        if cell.model == column.model
    ]


def _sources(
    columns: Mapping[str, Column], cells: Sequence[Cell], costs: dict[tuple[str, str], Cost]
) -> dict[str, list[Source]]:
    """Return by dataset the models whose verdicts are there, and note what they cost."""
    found: dict[str, list[Source]] = {}
    for cell in cells:
        root, model = columns[cell.model]
        verdicts = root / "score" / model / cell.dataset / "verdicts.jsonl"
        logs = RunFolder(root).all_rows(model, cell.dataset)
        cost = cost_of(logs)
        if cost.answers:
            costs[cell.model, cell.dataset] = cost
        if verdicts.exists():
            source = Source(model=cell.model, logs=logs, verdicts=verdicts, cost=cost)
            found.setdefault(cell.dataset, []).append(source)
    return found


def _metric(cells: Sequence[Cell], dataset: str) -> Metric:
    """Return what says whether an answer to a dataset is right: its headline."""
    scores = [cell.scores[0] for cell in cells if cell.dataset == dataset and cell.scores]
    return Metric(name=scores[0].metric, scale=scores[0].scale) if scores else Metric(name="")


def _needles(sources: Mapping[str, Sequence[Source]]) -> list[dict[str, Any]]:
    maps = (
        {"dataset": dataset, "model": source.model, **found}
        for dataset, sources_of in sources.items()
        for source in sources_of
        if (found := needles(source.verdicts)) is not None
    )
    return [one for one, _ in zip(maps, range(MOST_MAPS), strict=False)]
