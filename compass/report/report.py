"""The report of a run: ``board.html`` and, beside it, the folder ``transcripts``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from compass.report.page import PLOTS, Link, page, render, safe
from compass.report.provenance import provenance
from compass.report.transcripts import Metric, Source, write_transcripts
from compass.runfolder import RunFolder
from compass.textsafe import clean_file

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
    """Write the report of a run and return the path of its page.

    Args:
        board: What the run came to.
        root: The run folder.
        folder: Where the pages go; None: into the run folder.
        summarizer: Its groups become radars.
        above: Pages that lead here.
    """
    where = folder or root
    columns = columns_of(board, root)
    cells = _cells(columns)
    sources, costs = _sources(columns, cells)
    links = {}
    for dataset, found in sources.items():
        name = clean_file(dataset)
        raised = [Link(link.text, f"../../{link.address}") for link in above]
        raised.append(Link(board.title or root.name, "../../board.html"))
        place = where / "transcripts" / name
        write_transcripts(place, dataset, found, _metric(cells, dataset), raised)
        links[dataset] = f"transcripts/{quote(name)}/index.html"
    data = {
        "needles": _needles(sources),
        "costs": [[model, dataset, cost.to_dict()] for (model, dataset), cost in costs.items()],
    }
    text = board_page(board, columns, summarizer or {}, links=links, more=data, above=above)
    store.write_text(where / "board.html", text)
    return where / "board.html"


def board_page(
    board: Board,
    columns: Mapping[str, Column],
    summarizer: Mapping[str, Any],
    *,
    links: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
    before: str = "",
    above: Sequence[Link] = (),
) -> str:
    """Return the page of a board.

    Args:
        board: What is shown.
        columns: Where the rows of its models are.
        summarizer: Its groups become radars.
        links: Address of the transcripts of each dataset that has some.
        more: Further data of its scripts.
        before: HTML in front of the leaderboard.
        above: Pages that lead here.
    """
    shown = leaderboard(board, links or {})
    data = {
        **shown,
        "radars": groups_with_members(groups_of(summarizer), shown["rows"]),
        "bias": list(position_bias(_cells(columns))),
        "needles": [],
        "costs": [],
        **troubles(board, links or {}),
        **(more or {}),
    }
    title = board.title or "Leaderboard"
    body = render(
        "board.html",
        title=title,
        before=safe(before),
        models=len({one.model for one in columns.values()}),
        datasets=len({row.name for row in board.rows if not row.group}),
        data=data,
        runs=[provenance(one) for one in dict.fromkeys(one.root for one in columns.values())],
    )
    return page(title, body, data=data, scripts=("assets/board.js", *PLOTS), above=above)


def columns_of(board: Board, root: Path) -> dict[str, Column]:
    """Return where the rows of each model of a board are; without an origin: in ``root``."""
    return {
        model: Column(board.origins[model].root, board.origins[model].model)
        if model in board.origins
        else Column(root, model)
        for model in board.models
    }


def _cells(columns: Mapping[str, Column]) -> list[Cell]:
    """Return the scores of every column under its name on the board."""
    held: dict[Column, list[Cell]] = {}
    for root in dict.fromkeys(column.root for column in columns.values()):
        for cell in collect(root):
            held.setdefault(Column(root, cell.model), []).append(cell)
    return [
        replace(cell, model=name)
        for name, column in columns.items()
        for cell in held.get(column, ())
    ]


def _sources(
    columns: Mapping[str, Column], cells: Sequence[Cell]
) -> tuple[dict[str, list[Source]], dict[tuple[str, str], Cost]]:
    """Return by dataset the models whose verdicts are there, and what each pair cost."""
    found: dict[str, list[Source]] = {}
    costs: dict[tuple[str, str], Cost] = {}
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
    return found, costs


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
