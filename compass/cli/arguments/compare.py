"""The arguments of ``compass compare``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    compare = commands.add_parser(
        "compare",
        help="compare two models question by question",
        description="Compare two runs, or two models of a run, on the questions both answered: "
        "differences with a paired test, questions that flipped, settings that differ. No model "
        "is asked.",
    )
    compare.add_argument(
        "runs",
        nargs="+",
        metavar="RUN",
        help="one or two run folders, or folders of a configuration for its latest run; the first "
        "is the yardstick",
    )
    compare.add_argument(
        "--models",
        nargs="+",
        metavar="NAME",
        default=[],
        help="the two models, or one that both runs have (those that both have)",
    )
    compare.add_argument(
        "--datasets", nargs="+", metavar="PATTERN", default=["*"], help="datasets, such as 'mmlu*'"
    )
    compare.add_argument("--metric", metavar="NAME", help="another metric than the headlines")
    compare.add_argument(
        "--flips", type=int, metavar="N", default=5, help="flips of each dataset to print (5)"
    )
    compare.add_argument("--markdown", metavar="FILE", help="write it as Markdown")
    compare.add_argument("--html", metavar="FILE", help="write it as a page with every flip")
    compare.add_argument("--json", action="store_true", help="print JSON and nothing else")
    compare.set_defaults(command=Command("compare"))
