"""The arguments of ``compass status``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    status = commands.add_parser(
        "status",
        help="how far a run is, read from its folder",
        description="Say how far a run is, also while it is at work here or on a cluster. "
        "Exit code: 0 everything is answered and scored, 4 not everything.",
    )
    status.add_argument(
        "run", metavar="RUN", help="a run folder, or the folder of a configuration for its latest"
    )
    status.add_argument("--json", action="store_true", help="as JSON")
    status.add_argument(
        "--cancel", action="store_true", help="end the batches of a run on a Slurm cluster"
    )
    status.set_defaults(command=Command("status"))
