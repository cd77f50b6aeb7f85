"""``compass board``: the leaderboard of one or more runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from compass.board import board_of, lit, print_board, recorded_runs, tested, write_board
from compass.cli.screen import screen
from compass.errors import ConfigError


def command(arguments: argparse.Namespace) -> int:
    """Put runs on one board and return the exit code."""
    if arguments.format and not arguments.output:
        raise ConfigError(
            "--format writes files, but there is no folder for them", hint="add -o DIR"
        )
    summarizer = summarizer_named(arguments.summarizer)
    runs = recorded_runs(arguments.runs)
    made = lit(board_of(runs, summarizer))
    used = summarizer or next((one.summarizer for one in runs if one.summarizer), {})
    if not arguments.untested and used.get("significance", True):
        made = tested(made)
    if arguments.output:
        folder = Path(arguments.output)
        formats = [*used.get("formats", ()), *arguments.format]
        written = write_board(made, folder, formats=formats)
    print_board(made, screen())
    if arguments.output:
        print(f"written: {len(written)} files in {folder}")
    return 0


def summarizer_named(name: str | None) -> dict[str, Any] | None:
    """Return a summarizer by name, None without one."""
    if name is None:
        return None
    from compass.config import summarizer

    return summarizer(name)
