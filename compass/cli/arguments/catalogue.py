"""The arguments of ``compass list``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    listing = commands.add_parser("list", help="list models, datasets and summarizers by name")
    listing.add_argument(
        "kind",
        nargs="?",
        choices=["models", "datasets", "summarizers"],
        help="what to list (all three)",
    )
    listing.add_argument(
        "pattern", nargs="?", default="*", metavar="PATTERN", help="names to list, such as 'mmlu*'"
    )
    listing.add_argument(
        "--markdown", action="store_true", help="write the datasets as a page, docs/benchmarks.md"
    )
    listing.set_defaults(command=Command("catalogue"))
