"""Stretches of a trie that go through a model at once, and who sees whom in them.

Branches see their *trunk*: the stack, or the first path of the chunk they leave.
What many tokens see alike is a *level*, a rectangle without a mask; what is left is
*blocks* of few tokens that see some of each other.  Nothing unseen is computed, but
for what is masked in small blocks:

    trunk      ####....            level: every branch sees the trunk
    branch 1   ....##              block
    branch 2   ....  ##            block
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from compass.models.hf.trie import Layout, Piece

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from compass.models.hf.trie import Ints

_BLOCK = 192
"""Branches of together no more tokens are one masked block: one call instead of many."""

_LEVELS = 8
"""Branches that leave a trunk at more depths than these stay one block."""


class Block(NamedTuple):
    """Tokens ``start:stop`` of a chunk that see some of each other."""

    start: int
    stop: int
    seen: NDArray[np.bool_] | None
    """Who sees whom within the block; None: each token all before it."""


class Level(NamedTuple):
    """Tokens ``start:stop`` of a chunk see the places ``low:high``.

    Places count the stack first, then the chunk; a level lies in one of them.
    """

    start: int
    stop: int
    low: int
    high: int


class _Part(NamedTuple):
    """A piece of the trie, or what of it is in the chunk."""

    low: int
    high: int
    above: Ints
    """Places of the path to its beginning."""


@dataclass(slots=True, eq=False)
class Chunk:
    """A stretch of a layout that goes through the model at once."""

    start: int
    stop: int
    blocks: list[Block]
    levels: list[Level]
    kept: int
    """How much of the stack the path at the end of the chunk shares."""

    path: Ints
    """Tokens of the chunk on that path; with ``stack[:kept]`` the next stack."""

    sources: dict[int, Ints]
    """For pieces that end here and were asked for: the places of the path to there."""


def cut(
    layout: Layout, start: int, stop: int, stack: int, wanted: Mapping[int, int] | None = None
) -> Chunk:
    """Return the chunk ``start:stop``, to be computed from a stack of ``stack`` tokens.

    Args:
        layout: The trie.
        start: First token of the chunk.
        stop: Where it ends.
        stack: Tokens on the stack when the chunk begins.
        wanted: Pieces whose path is to be found again in ``sources``, and from which depth.
    """
    import numpy as np

    held = np.arange(stack)
    parts: list[_Part] = []
    sources: dict[int, Ints] = {}
    for number in range(_piece_at(layout.pieces, start), len(layout.pieces)):
        piece = layout.pieces[number]
        if piece.start >= stop:
            break
        low, high = max(piece.start, start), min(piece.stop, stop)
        above = held[: piece.depth + low - piece.start]
        parts.append(_Part(low - start, high - start, above))
        held = np.concatenate([above, np.arange(low - start, high - start) + stack])
        if wanted and number in wanted and high == piece.stop:
            sources[number] = held[wanted[number] :]
    blocks: list[Block] = []
    levels: list[Level] = []
    _divide(parts, (0, stack), stack, blocks, levels)
    kept = int(np.searchsorted(held, stack))
    return Chunk(start, stop, blocks, levels, kept, held[kept:] - stack, sources)


def _piece_at(pieces: Sequence[Piece], place: int) -> int:
    from bisect import bisect_right

    return bisect_right(pieces, place, key=lambda piece: piece.start) - 1


def _divide(
    parts: Sequence[_Part],
    trunk: tuple[int, int],
    stack: int,
    blocks: list[Block],
    levels: list[Level],
) -> None:
    """Add the blocks and levels of parts that branch off the places of a trunk."""
    branches = list(_branches(parts, trunk[1]))
    levels += _levels(branches, trunk[0])
    waiting: list[_Part] = []
    for branch in branches:
        size = branch[-1].high - branch[0].low
        if waiting and branch[-1].high - waiting[0].low > _BLOCK:
            blocks.append(_block(waiting, stack))
            waiting = []
        below = branch[0].low + stack, branch[0].high + stack
        if size <= _BLOCK or not _is_tree(branch, below[1]):
            waiting += branch
            continue
        blocks.append(_block(branch[:1], stack))
        _divide(branch[1:], below, stack, blocks, levels)
    if waiting:
        blocks.append(_block(waiting, stack))


def _is_tree(branch: Sequence[_Part], trunk_end: int) -> bool:
    """True if it pays to compute a branch as a trunk and what leaves it."""
    leaving = {len(one[0].above) for one in _branches(branch[1:], trunk_end)}
    return 0 < len(leaving) <= _LEVELS


def _branches(parts: Sequence[_Part], trunk_end: int) -> Iterator[list[_Part]]:
    """Yield runs of parts that hang together without the trunk, which ends at a place."""
    run: list[_Part] = []
    for part in parts:
        if run and (not len(part.above) or part.above[-1] < trunk_end):
            yield run
            run = []
        run.append(part)
    if run:
        yield run


def _levels(branches: Sequence[Sequence[_Part]], trunk: int) -> Iterator[Level]:
    """Yield the stretches of a trunk, which begins at a place, with the tokens that see them.

    A walk leaves a trunk upwards, so what sees a deeper stretch comes first.
    """
    low = trunk
    for branch in reversed(branches):
        above = branch[0].above
        high = int(above[-1]) + 1 if len(above) else 0
        if high > low:
            yield Level(branches[0][0].low, branch[-1].high, low, high)
            low = high


def _block(parts: Sequence[_Part], stack: int) -> Block:
    """Return parts that follow each other as one block."""
    import numpy as np

    first, last = parts[0].low, parts[-1].high
    if len(parts) == 1:
        return Block(first, last, None)
    seen = np.zeros((last - first, last - first), dtype=np.bool_)
    for low, high, above in parts:
        own = slice(low - first, high - first)
        seen[own, above[above >= first + stack] - stack - first] = True
        seen[own, own] = np.tri(high - low, dtype=np.bool_)
    return Block(first, last, seen)
