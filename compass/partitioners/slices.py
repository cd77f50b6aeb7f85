"""Equal and tapering slices of a range."""

from __future__ import annotations

SHARES = 4
"""Slices that a worker's share of what is left is cut into."""


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


def tapering_slices(size: int, workers: int, longest: int, shortest: int) -> list[tuple[int, int]]:
    """Return slices that get shorter: each a fixed part of a worker's share of what is left.

    Workers that take the next slice when they are idle end at nearly the same time, whatever a
    slice costs: only short ones are left by then.  This is factoring (Hummel, Schonberg and
    Flynn 1992, "Factoring: a method for scheduling parallel loops"), which takes half of the
    share; here it is a quarter, because long questions of a benchmark often stand together.

    Args:
        size: Of the range.
        workers: That share it.
        longest: Most of a slice.
        shortest: Fewest of a slice, where more than that is left.

    Examples:
        >>> [stop - start for start, stop in tapering_slices(100, 2, 100, 5)]
        [13, 13, 10, 10, 7, 7, 5, 5, 5, 5, 5, 5, 5, 5]
    """
    slices: list[tuple[int, int]] = []
    start = length = 0
    while start < size:
        if len(slices) % workers == 0:
            length = -(-(size - start) // (SHARES * workers))
            length = max(1, min(max(length, shortest), longest))
        stop = min(size, start + length)
        slices.append((start, stop))
        start = stop
    return slices
