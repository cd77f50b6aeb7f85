"""Where a board is printed."""

from __future__ import annotations

import sys
from typing import Any

LOG_WIDTH = 120
"""Characters a line of a log may have."""


def screen() -> Any:
    """Return where the board goes: the terminal, or a log, which may be wider."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=LOG_WIDTH)
