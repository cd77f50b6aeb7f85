"""Intervals: known values, laws, and coverage by simulation."""

from __future__ import annotations

import math
import random

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compass.stats import Interval, Mean, bootstrap, combine, mean_interval, t_quantile, wilson

finite = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        # Newcombe 1998, Stat. Med. 17:857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(right, n, low, high):
    interval = wilson(right, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(st.integers(1, 500), st.data())
def test_wilson_is_symmetric_in_right_and_wrong(n, data):
    right = data.draw(st.integers(0, n))
    one, other = wilson(right, n), wilson(n - right, n)
    assert one.low == pytest.approx(1 - other.high)
    assert 0 <= one.low <= one.value <= one.high <= 1
    assert one.high > one.low


@pytest.mark.parametrize(("right", "n"), [(1, 0), (-1, 3), (4, 3), (math.nan, 3)])
def test_wilson_refuses_impossible_counts(right, n):
    with pytest.raises(ValueError, match="0 <= right <= n"):
        wilson(right, n)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_a_level_lies_strictly_between_0_and_1(level):
    with pytest.raises(ValueError, match="confidence level"):
        mean_interval([1.0, 0.5], level=level)


def test_t_quantiles_are_those_of_the_tables():
    assert [round(t_quantile(df), 3) for df in (1, 2, 10, 30)] == [12.706, 4.303, 2.228, 2.042]
    assert round(t_quantile(5, 0.99), 3) == 4.032


def test_independent_zeros_and_ones_get_wilsons_interval():
    assert mean_interval([1, 0, 1, 1]) == wilson(3, 4)


def test_independent_values_get_students_interval():
    values = [2.0, 4.0, 9.0]
    interval = mean_interval(values)
    half = t_quantile(2) * numpy.std(values, ddof=1) / math.sqrt(3)
    assert interval == pytest.approx((5.0, 5.0 - half, 5.0 + half))


def test_clustered_values_get_the_sandwich_interval():
    values, clusters = [3.0, 1.0, 3.0, 3.0, 1.0, 1.0], ["a", "a", "b", "b", "b", "c"]
    residuals = [0.0, 1.0, -1.0]  # sums of value - 2 by cluster
    error = math.sqrt(3 / 2 * sum(r * r for r in residuals)) / 6
    half = t_quantile(2) * error
    assert mean_interval(values, clusters) == pytest.approx((2.0, 2.0 - half, 2.0 + half))


def test_clustered_rights_get_the_score_interval_of_as_many_independent_ones():
    values = [1, 1, 1, 1, 0, 0, 1, 0, 0, 0]
    clusters = [place // 2 for place in range(10)]
    error = math.sqrt(5 / 4 * (1 + 1 + 1 + 0 + 1)) / 10  # sums of value - 1/2: 1, 1, -1, 0, -1
    n, t = 0.25 / error**2, t_quantile(4)
    found = mean_interval(values, clusters)
    for bound in found[1:]:
        # Where the score, with the variance of the bound itself, is the t quantile.
        assert abs(bound - 0.5) / math.sqrt(bound * (1 - bound) / n) == pytest.approx(t)
    # Clusters that are alike inside and out hold no more than their values do.
    alike = mean_interval([0, 1] * 10, [place // 2 for place in range(20)])
    assert alike.high - alike.low > wilson(10, 20).high - wilson(10, 20).low


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_shares_stay_within_0_and_1_and_keep_a_width(pairs):
    values, clusters = zip(*pairs, strict=True)
    if len(set(clusters)) == 1 and 0 < sum(values) < len(values):
        return  # nothing is known of the spread
    found = mean_interval(map(float, values), clusters)
    wrong = mean_interval((1.0 - value for value in values), clusters)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high
    assert (wrong.low, wrong.high) == pytest.approx((1 - found.high, 1 - found.low))


@given(st.lists(finite, min_size=2, max_size=40))
def test_clusters_of_one_are_no_clusters(values):
    alone = mean_interval(values)
    assert mean_interval(values, range(len(values))) == pytest.approx(alone, rel=1e-6, abs=1e-6)


@given(st.lists(finite, min_size=2, max_size=30))
def test_saying_everything_twice_changes_nothing_if_the_copies_share_a_cluster(values):
    once = mean_interval(values, range(len(values)))
    twice = mean_interval(values * 2, [*range(len(values))] * 2)
    if set(values) <= {0.0, 1.0}:
        assert twice.value == pytest.approx(once.value)
    else:
        assert twice == pytest.approx(once, rel=1e-6, abs=1e-6)


def test_one_cluster_says_nothing_about_the_spread():
    assert mean_interval([0.0, 1.0], ["a", "a"]) == (0.5, -math.inf, math.inf)
    assert mean_interval([3.5]) == (3.5, -math.inf, math.inf)
    assert mean_interval([1.0]) == wilson(1, 1)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_clusters_that_are_all_right_keep_a_width(value):
    values, clusters = [value] * 40, [place // 4 for place in range(40)]
    assert mean_interval(values, clusters) == wilson(10 * value, 10)


def test_no_values_have_no_mean():
    with pytest.raises(ValueError, match="no values"):
        mean_interval([])


def test_clusters_and_values_must_be_as_many():
    with pytest.raises(ValueError):
        mean_interval([1.0, 2.0], ["a"])


@given(st.lists(st.tuples(st.floats(-100, 100), st.integers(1, 9)), min_size=2, max_size=30))
def test_a_weight_is_that_many_values_of_one_cluster(pairs):
    weighted, repeated = Mean(), Mean()
    for place, (value, weight) in enumerate(pairs):
        weighted.add(value, None, float(weight) * 1.5)
        for _ in range(weight):
            repeated.add(value + 2.0, place)  # the shift keeps zeros and ones from Wilson
    shifted = repeated.interval()
    assert weighted.interval() == pytest.approx([one - 2.0 for one in shifted], abs=1e-6)


def test_a_weight_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        Mean().add(1.0, None, 0.0)


def test_a_small_spread_on_large_values_is_not_lost():
    values = [1e9 + x for x in (0.0, 1.0, 2.0)]
    interval = mean_interval(values)
    assert interval.high - interval.value == pytest.approx(t_quantile(2) / math.sqrt(3), rel=1e-6)


def test_clustered_and_independent_values_mix():
    mixed, named = Mean(), Mean()
    for place, (value, cluster) in enumerate([(0.3, "a"), (0.5, "a"), (0.9, None), (0.1, None)]):
        mixed.add(value, cluster)
        named.add(value, cluster or str(place))
    assert mixed.interval() == pytest.approx(named.interval())
    assert mixed.n == 4


# Coverage: how often a 95 % interval holds the truth.  Seeded, so it cannot flicker.


def coverage(draw, truth, trials=1500, seed=7):
    dice = random.Random(seed)
    held = 0
    for _ in range(trials):
        low, high = draw(dice)[1:]
        held += low <= truth <= high
    return held / trials


@pytest.mark.parametrize(("share", "n"), [(0.5, 30), (0.05, 60), (0.95, 25), (0.25, 200)])
def test_wilson_covers_on_average(share, n):
    def draw(dice):
        return mean_interval(float(dice.random() < share) for _ in range(n))

    assert 0.92 <= coverage(draw, share) <= 0.99


def test_students_interval_covers():
    def draw(dice):
        return mean_interval(dice.gauss(3, 2) for _ in range(8))

    assert 0.935 <= coverage(draw, 3.0) <= 0.965


def clustered_rights(dice):
    """40 passages of 5 questions; half of the spread is between passages."""
    values, clusters = [], []
    for cluster in range(40):
        share = dice.choice([0.2, 0.8])
        values += [float(dice.random() < share) for _ in range(5)]
        clusters += [cluster] * 5
    return values, clusters


def test_the_clustered_interval_covers_where_the_naive_one_does_not():
    honest = coverage(lambda dice: mean_interval(*clustered_rights(dice)), 0.5)
    naive = coverage(lambda dice: mean_interval(clustered_rights(dice)[0]), 0.5)
    assert 0.93 <= honest <= 0.97
    assert naive < 0.85


def test_the_bootstrap_covers_a_ratio():
    def draw(dice):
        rows = []
        for _ in range(40):
            weight = dice.uniform(1, 3)
            rows.append((weight * dice.gauss(2, 0.5), weight))
        return bootstrap(
            rows,
            lambda drawn: drawn[:, :, 0].sum(axis=1) / drawn[:, :, 1].sum(axis=1),
            resamples=400,
            seed=dice.randrange(10**6),
        )

    assert 0.90 <= coverage(draw, 2.0, trials=300) <= 0.98


def test_the_same_seed_gives_the_same_bootstrap():
    dice = random.Random(3)
    rows = [dice.random() for _ in range(50)]

    def median(drawn):
        return numpy.median(drawn[:, :, 0], axis=1)

    one = bootstrap(rows, median, seed=1)
    assert one == bootstrap(rows, median, seed=1)
    assert one != bootstrap(rows, median, seed=2)
    assert one.low <= one.value <= one.high


def test_the_bootstrap_does_not_depend_on_how_many_draws_fit_into_memory(monkeypatch):
    rows = [[float(x), 1.0] for x in range(20)]

    def mean(drawn):
        return drawn[:, :, 0].mean(axis=1)

    whole = bootstrap(rows, mean, resamples=100)
    monkeypatch.setattr("compass.stats.resampling._CHUNK", 100)
    pieces = bootstrap(rows, mean, resamples=100)
    assert pieces == pytest.approx(whole, rel=0.2)
    assert pieces.value == whole.value


def test_the_bootstrap_of_one_cluster_is_unbounded_and_of_none_refused():
    assert bootstrap([[1.0, 2.0]], lambda d: d.sum(axis=(1, 2))) == (3.0, -math.inf, math.inf)
    with pytest.raises(ValueError, match="no rows"):
        bootstrap([], lambda d: d.sum(axis=(1, 2)))


# Groups.

intervals = st.builds(
    lambda value, below, above: Interval(value, value - below, value + above),
    st.floats(-10, 10), st.floats(0, 5), st.floats(0, 5),
)  # fmt: skip


def test_combining_adds_squared_standard_errors():
    parts = [(0.5, Interval(0.2, 0.1, 0.3)), (0.5, Interval(0.6, 0.4, 0.8))]
    half = 0.5 * math.hypot(0.1, 0.2)
    assert combine(parts) == pytest.approx((0.4, 0.4 - half, 0.4 + half))


@given(intervals)
def test_a_part_alone_keeps_its_interval(part):
    assert combine([(1.0, part)]) == pytest.approx(part)


@given(st.lists(st.tuples(st.floats(0, 3), intervals), min_size=2, max_size=8), st.data())
def test_combining_in_two_steps_is_combining_in_one(parts, data):
    cut = data.draw(st.integers(1, len(parts) - 1))
    first = combine(parts[:cut])
    assert combine([(1.0, first), *parts[cut:]]) == pytest.approx(combine(parts))


def test_a_negative_weight_swaps_the_bounds():
    part = Interval(1.0, 0.9, 1.5)
    assert combine([(-1.0, part)]) == pytest.approx((-1.0, -1.5, -0.9))


def test_an_unknown_bound_makes_the_sum_unknown_unless_it_weighs_nothing():
    known, unknown = Interval(1.0, 0.5, 1.5), Interval(1.0, -math.inf, math.inf)
    assert combine([(0.5, known), (0.5, unknown)]) == (1.0, -math.inf, math.inf)
    assert combine([(1.0, known), (0.0, unknown)]) == known
    with pytest.raises(ValueError, match="nothing"):
        combine([])


def test_a_group_covers_its_mean():
    shares = [0.1, 0.5, 0.8, 0.97]

    def draw(dice):
        parts = []
        for share in shares:
            right = sum(dice.random() < share for _ in range(40))
            parts.append((0.25, wilson(right, 40)))
        return combine(parts)

    assert 0.93 <= coverage(draw, sum(shares) / 4) <= 0.98


@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_the_order_of_values_does_not_matter(seed):
    dice = random.Random(seed)
    pairs = [(dice.gauss(0, 1), dice.randrange(6)) for _ in range(30)]
    one = mean_interval(*zip(*pairs, strict=True))
    dice.shuffle(pairs)
    assert mean_interval(*zip(*pairs, strict=True)) == pytest.approx(one)
