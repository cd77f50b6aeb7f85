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

from collections.abc import Iterable, Sequence
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
