"""From the scores of a run to its leaderboard: data first, then files and terminal."""

from __future__ import annotations

from compass.board.build import board
from compass.board.cells import Cell, collect
from compass.board.files import write_board
from compass.board.lights import lit
from compass.board.runs import Recorded, board_of, recorded_runs
from compass.board.significance import tested
from compass.board.table import (
    Board,
    Failure,
    Hole,
    Lead,
    Origin,
    Part,
    Ranking,
    Row,
    Table,
)
from compass.board.terminal import print_board

__all__ = [
    "Board",
    "Cell",
    "Failure",
    "Hole",
    "Lead",
    "Origin",
    "Part",
    "Ranking",
    "Recorded",
    "Row",
    "Table",
    "board",
    "board_of",
    "collect",
    "lit",
    "print_board",
    "recorded_runs",
    "tested",
    "write_board",
]
