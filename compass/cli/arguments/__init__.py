"""The arguments of every command, a module each.

Nothing else is imported before a command is chosen: ``--help`` answers at once.
"""

from __future__ import annotations

import argparse

from compass import __version__
from compass.cli.arguments import (
    board,
    cases,
    catalogue,
    compare,
    history,
    importing,
    plan_size,
    prompt,
    report,
    run,
    status,
)

COMMANDS = (
    run,
    status,
    board,
    report,
    compare,
    cases,
    history,
    importing,
    prompt,
    catalogue,
    plan_size,
)
"""In the order that ``compass --help`` lists them."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``compass``."""
    top = argparse.ArgumentParser(
        prog="compass",
        description="Evaluate language models and say how far to believe the scores.",
    )
    top.add_argument("--version", action="version", version=f"compass {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return top
