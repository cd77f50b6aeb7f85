"""The command line: ``compass …``, and ``run.py CONFIG`` for ``compass run CONFIG``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from compass.cli.arguments import parser
from compass.errors import EXIT_BUG, EXIT_INTERRUPTED, CompassError
from compass.textsafe import clean_terminal

__all__ = ["main", "run_main"]

EXIT_UNREAD = 141
"""What a shell says of a program whose output nobody reads to its end."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.command(arguments))
    except CompassError as error:
        print(clean_terminal(f"error: {error}"), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; what is still to be written goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_UNREAD
    except Exception:  # noqa: BLE001 - the last resort: our bug, told with its trace
        import traceback

        traceback.print_exc()
        print("This is a bug in Compass; please report it with the lines above.", file=sys.stderr)
        return EXIT_BUG


def run_main() -> int:
    """Serve ``run.py``: everything after it are arguments of ``compass run``."""
    return main(["run", *sys.argv[1:]])
