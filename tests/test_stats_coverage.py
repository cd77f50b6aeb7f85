"""How often intervals hold the truth and boards say something false; seeded, so never by luck."""

from __future__ import annotations

import pytest

from benchmarks import coverage, leaderboards


@pytest.mark.parametrize("n", [20, 21, 35, 50, 100, 300])
def test_wilson_covers_averaged_over_p(n):
    assert 0.935 <= coverage.wilson_coverage(n, 499) <= 0.965


@pytest.mark.parametrize(
    ("clusters", "sizes", "icc"),
    [
        (20, [5], 0.05), (20, [5], 0.2), (20, [5], 0.5), (20, [2, 5, 9], 0.2),
        (40, [5], 0.2), (40, [2, 5, 9], 0.2), (100, [5], 0.2),
    ],
)  # fmt: skip
def test_the_clustered_interval_of_shares_covers_averaged_over_p(clusters, sizes, icc):
    assert 0.935 <= coverage.clustered_coverage(4000, clusters, sizes, icc) <= 0.965


@pytest.mark.parametrize(("clusters", "sizes"), [(20, [5]), (40, [5]), (40, [2, 5, 9])])
def test_the_clustered_interval_of_real_values_covers(clusters, sizes):
    assert 0.935 <= coverage.real_coverage(4000, clusters, sizes) <= 0.965


def test_where_passages_matter_the_naive_interval_covers_80_percent_and_ours_95():
    naive = coverage.clustered_coverage(4000, 40, [5], 0.35, naive=True)
    assert 0.77 <= naive <= 0.83
    assert 0.935 <= coverage.clustered_coverage(4000, 40, [5], 0.35) <= 0.965


@pytest.mark.parametrize("n", [50, 200, 1000])
def test_the_paired_interval_covers(n):
    assert 0.94 <= coverage.paired_coverage(40_000, n) <= 0.975


def test_the_clustered_paired_interval_covers():
    assert 0.935 <= coverage.paired_clustered_coverage(4000, 30, [2, 5, 9]) <= 0.965


@pytest.mark.parametrize(("n", "k"), [(10, 1), (10, 5), (4, 4)])
def test_pass_at_k_covers(n, k):
    assert 0.935 <= coverage.pass_coverage(4000, 50, n, k) <= 0.965


@pytest.mark.parametrize(
    ("kind", "boards"),
    [
        ("ties", 1000), ("ties, 200 questions", 200), ("all equal", 300),
        ("ties, passages of 5", 45), ("ties, real values", 45),
    ],
)  # fmt: skip
def test_boards_say_nothing_false_more_often_than_5_percent(kind, boards):
    counts = leaderboards.simulate(boards, **leaderboards.KINDS[kind], seed=2)
    assert counts.false <= 0.067 * boards
    assert counts.turned <= 0.01 * boards
    assert counts.ranged >= 0.933 * boards
    assert kind == "all equal" or counts.wins > 0.2


def test_without_a_correction_the_boards_would_be_false(monkeypatch):
    monkeypatch.setattr("compass.stats.ranks.holm", list)
    counts = leaderboards.simulate(30, **leaderboards.KINDS["all equal"], seed=2)
    assert counts.false > 25
