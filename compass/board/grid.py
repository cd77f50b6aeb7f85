"""A table laid out: lines and columns, whichever way round, before any of it is text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from compass.board.lights import SIGNS
from compass.board.table import UNASKED, Board, Row, Table, is_meant
from compass.board.words import HOLE, MISSING, UNKNOWN, counts, rank
from compass.records import Score

Gaps = Mapping[tuple[str, str], str]
"""Reason by name of a row and model."""


class Shown(NamedTuple):
    """What stands in a place of a table: a score, or a few words instead."""

    score: Score | None = None
    best: bool = False
    """True if its model is significantly ahead of every other in this row."""

    words: str = ""

    sign: str = ""
    """Of a contamination check that warns of this score."""


class Line(NamedTuple):
    """One line of a table."""

    labels: tuple[str, ...]
    cells: tuple[Shown, ...]
    group: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is to be shown."""

    labels: tuple[str, ...]
    """Titles of the first columns, which hold words."""

    heads: tuple[str, ...]
    """Titles of the columns that hold scores."""

    lines: tuple[Line, ...]


def grid(board: Board, table: Table, gaps: Gaps) -> Grid:
    """Return the lines and columns of a table.

    Args:
        board: The board.
        table: One of its tables, or a part of one.
        gaps: As `gaps_of` returns them.
    """
    rows = board.rows_of(table)
    return (
        _by_model(board, table, rows, gaps)
        if table.transposed
        else _by_row(board, table, rows, gaps)
    )


def gaps_of(board: Board) -> Gaps:
    """Return why places are empty, by name of the row and model."""
    return {(hole.name, hole.model): hole.reason for hole in board.holes}


def _by_row(board: Board, table: Table, rows: list[Row], gaps: Gaps) -> Grid:
    lines = []
    if any(model in board.families for model in table.models):
        words = tuple(Shown(words=board.families.get(model, "")) for model in table.models)
        lines.append(Line(("family", "", "", "", ""), words))
    for row in rows:
        cells = tuple(_shown(row, model, table, gaps) for model in table.models)
        labels = (row.name, row.version, row.metric, row.mode, counts(row))
        lines.append(Line(labels, cells, row.group))
    ranks = _ranks(board, table)
    if ranks is not None:
        words = tuple(Shown(words=ranks.get(model, HOLE)) for model in table.models)
        lines.append(Line((_rank_title(board, table), "", "", "", ""), words))
    return Grid(("dataset", "version", "metric", "mode", "n"), table.models, tuple(lines))


def _by_model(board: Board, table: Table, rows: list[Row], gaps: Gaps) -> Grid:
    labels = ["model"]
    families = any(model in board.families for model in table.models)
    labels += ["family"] if families else []
    ranks = _ranks(board, table)
    labels += [] if ranks is None else [_rank_title(board, table)]
    lines = []
    for model in table.models:
        words = [model]
        words += [board.families.get(model, "")] if families else []
        words += [] if ranks is None else [ranks.get(model, HOLE)]
        cells = tuple(_shown(row, model, table, gaps) for row in rows)
        lines.append(Line(tuple(words), cells))
    return Grid(tuple(labels), tuple(_heads(rows)), tuple(lines))


def _heads(rows: list[Row]) -> Iterator[str]:
    """Yield a title for each row: its name, and what tells it from others of that name."""
    names = Counter(row.name for row in rows)
    pairs = Counter((row.name, row.metric) for row in rows)
    for row in rows:
        parts = [row.name]
        parts += [row.metric] if names[row.name] > 1 else []
        parts += [row.version, row.mode] if pairs[row.name, row.metric] > 1 else []
        yield " ".join(part for part in parts if part)


def _shown(row: Row, model: str, table: Table, gaps: Gaps) -> Shown:
    score = row.scores.get(model)
    best = row.best == model
    sign = SIGNS[row.lights[model]] if model in row.lights else ""
    if score is not None and score.value is not None:
        if table.scale == "plain":
            return Shown(score, best, sign=sign)
        above = row.normalised.get(model)
        if above is None:
            return Shown(words=UNKNOWN, sign=sign)
        return Shown(above, best, sign=sign)
    reason = gaps.get((row.name, model), UNASKED if score is None else "")
    words = HOLE if is_meant(reason) else MISSING
    return Shown(score, words=words)


def _ranks(board: Board, table: Table) -> dict[str, str] | None:
    ranking = None if table.ranked is None else board.rows[table.ranked].ranking
    if ranking is None:
        return None
    return {model: rank(*places) for model, places in ranking.ranges.items()}


def _rank_title(board: Board, table: Table) -> str:
    return "rank" if table.ranked is None else f"rank by {board.rows[table.ranked].name}"
