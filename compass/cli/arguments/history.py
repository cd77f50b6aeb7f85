"""The arguments of ``compass history``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    history = commands.add_parser(
        "history",
        help="show scores over many runs or checkpoints, and where they change",
        description="Show the scores of the runs below a folder: over time, or over training steps "
        "where the names of models tell them (step1000, checkpoint-20k). Changes beyond chance are "
        "flagged. An index beside the runs makes this quick; it can be deleted at any time.",
    )
    history.add_argument(
        "folder", nargs="?", default="outputs", metavar="DIR", help="folder of runs (outputs)"
    )
    history.add_argument("--model", default="*", metavar="PATTERN", help="models, such as 'qwen*'")
    history.add_argument(
        "--dataset", default="*", metavar="PATTERN", help="datasets or groups, such as 'mmlu*'"
    )
    history.add_argument(
        "--metric", metavar="NAME", help="a metric other than the headline of each dataset"
    )
    history.add_argument(
        "--step",
        action="append",
        metavar="MODEL=NUMBER",
        default=[],
        help="training step of a model whose name does not tell it",
    )
    history.add_argument(
        "-o", "--output", metavar="FILE", help="write a plot (.png, .html) or the figures (.json)"
    )
    history.add_argument("--rebuild", action="store_true", help="make the index anew")
    history.set_defaults(command=Command("history"))
