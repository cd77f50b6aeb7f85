"""Equal slices of a range."""

from __future__ import annotations


def equal_slices(size: int, parts: int) -> list[tuple[int, int]]:
    """Return ``parts`` slices of ``size`` whose lengths differ by at most one."""
    parts = max(1, min(parts, size))
    length, longer = divmod(size, parts)
    slices = []
    start = 0
    for part in range(parts):
        stop = start + length + (part < longer)
        slices.append((start, stop))
        start = stop
    return slices
