"""How far two texts are apart, by the bits of one long number: fast without a library."""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def common(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Return the length of the longest common subsequence.

    Bit-parallel, after Hyyrö 2004, "Bit-Parallel LCS-length Computation Revisited".

    Examples:
        >>> common("kitten", "sitting")
        4
    """
    places: dict[Hashable, int] = {}
    for place, item in enumerate(one):
        places[item] = places.get(item, 0) | 1 << place
    whole = (1 << len(one)) - 1
    row = whole
    for item in other:
        met = row & places.get(item, 0)
        row = ((row + met) | (row - met)) & whole
    return len(one) - row.bit_count()


def ratio(one: str, other: str) -> float:
    """Return 2·LCS / (total length): 1 for equal texts, two empty ones among them.

    One minus the insertions and deletions that turn one text into the other, as a share
    of both lengths; a replacement counts as one of each (``Levenshtein.ratio``).

    Examples:
        >>> ratio("abcd", "abxd")
        0.75
    """
    total = len(one) + len(other)
    return 2 * common(one, other) / total if total else 1.0


def levenshtein(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Return the least number of insertions, deletions and replacements.

    Bit-parallel, after Myers 1999 in the form of Hyyrö 2003.

    Examples:
        >>> levenshtein("kitten", "sitting")
        3
    """
    if not one:
        return len(other)
    places: dict[Hashable, int] = {}
    for place, item in enumerate(one):
        places[item] = places.get(item, 0) | 1 << place
    whole, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    up, down, distance = whole, 0, len(one)
    for item in other:
        met = places.get(item, 0)
        diagonal = (((met & up) + up) ^ up) | met | down
        across = (down | ~(diagonal | up)) & whole
        back = diagonal & up
        distance += bool(across & last) - bool(back & last)
        across = (across << 1 | 1) & whole
        back = back << 1 & whole
        up = (back | ~(diagonal | across)) & whole
        down = diagonal & across
    return distance
