"""The board on a terminal, however narrow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from compass.board.table import Board, Row
from compass.board.words import HOLE, counts, coverage, holes, margin, scaled
from compass.records import Score
from compass.textsafe import clean_line

if TYPE_CHECKING:
    from rich.console import Console

_WIDEST_NAME = 28
_NARROWEST_MODEL = 14
_GAP = 2
_MOST_NOTES = 20


def print_board(board: Board, console: Console | None = None) -> None:
    """Print the rows for people, then what is missing and what failed.

    Models that do not fit beside each other go into tables below each other.
    """
    from rich.console import Console

    screen = console or Console()
    plain = not screen.encoding.lower().startswith("utf")

    def say(text: str, indent: int = 0) -> None:
        line = " " * indent + _seen(text, plain)
        screen.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)

    if board.title:
        say(board.title)
    for models in _blocks(board, screen.width, plain):
        screen.print(_table(board, models, plain))
    say(_legend(board))
    notes = [*(f"{HOLE} {hole}" for hole in holes(board)), *coverage(board)]
    for note in notes[:_MOST_NOTES]:
        say(note, 2)
    if len(notes) > _MOST_NOTES:
        say(f"… and {len(notes) - _MOST_NOTES} more, see summary.md", 2)
    if board.failures:
        say("")
        say("failures")
    for failure in board.failures:
        questions = f" ({failure.count} questions)" if failure.count else ""
        say(f"{failure.job}{questions}: {failure.brief}", 2)
        if failure.log:
            say(f"log: {failure.log}", 4)


def _legend(board: Board) -> str:
    parts = ["0 to 100, ± the wider side of the 95 % interval"]
    if any(score.failed for row in board.shown for score in row.scores.values()):
        parts.append("!k: k questions have no answer")
    if any(row.group for row in board.shown):
        parts.append("=: group")
    if len(board.shown) < len(board.rows):
        parts.append("more metrics in summary.csv")
    return "; ".join(parts)


def _blocks(board: Board, width: int, plain: bool) -> Iterator[tuple[str, ...]]:
    """Yield the models that fit beside each other, all in order."""
    rest = width - sum(_fixed_widths(board)) - _GAP * 5
    block: list[str] = []
    used = 0
    for model in board.models:
        wanted = _model_width(board, model, plain) + _GAP
        if block and used + wanted > rest:
            yield tuple(block)
            block, used = [], 0
        block.append(model)
        used += wanted
    yield tuple(block)


def _fixed_widths(board: Board) -> list[int]:
    from rich.cells import cell_len

    lines = [("dataset", "version", "metric", "mode", "n"), *map(_labels, board.shown)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(5)]
    return [min(widths[0], _WIDEST_NAME), *widths[1:]]


def _model_width(board: Board, model: str, plain: bool) -> int:
    from rich.cells import cell_len

    cells = [cell_len(_seen(_cell(row.scores.get(model)), plain)) for row in board.shown]
    return max([*cells, min(cell_len(clean_line(model)), _NARROWEST_MODEL)])


def _labels(row: Row) -> tuple[str, str, str, str, str]:
    name = clean_line(row.name)
    texts = clean_line(row.version), clean_line(row.metric), clean_line(row.mode)
    return (f"= {name}" if row.group else name, *texts, counts(row))


def _table(board: Board, models: Sequence[str], plain: bool) -> Any:
    from rich.box import ASCII2, SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=ASCII2 if plain else SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    widths = _fixed_widths(board)
    for place, title in enumerate(("dataset", "version", "metric", "mode", "n")):
        table.add_column(
            title,
            overflow="fold",
            max_width=widths[place],
            justify="right" if place == 4 else "left",
        )
    for model in models:
        name = Text("\n".join(_wrapped(_seen(model, plain), _model_width(board, model, plain))))
        table.add_column(
            name, overflow="fold", justify="right", max_width=_model_width(board, model, plain)
        )
    for row in board.shown:
        texts = [*_labels(row), *(_cell(row.scores.get(model)) for model in models)]
        style = "bold" if row.group else ""
        table.add_row(*(Text(_seen(text, plain), style=style) for text in texts))
    return table


def _cell(score: Score | None) -> str:
    if score is None:
        return HOLE
    mark = f"!{score.failed}" if score.failed else ""
    if score.value is None:
        return " ".join(filter(None, [HOLE, mark]))
    distance = margin(score)
    parts = [scaled(score.value, score.scale, 1), f"±{distance}" if distance else "", mark]
    return " ".join(filter(None, parts))


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
    known = safe.replace("±", "+-").replace("…", "...")
    return known.encode("ascii", "replace").decode("ascii")
