r"""The board as tables for LaTeX, in the rules of the booktabs package.

The text is to be read by ``\input``; it needs ``\usepackage{booktabs}`` and an engine that
reads UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator

from compass.board.grid import Grid, Shown, gaps_of, grid
from compass.board.lights import footnotes
from compass.board.markdown import columns_of, legend
from compass.board.table import Board
from compass.board.words import bounds, failed_mark, holes, scaled
from compass.textsafe import clean_latex

_SIGNS = {"†": r"\textsuperscript{\dag}", "‡": r"\textsuperscript{\ddag}"}


def to_latex(board: Board) -> str:
    """Return the tables for people, one ``table`` each."""
    gaps = gaps_of(board)
    lines = [r"% needs \usepackage{booktabs}"]
    for table in board.tables:
        laid = grid(board, table, gaps)
        title = table.title or board.title
        lines += [r"\begin{table}", r"\centering", r"\small"]
        lines += [rf"\caption{{{clean_latex(title)}}}"] if title else []
        lines += _tabular(laid)
        lines += [
            rf"\par\footnotesize {clean_latex(one)}" for one in columns_of(board, table, laid)
        ]
        lines += [r"\end{table}", ""]
    notes = [legend(board), *footnotes(board), *board.notes, *(hole for hole, _ in holes(board))]
    lines += [f"% {clean_latex(note)}" for note in notes]
    return "\n".join(lines) + "\n"


def _tabular(laid: Grid) -> Iterator[str]:
    yield rf"\begin{{tabular}}{{{'l' * len(laid.labels)}{'r' * len(laid.heads)}}}"
    yield r"\toprule"
    yield _line([clean_latex(one) for one in (*laid.labels, *laid.heads)])
    yield r"\midrule"
    for line in laid.lines:
        labels = [clean_latex(label) for label in line.labels]
        if line.group:
            labels[0] = rf"\textit{{{labels[0]}}}"
        yield _line([*labels, *map(_cell, line.cells)])
    yield r"\bottomrule"
    yield r"\end{tabular}"


def _line(cells: list[str]) -> str:
    # A bracket after the end of a line would be taken for its optional argument.
    return "{}" + " & ".join(cells) + r" \\"


def _cell(shown: Shown) -> str:
    score = shown.score
    if score is None or score.value is None:
        mark = failed_mark(score) if score is not None else ""
        return clean_latex(" ".join(part for part in (shown.words, mark) if part))
    value = scaled(score.value, score.scale, 1) + _SIGNS.get(shown.sign, "")
    parts = [rf"\textbf{{{value}}}" if shown.best else value]
    parts += [rf"{{\scriptsize {bounds(score)}}}"] if bounds(score) else []
    parts += [clean_latex(failed_mark(score))] if score.failed else []
    return " ".join(parts)
