"""Where Compass keeps what it can make again: converted weights, digests of large files."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return ``$COMPASS_CACHE``, or ``~/.cache/compass``; it need not exist yet."""
    named = os.environ.get("COMPASS_CACHE")
    return Path(named).expanduser() if named else Path.home() / ".cache" / "compass"
