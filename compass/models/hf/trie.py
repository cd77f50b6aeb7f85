"""Token tries in depth-first order, as flat arrays; no model in here.

Sequences that begin alike share the beginning.  Sorted, each adds to its
predecessor only what follows their common prefix, and these additions, one
after another, are the trie in depth-first order:

    a b c d       a b c d        depth 0 1 2 3
    a b c e   ->          e                3
    a b f g             f g            2 3

A model walks the additions in chunks.  What a chunk needs from before is one
path from the root to where it begins, the *stack*: the memory of a walk is that
of one sequence, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]


@dataclass(slots=True, eq=False)
class Path:
    """A sequence of tokens to compute, and what is read from it."""

    tokens: Ints
    """What the model is fed."""

    read_from: int
    """First place whose prediction is read; all after it are read too."""

    targets: Ints
    """The token whose probability is read at each of those places."""


class Piece(NamedTuple):
    """Tokens that a path adds to the trie: ``start:stop`` in depth-first order."""

    start: int
    stop: int
    depth: int


@dataclass(slots=True, eq=False)
class Layout:
    """A trie in depth-first order, and what is read where."""

    tokens: Ints
    depths: Ints
    pieces: list[Piece]
    ends: dict[int, int]
    """The piece that each path ends with, by path; none if it added nothing."""

    kept: int
    """How much of the stack is gone on from."""

    read_at: Ints
    """Place of every read, paths one after another."""

    targets: Ints
    offsets: Ints
    """Where each path's reads begin in ``read_at``; one longer than the paths."""


def common(left: Ints, right: Ints) -> int:
    """Return the length of the common prefix."""
    import numpy as np

    n = min(len(left), len(right))
    differs = np.flatnonzero(left[:n] != right[:n])
    return int(differs[0]) if len(differs) else n


def reusable(paths: Iterable[Path], stack: Ints) -> int:
    """Return how much of the stack may be gone on from.

    A prediction is read when its token is computed, so nothing on the stack can
    be read any more: what lies behind the first such read is computed again.
    """
    keep = len(stack)
    for path in paths:
        if path.read_from < keep:
            shared = common(path.tokens, stack[:keep])
            if path.read_from < shared:
                keep = path.read_from
    return keep


def depth_first(paths: Sequence[Path], stack: Ints) -> list[int]:
    """Return the order in which a walk visits the paths, beginning where it stands.

    What shares most with the stack comes first: the walk leaves the stack upwards.
    """
    shared = [common(path.tokens, stack) for path in paths] if len(stack) else [0] * len(paths)
    names = [path.tokens.astype(">u4").tobytes() for path in paths]
    return sorted(range(len(paths)), key=lambda i: (-shared[i], names[i]))


def lay_out(paths: Sequence[Path], stack: Ints) -> Layout:
    """Return the trie of ``paths`` for a walk that stands on ``stack``."""
    import numpy as np

    stack = stack[: reusable(paths, stack)]
    order = depth_first(paths, stack)
    longest = max((len(path.tokens) for path in paths), default=0)
    place = np.full(max(longest, len(stack)), -1, dtype=np.int64)
    reads: list[Ints] = [place[:0]] * len(paths)
    pieces: list[Piece] = []
    added: list[Ints] = []
    ends: dict[int, int] = {}
    previous, size, kept = stack, 0, len(stack)
    for index in order:
        path = paths[index]
        depth = common(previous, path.tokens)
        fresh = len(path.tokens) - depth
        if fresh:
            if not pieces:
                kept = depth
            place[depth : depth + fresh] = np.arange(size, size + fresh)
            ends[index] = len(pieces)
            pieces.append(Piece(size, size + fresh, depth))
            added.append(path.tokens[depth:])
            size += fresh
            previous = path.tokens
        reads[index] = place[path.read_from : len(path.tokens)].copy()
    offsets = np.cumsum([0, *(len(read) for read in reads)])
    return Layout(
        tokens=np.concatenate(added) if added else np.zeros(0, np.int32),
        depths=np.concatenate([np.arange(p.depth, p.depth + p.stop - p.start) for p in pieces])
        if pieces
        else np.zeros(0, np.int64),
        pieces=pieces,
        ends=ends,
        kept=kept,
        read_at=np.concatenate(reads) if reads else np.zeros(0, np.int64),
        targets=np.concatenate([p.targets for p in paths]) if paths else np.zeros(0, np.int32),
        offsets=offsets,
    )


class Block(NamedTuple):
    """Tokens ``start:stop`` of a chunk that see the stack up to ``extent`` and each other."""

    start: int
    stop: int
    extent: int
    seen: NDArray[np.bool_] | None
    """Who sees whom within the block; None: each token all before it."""


class Level(NamedTuple):
    """The first ``stop`` tokens of a chunk see the stack from ``low`` to ``high``."""

    stop: int
    low: int
    high: int


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
    """For pieces that end here and were asked for: where each token of the path to there is
    held, the stack's places first, then the chunk's."""


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
    open_block: list[tuple[int, int, Ints]] = []
    blocks: list[Block] = []
    extent = stack
    sources: dict[int, Ints] = {}
    for number in range(_piece_at(layout.pieces, start), len(layout.pieces)):
        piece = layout.pieces[number]
        if piece.start >= stop:
            break
        low, high = max(piece.start, start), min(piece.stop, stop)
        depth = piece.depth + low - piece.start
        above = held[:depth]
        if not depth or above[-1] < stack:
            _close(blocks, open_block, extent)
            open_block, extent = [], depth
        inside = above[above >= stack] - stack
        open_block.append((low - start, high - start, inside))
        held = np.concatenate([above, np.arange(low - start, high - start) + stack])
        if wanted and number in wanted and high == piece.stop:
            sources[number] = held[wanted[number] :]
    _close(blocks, open_block, extent)
    kept = int(np.searchsorted(held, stack))
    return Chunk(start, stop, blocks, _levels(blocks), kept, held[kept:] - stack, sources)


def _piece_at(pieces: Sequence[Piece], place: int) -> int:
    from bisect import bisect_right

    return bisect_right(pieces, place, key=lambda piece: piece.start) - 1


def _close(blocks: list[Block], parts: list[tuple[int, int, Ints]], extent: int) -> None:
    """Turn the parts of a block, each with the tokens it sees before itself, into a mask."""
    import numpy as np

    if not parts:
        return
    first, last = parts[0][0], parts[-1][1]
    seen = None
    if len(parts) > 1:
        seen = np.zeros((last - first, last - first), dtype=np.bool_)
        for low, high, before in parts:
            own = slice(low - first, high - first)
            seen[own, before - first] = True
            seen[own, own] = np.tri(high - low, dtype=np.bool_)
    blocks.append(Block(first, last, extent, seen))


def _levels(blocks: Sequence[Block]) -> list[Level]:
    """Return the stretches of the stack with the tokens that see them.

    A walk leaves the stack upwards, so what sees a deeper stretch comes first.
    """
    levels: list[Level] = []
    low = 0
    for block in reversed(blocks):
        if block.extent > low:
            levels.append(Level(block.stop, low, block.extent))
            low = block.extent
    return levels
