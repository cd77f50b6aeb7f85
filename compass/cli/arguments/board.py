"""The arguments of ``compass board``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command

FORMATS = ("latex", "lm-eval", "model-index")
"""What a board is written as beside the files that every run writes."""


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    board = commands.add_parser(
        "board",
        help="put the scores of runs on one leaderboard",
        description="Put the scores of one or more runs on one leaderboard, and write it as "
        "files. No model is asked.",
    )
    board.add_argument(
        "runs",
        nargs="+",
        metavar="RUN",
        help="a run folder, or the folder of a configuration for its latest run; "
        "LABEL=RUN names it on the board",
    )
    board.add_argument("--summarizer", metavar="NAME", help="a summarizer by name")
    board.add_argument(
        "-o", "--output", metavar="DIR", help="where to write the files (print only)"
    )
    board.add_argument(
        "--format",
        nargs="+",
        choices=FORMATS,
        default=[],
        help="files to write beside CSV, Markdown and JSON",
    )
    board.add_argument(
        "--untested",
        action="store_true",
        help="do not read verdicts: no best models, no ranks, but at once",
    )
    board.set_defaults(command=Command("board"))
