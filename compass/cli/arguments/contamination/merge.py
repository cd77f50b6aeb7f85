"""The arguments of ``compass contamination merge``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to those of the group."""
    merge = commands.add_parser("merge", help="put the scans of several parts of a corpus together")
    merge.add_argument("scans", nargs="+", metavar="SCAN", help="folders of finished scans")
    merge.add_argument("-o", "--out", required=True, metavar="DIR", help="folder of the result")
    merge.set_defaults(command=Command("contamination.merge"))
