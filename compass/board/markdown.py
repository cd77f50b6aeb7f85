"""The board as a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compass.board.clean import clean_page
from compass.board.grid import Grid, Shown, gaps_of, grid
from compass.board.lights import footnotes, meanings
from compass.board.table import Board, Table
from compass.board.words import bounds, coverage, failed_mark, holes, leads, lower, numbers, scaled
from compass.textsafe import clean_markdown

_MOST_NOTES = 1000


def to_markdown(board: Board) -> str:
    """Return the tables for people as a Markdown page."""
    gaps = gaps_of(board)
    parts = [f"# {clean_markdown(board.title)}\n"] if board.title else []
    for table in board.tables:
        parts += [f"## {clean_markdown(table.title)}\n"] if table.title else []
        laid = grid(board, table, gaps)
        parts.append(_laid(laid))
        parts += [f"{clean_markdown(line)}\n" for line in columns_of(board, table, laid)]
    parts.append(legend(board) + "\n")
    notes = [*board.notes, *(hole for hole, _ in holes(board)), *coverage(board)]
    notes = [*footnotes(board), *notes]
    if len(notes) > _MOST_NOTES:
        notes[_MOST_NOTES:] = [f"and {len(notes) - _MOST_NOTES} more, see summary.json"]
    if notes:
        parts.append("".join(f"* {clean_markdown(note)}\n" for note in notes))
    if board.clean:
        parts += ["## Clean and contaminated questions\n", clean_page(board.clean)]
    if board.failures:
        failures = [
            [clean_markdown(text) for text in (one.job, str(one.count or "?"), one.brief, one.log)]
            for one in board.failures
        ]
        parts.append("## Failures\n")
        parts.append(_table(["job", "questions", "first error", "log"], failures))
    return "\n".join(parts)


def legend(board: Board) -> str:
    """Return how the tables are to be read."""
    scale = numbers(board) or "numbers"
    parts = [
        f"{scale[0].upper()}{scale[1:]}, with 95 % confidence intervals",
        *lower(board),
        "n: judged answers",
        "groups in bold, their members taken to be independent",
    ]
    if any(table.scale == "chance" for table in board.tables):
        parts.append("tables from chance to perfect: 0 is guessing, 100 is all right")
    if any(row.ranking is not None for row in board.rows):
        parts.append("ranks are ranges that hold at once with 95 % confidence")
    parts += leads(board, "in bold")
    parts += meanings(board)
    return "; ".join(parts) + "."


def columns_of(board: Board, table: Table, laid: Grid) -> Iterator[str]:
    """Yield what the columns of a transposed table are; others say it in each line."""
    if table.transposed:
        parts = (
            f"{head}: {', '.join(word for word in (row.metric, row.mode, row.version) if word)}"
            for head, row in zip(laid.heads, board.rows_of(table), strict=True)
        )
        yield "; ".join(parts)


def _laid(laid: Grid) -> str:
    body = []
    for line in laid.lines:
        labels = [clean_markdown(label) for label in line.labels]
        if line.group:
            labels[0] = f"**{labels[0]}**"
        body.append([*labels, *map(_cell, line.cells)])
    return _table([clean_markdown(one) for one in (*laid.labels, *laid.heads)], body)


def _cell(shown: Shown) -> str:
    score = shown.score
    if score is None or score.value is None:
        mark = failed_mark(score) if score is not None else ""
        return " ".join(part for part in (clean_markdown(shown.words), mark) if part)
    value = scaled(score.value, score.scale, 1) + shown.sign
    parts = [f"**{value}**" if shown.best else value, bounds(score), failed_mark(score)]
    return " ".join(part for part in parts if part)


def _table(columns: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    from tabulate import tabulate

    if not body:
        return "(nothing to show)\n"
    return tabulate(body, headers=columns, tablefmt="pipe", disable_numparse=True) + "\n"
