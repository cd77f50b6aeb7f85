"""The board on a terminal, however narrow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from compass.board.grid import Grid, Line, Shown, gaps_of, grid
from compass.board.lights import SIGNS, footnotes, meanings
from compass.board.markdown import columns_of
from compass.board.table import Board
from compass.board.words import HOLE, coverage, holes, leads, lower, margin, numbers, scaled
from compass.textsafe import clean_line

if TYPE_CHECKING:
    from rich.console import Console

_WIDEST_NAME = 28
_NARROWEST_SCORE = 14
_GAP = 2
_MOST_NOTES = 20
_MOST_MODELS = 30
_MOST_ROWS = 200
_FIRST = 10
"""Models of a table that has more than most."""
_BEST = "*"
_IN_ASCII = {"±": "+-", "…": "...", SIGNS["leak"]: "(L)", SIGNS["doubt"]: "(D)"}


def print_board(board: Board, console: Console | None = None) -> None:
    """Print the tables for people, then what is missing and what failed.

    Columns that do not fit beside each other go into tables below each other.  Of a large
    board the first part is printed, and where the rest is.
    """
    from rich.console import Console

    screen = console or Console()
    plain = not screen.encoding.lower().startswith("utf")

    def say(text: str, indent: int = 0) -> None:
        line = " " * indent + _seen(text, plain)
        screen.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)

    if board.title:
        say(board.title)
    gaps = gaps_of(board)
    for table in board.tables:
        if table.title:
            say("")
            say(table.title)
        most = len(table.models) if len(table.models) <= _MOST_MODELS else _FIRST
        part = replace(table, models=table.models[:most], places=table.places[:_MOST_ROWS])
        laid = grid(board, part, gaps)
        for places in _blocks(laid, screen.width, plain):
            screen.print(_table(laid, places, plain))
        for line in columns_of(board, part, laid):
            say(line)
        for shown, all_of, kind in (
            (part.models, table.models, "models"),
            (part.places, table.places, "rows"),
        ):
            if len(shown) < len(all_of):
                say(f"the first {len(shown)} of {len(all_of)} {kind}; all are in summary.csv", 2)
    if legend := _legend(board):
        say(legend)
    gone = (f"{HOLE if meant else '!'} {hole}" for hole, meant in holes(board))
    notes = [*footnotes(board), *board.notes, *gone, *coverage(board)]
    for note in notes[:_MOST_NOTES]:
        say(note, 2)
    if len(notes) > _MOST_NOTES:
        say(f"… and {len(notes) - _MOST_NOTES} more, see summary.md", 2)
    _print_failures(board, say)


def _print_failures(board: Board, say: Callable[..., None]) -> None:
    if board.failures:
        say("")
        say("failures")
    for failure in board.failures[:_MOST_NOTES]:
        questions = f" ({failure.count} questions)" if failure.count else ""
        say(f"{failure.job}{questions}: {failure.brief}", 2)
        if failure.log:
            say(f"log: {failure.log}", 4)
    if len(board.failures) > _MOST_NOTES:
        say(f"… and {len(board.failures) - _MOST_NOTES} more, see summary.md", 2)


def _legend(board: Board) -> str:
    scale = numbers(board)
    parts = [f"{scale}, ± the wider side of the 95 % interval"] if scale else []
    parts += lower(board)
    if any(score.failed for row in board.shown for score in row.scores.values()):
        parts.append("!k: k questions have no answer")
    if any(row.group for row in board.shown):
        parts.append("=: group")
    if any(table.scale == "chance" for table in board.tables):
        parts.append("tables from chance to perfect: 0 is guessing")
    parts += leads(board, f"marked {_BEST}")
    parts += meanings(board)
    if len(board.shown) < len(board.rows):
        parts.append("more metrics in summary.csv")
    return "; ".join(parts)


def _blocks(laid: Grid, width: int, plain: bool) -> Iterator[range]:
    """Yield the places of the score columns that fit beside each other, all in order."""
    rest = width - sum(_label_widths(laid)) - _GAP * len(laid.labels)
    start = used = 0
    for place in range(len(laid.heads)):
        wanted = _score_width(laid, place, plain) + _GAP
        if place > start and used + wanted > rest:
            yield range(start, place)
            start, used = place, 0
        used += wanted
    yield range(start, len(laid.heads))


def _label_widths(laid: Grid) -> list[int]:
    from rich.cells import cell_len

    lines = [laid.labels, *map(_labels, laid.lines)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(laid.labels))]
    return [min(widths[0], _WIDEST_NAME), *widths[1:]]


def _score_width(laid: Grid, place: int, plain: bool) -> int:
    from rich.cells import cell_len

    cells = [cell_len(_seen(_cell(line.cells[place]), plain)) for line in laid.lines]
    return max([*cells, min(cell_len(clean_line(laid.heads[place])), _NARROWEST_SCORE)])


def _labels(line: Line) -> tuple[str, ...]:
    name, *rest = (clean_line(label) for label in line.labels)
    return (f"= {name}" if line.group else name, *rest)


def _table(laid: Grid, places: Sequence[int], plain: bool) -> Any:
    from rich.box import ASCII2, SIMPLE_HEAD
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=ASCII2 if plain else SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for title, width in zip(laid.labels, _label_widths(laid), strict=True):
        justify: Literal["right", "left"] = "right" if title == "n" else "left"
        drawn.add_column(Text(title), overflow="fold", max_width=width, justify=justify)
    for place in places:
        width = _score_width(laid, place, plain)
        name = Text("\n".join(_wrapped(_seen(laid.heads[place], plain), width)))
        drawn.add_column(name, overflow="fold", justify="right", max_width=width)
    for line in laid.lines:
        labels = (Text(_seen(text, plain)) for text in _labels(line))
        cells = (
            Text(_seen(_cell(line.cells[place]), plain), style=_style(line.cells[place]))
            for place in places
        )
        drawn.add_row(*labels, *cells)
    return drawn


def _style(shown: Shown) -> str:
    return "bold" if shown.best else ""


def _cell(shown: Shown) -> str:
    score = shown.score
    mark = f"!{score.failed}" if score is not None and score.failed else ""
    if score is None or score.value is None:
        return " ".join(filter(None, [shown.words, mark]))
    distance = margin(score)
    value = scaled(score.value, score.scale, 1) + (_BEST if shown.best else "") + shown.sign
    return " ".join(filter(None, [value, f"±{distance}" if distance else "", mark]))


def _wrapped(name: str, width: int) -> list[str]:
    """Return a name in lines, broken after its hyphens where there are some."""
    lines = [""]
    for part in re.findall(r"[^-]*-|[^-]+", name):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return lines


def _seen(text: str, plain: bool) -> str:
    """Return what a screen can show, in ASCII where it knows nothing else."""
    safe = clean_line(text)
    if not plain:
        return safe
    known = safe
    for character, words in _IN_ASCII.items():
        known = known.replace(character, words)
    return known.encode("ascii", "replace").decode("ascii")
