"""Token tries as flat arrays: every token once, and each sees exactly its own beginning."""

from __future__ import annotations

from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from compass.models.hf import chunk as chunks
from compass.models.hf.chunk import cut
from compass.models.hf.trie import Path, lay_out

SEQUENCES = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12), min_size=1, max_size=12)


def path_of(tokens, read_from=None):
    row = np.array(tokens, np.int32)
    first = len(row) - 1 if read_from is None else read_from
    return Path(row, first, np.arange(len(row) - first, dtype=np.int32))


def walk(layout, stack, sizes):
    """Yield for every token of a trie the tokens it sees, itself included, as a walk would."""
    stack = list(stack[: layout.kept])
    start, step = 0, 0
    while start < len(layout.tokens):
        stop = min(len(layout.tokens), start + sizes[step % len(sizes)])
        chunk = cut(layout, start, stop, len(stack))
        tokens = layout.tokens[start:stop]
        seen = [list[int]() for _ in tokens]
        for level in chunk.levels:
            assert (level.low < len(stack)) == (level.high <= len(stack))
            for place in range(level.start, level.stop):
                seen[place] += range(level.low, level.high)
        for block in chunk.blocks:
            for place in range(block.start, block.stop):
                inside = np.arange(block.start, place + 1)
                if block.seen is not None:
                    inside = block.start + np.flatnonzero(block.seen[place - block.start])
                seen[place] += list(inside + len(stack))
        held = [*stack, *tokens]
        for place, places in enumerate(seen):
            assert len(set(places)) == len(places)
            yield start + place, [held[one] for one in sorted(places)]
        stack = [*stack[: chunk.kept], *tokens[chunk.path]]
        start, step = stop, step + 1


@settings(max_examples=300, deadline=None)
@given(
    SEQUENCES,
    st.lists(st.integers(1, 30), min_size=1, max_size=4),
    st.sampled_from([1, 3, 8, 192]),
    st.data(),
)
def test_every_token_sees_its_own_beginning_however_the_trie_is_cut(sequences, sizes, block, data):
    with mock.patch.object(chunks, "_BLOCK", block):
        check_walk(sequences, sizes, data)


def check_walk(sequences, sizes, data):
    stack = np.array(data.draw(st.sampled_from([[], *sequences])), np.int32)
    paths = [path_of(row, data.draw(st.integers(0, len(row) - 1))) for row in sequences]
    layout = lay_out(paths, stack)
    seen = dict(walk(layout, stack, sizes))
    assert sorted(seen) == list(range(len(layout.tokens)))
    for number, path in enumerate(paths):
        reads = layout.read_at[layout.offsets[number] : layout.offsets[number + 1]]
        assert len(reads) == len(path.targets)
        for depth, place in enumerate(reads, start=path.read_from):
            assert list(seen[place]) == list(path.tokens[: depth + 1])
            assert layout.depths[place] == depth


@settings(max_examples=200, deadline=None)
@given(SEQUENCES)
def test_every_distinct_beginning_is_computed_once(sequences):
    layout = lay_out([path_of(row) for row in sequences], np.zeros(0, np.int32))
    beginnings = {tuple(row[:n]) for row in sequences for n in range(1, len(row) + 1)}
    assert len(layout.tokens) == len(beginnings)


def test_a_window_goes_on_from_the_path_the_walk_stands_on():
    stack = np.array([5, 6, 7, 8, 9], np.int32)
    layout = lay_out([path_of([5, 6, 7, 1]), path_of([0, 1]), path_of([5, 6, 7, 8, 2])], stack)
    assert layout.kept == 4
    assert list(layout.tokens) == [2, 1, 0, 1]


def test_what_was_read_before_is_computed_again_to_be_read_again():
    stack = np.array([5, 6, 7], np.int32)
    layout = lay_out([path_of([5, 6, 7], read_from=1)], stack)
    assert layout.kept == 1
    assert list(layout.tokens) == [6, 7]


def test_a_wanted_path_is_found_again_across_chunks():
    layout = lay_out([path_of([1, 2, 3, 4, 5]), path_of([1, 2, 9])], np.zeros(0, np.int32))
    wanted = {layout.ends[0]: 1}
    chunk = cut(layout, 3, 6, 3, wanted)
    assert [list(places) for places in chunk.sources.values()] == [[1, 2, 3, 4]]
