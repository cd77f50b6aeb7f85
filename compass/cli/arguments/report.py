"""The arguments of ``compass report``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    report = commands.add_parser(
        "report",
        help="write runs as pages for a browser",
        description="Write board.html and transcripts into each run folder, or with -o a site of "
        "all of them: a leaderboard across runs, the benchmarks, a page for each model. "
        "No model is asked.",
    )
    report.add_argument(
        "runs",
        nargs="+",
        metavar="RUN",
        help="a run folder, or the folder of a configuration for its latest run; "
        "LABEL=RUN names it on the site",
    )
    report.add_argument("-o", "--output", metavar="DIR", help="write a site into this folder")
    report.add_argument("--summarizer", metavar="NAME", help="a summarizer by name")
    report.add_argument("--title", default="Leaderboard", help="title of the site (Leaderboard)")
    report.set_defaults(command=Command("report"))
