"""How benchmarks are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.errors import ConfigError
from compass.partitioners import ByCost, BySize
from compass.partitioners.slices import SHARES, tapering_slices
from compass.plan import Estimate


def estimate(samples, tokens=0, seconds=0.0, basis="tokens"):
    return Estimate(
        model="m", dataset="d", mode="gen", samples=samples, questions=samples, tokens=tokens,
        work=1.0, seconds=seconds, basis=basis,
    )  # fmt: skip


@given(st.integers(1, 5000), st.integers(1, 700))
def test_slices_cover_every_sample_once_and_differ_by_at_most_one(size, rows):
    slices = BySize(rows=rows).slices(estimate(size))
    assert [n for start, stop in slices for n in range(start, stop)] == list(range(size))
    lengths = {stop - start for start, stop in slices}
    assert max(lengths) <= rows
    assert max(lengths) - min(lengths) <= 1


def test_costly_benchmarks_are_cut_into_more_jobs():
    assert len(ByCost(tokens=1000).slices(estimate(100, 4500))) == 5
    assert ByCost(tokens=1000).slices(estimate(3, 10**9)) == [(0, 1), (1, 2), (2, 3)]
    assert ByCost().slices(estimate(7, 10)) == [(0, 7)]


def test_where_seconds_are_known_they_count_and_not_tokens():
    known = estimate(100, 10**9, seconds=900.0, basis="pair")
    assert ByCost(seconds=300).slices(known) == [(0, 34), (34, 67), (67, 100)]
    guessed = estimate(100, 10, seconds=10**9)
    assert ByCost(seconds=300).slices(guessed) == [(0, 100)]


@given(st.integers(1, 5000), st.integers(1, 40), st.integers(1, 700), st.integers(1, 700))
def test_tapering_slices_cover_every_sample_once_and_get_shorter(size, workers, longest, shortest):
    shortest = min(shortest, longest)
    slices = tapering_slices(size, workers, longest, shortest)
    assert [n for start, stop in slices for n in range(start, stop)] == list(range(size))
    lengths = [stop - start for start, stop in slices]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] <= longest
    assert min(lengths[:-1], default=shortest) >= shortest
    assert lengths[0] <= max(shortest, -(-size // (SHARES * workers)))


def test_senseless_sizes_are_refused():
    with pytest.raises(ConfigError, match="rows must be at least 1, got 0"):
        BySize(rows=0)
    with pytest.raises(ConfigError, match="tokens must be at least 1"):
        ByCost(tokens=-1)
    with pytest.raises(ConfigError, match="seconds must be more than 0"):
        ByCost(seconds=0)
