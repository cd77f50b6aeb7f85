"""Events of workers elsewhere, by files on a shared file system.

Every worker appends to a file of its own; whoever follows a run reads what is new in all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compass.store import scan_lines, to_line


class EventFile:
    """Where one worker writes its events."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)

    def __call__(self, event: dict[str, Any]) -> None:
        """Append an event as a line that others can see at once."""
        self._file.write(to_line(event))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Events:
    """What all workers of a start have told so far.

    Args:
        folder: Of their files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, int] = {}

    def new(self) -> Iterator[dict[str, Any]]:
        """Yield the events that were not yielded yet."""
        for path in sorted(self._folder.glob("*.jsonl")):
            for offset, line in scan_lines(path, self._read.get(path, 0)):
                self._read[path] = offset + len(line)
                try:
                    yield json.loads(line)
                except ValueError:
                    continue  # a node died in the middle of it
