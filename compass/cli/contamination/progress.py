"""How far a scan is: a line that is written over on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

_SECONDS = 15.0
_SECONDS_ON_TERMINAL = 0.5


def watched(
    segments: Iterator[dict[str, Any]], total: int, before: int
) -> Iterable[dict[str, Any]]:
    """Pass on segments and say how far the scan is.

    Args:
        segments: What has been read, as it comes.
        total: Bytes of all files.
        before: How many of them an earlier scan has read.
    """
    live = sys.stderr.isatty()
    pause = _SECONDS_ON_TERMINAL if live else _SECONDS
    began = last = time.monotonic()
    consumed = size = 0
    if before:
        print(f"going on: {before / 1e6:,.0f} MB were read before", file=sys.stderr)
    for segment in segments:
        consumed += segment["consumed"]
        size += segment["size"]
        now = time.monotonic()
        if now - last >= pause:
            last = now
            line = text(before + consumed, total, consumed, size, now - began)
            print(f"\r{line}\x1b[K" if live else line, end="" if live else "\n", file=sys.stderr)
        yield segment
    line = text(total, total, consumed, size, time.monotonic() - began)
    print(f"\r{line}\x1b[K" if live else line, file=sys.stderr)


def text(read: int, total: int, consumed: int, size: int, seconds: float) -> str:
    """Return one line that says it all.

    Args:
        read: Bytes of the files that are done.
        total: Bytes of all files; 0 where it is not known.
        consumed: Bytes of the files in this start.
        size: Bytes of unpacked text in this start.
        seconds: Since this start.

    Examples:
        >>> text(50_000_000, 100_000_000, 50_000_000, 200_000_000, 10.0)
        '50/100 MB, 20.0 MB/s of text, left 0:00:10'
    """
    rate = size / max(seconds, 1e-9) / 1e6
    known = f"{read / 1e6:,.0f}/{total / 1e6:,.0f} MB" if total else f"{size / 1e6:,.0f} MB of text"
    line = f"{known}, {rate:.1f} MB/s of text"
    if total and consumed:
        left = round(max(total - read, 0) * seconds / consumed)
        line += f", left {left // 3600}:{left // 60 % 60:02}:{left % 60:02}"
    return line
