"""``compass list``: what can be named on the command line."""

from __future__ import annotations

import argparse
from typing import Literal

from compass.config import catalogue
from compass.textsafe import clean_terminal

KINDS: tuple[Literal["models", "datasets", "summarizers"], ...] = (
    "models",
    "datasets",
    "summarizers",
)


def command(arguments: argparse.Namespace) -> int:
    """Print the names of lists and of their members."""
    found = 0
    for kind in KINDS if arguments.kind is None else (arguments.kind,):
        entries = catalogue(kind, arguments.pattern)
        found += len(entries)
        if entries:
            print(f"{kind}:")
        for entry in entries:
            about = entry.error.what if entry.error else entry.about
            print(clean_terminal(f"  {entry.name:<32} {entry.file:<34} {about}"))
            if len(entry.abbrs) > 1:
                more = f" and {len(entry.abbrs) - 6} more" if len(entry.abbrs) > 6 else ""
                print(clean_terminal(f"  {'':<32} {', '.join(entry.abbrs[:6])}{more}"))
    if not found:
        print(f"nothing matches {arguments.pattern!r}")
    return 0
