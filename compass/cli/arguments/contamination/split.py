"""The arguments of ``compass contamination split``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to those of the group."""
    split = commands.add_parser(
        "split",
        help="scores of a run on clean and on contaminated questions",
        description="Show every score of a run on all questions, on clean ones, and on those "
        "whose input, or input and label, stood in a corpus.",
    )
    split.add_argument("run", metavar="RUN", help="folder of a run")
    split.add_argument(
        "--annotations",
        nargs="+",
        metavar="FILE",
        help="labels: the items.jsonl of a scan, or JSON (those the configuration names)",
    )
    split.add_argument(
        "--rank-by", choices=["all", "clean"], default="clean", help="order of models (clean)"
    )
    split.set_defaults(command=Command("contamination.split"))
