"""The report of a run: ``board.html`` and, beside it, the folder ``transcripts``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from compass import store
from compass.board import Board
from compass.board.groups import groups_of
from compass.board.words import lower, numbers
from compass.report.contamination import clean, lights
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
    sources, costs = _sources(board, columns)
    links = {}
    for dataset, found in sources.items():
        name = clean_file(dataset)
        raised = [Link(link.text, f"../../{link.address}") for link in above]
        raised.append(Link(board.title or root.name, "../../board.html"))
        place = where / "transcripts" / name
        write_transcripts(place, dataset, found, _metric(board, dataset), raised)
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
        "bias": list(position_bias(board)),
        "needles": [],
        "costs": [],
        **troubles(board, links or {}),
        **(more or {}),
    }
    title = board.title or "Leaderboard"
    roots = list(dict.fromkeys(one.root for one in columns.values()))
    runs = [provenance(root) for root in roots]
    body = render(
        "board.html",
        title=title,
        before=safe(before),
        models=len({one.model for one in columns.values()}),
        datasets=len({row.name for row in board.rows if not row.group}),
        data=data,
        runs=runs,
        scale=[*filter(None, [numbers(board)]), *lower(board)],
        leaks=lights(board, roots),
        clean=clean([(run.name, root) for run, root in zip(runs, roots, strict=True)]),
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


def _sources(
    board: Board, columns: Mapping[str, Column]
) -> tuple[dict[str, list[Source]], dict[tuple[str, str], Cost]]:
    """Return by dataset the models whose verdicts are there, and what each pair cost."""
    found: dict[str, list[Source]] = {}
    costs: dict[tuple[str, str], Cost] = {}
    scored = {(row.name, model) for row in board.rows if not row.group for model in row.scores}
    for dataset in dict.fromkeys(row.name for row in board.rows if not row.group):
        for name, (root, model) in columns.items():
            if (dataset, name) not in scored:
                continue
            verdicts = root / "score" / model / dataset / "verdicts.jsonl"
            logs = RunFolder(root).all_rows(model, dataset)
            cost = cost_of(logs)
            if cost.answers:
                costs[name, dataset] = cost
            if verdicts.exists():
                source = Source(model=name, logs=logs, verdicts=verdicts, cost=cost)
                found.setdefault(dataset, []).append(source)
    return found, costs


def _metric(board: Board, dataset: str) -> Metric:
    """Return what says whether an answer to a dataset is right: its headline."""
    rows = [row for row in board.rows if row.name == dataset and not row.group]
    shown = [row for row in rows if row.shown] or rows
    return Metric(name=shown[0].metric, scale=shown[0].scale)


def _needles(sources: Mapping[str, Sequence[Source]]) -> list[dict[str, Any]]:
    maps = (
        {"dataset": dataset, "model": source.model, **found}
        for dataset, sources_of in sources.items()
        for source in sources_of
        if (found := needles(source.verdicts)) is not None
    )
    return [one for one, _ in zip(maps, range(MOST_MAPS), strict=False)]
