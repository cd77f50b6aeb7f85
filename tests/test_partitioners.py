"""How benchmarks are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.errors import ConfigError
from compass.partitioners import ByCost, BySize


@given(st.integers(1, 5000), st.integers(1, 700))
def test_slices_cover_every_sample_once_and_differ_by_at_most_one(size, rows):
    slices = BySize(rows=rows).slices(size, 0)
    assert [n for start, stop in slices for n in range(start, stop)] == list(range(size))
    lengths = {stop - start for start, stop in slices}
    assert max(lengths) <= rows
    assert max(lengths) - min(lengths) <= 1


def test_costly_benchmarks_are_cut_into_more_jobs():
    assert len(ByCost(tokens=1000).slices(100, 4500)) == 5
    assert ByCost(tokens=1000).slices(3, 10**9) == [(0, 1), (1, 2), (2, 3)]
    assert ByCost().slices(7, 10) == [(0, 7)]


def test_senseless_sizes_are_refused():
    with pytest.raises(ConfigError, match="rows must be at least 1, got 0"):
        BySize(rows=0)
    with pytest.raises(ConfigError, match="tokens must be at least 1"):
        ByCost(tokens=-1)
