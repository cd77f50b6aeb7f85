"""The arguments of ``compass import``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    importing = commands.add_parser(
        "import",
        help="make a run of results from elsewhere",
        description="Make a run folder of the scores in result files of another program, so "
        "that compass board can show them.",
    )
    importing.add_argument("form", choices=["lm-eval"], help="what wrote the files")
    importing.add_argument(
        "paths", nargs="+", metavar="FILE", help="result files, or folders of them"
    )
    importing.add_argument(
        "--name", default="imported", metavar="NAME", help="name of the run (imported)"
    )
    importing.add_argument(
        "-w", "--work-dir", default="outputs", metavar="DIR", help="folder of all runs (outputs)"
    )
    importing.set_defaults(command=Command("importing"))
