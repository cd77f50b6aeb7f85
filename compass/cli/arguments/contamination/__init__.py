"""The arguments of ``compass contamination …``, a module for each of its commands."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.contamination import corpus, merge, reference, split

COMMANDS = (corpus, merge, split, reference)
"""In the order that ``compass contamination --help`` lists them."""


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    group = commands.add_parser(
        "contamination",
        help="was a benchmark in the training data?",
        description="Look for a benchmark in training data and in models, and show what that does "
        "to scores.",
    )
    inner = group.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(inner)
