"""The tests behind contamination findings: by hand, by enumeration, by simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from compass.contamination.statistics import area, blocks, gap, seen_from, signs

values = st.lists(st.floats(-5, 5).map(lambda x: round(x, 3)), min_size=3, max_size=30)


def ones(numbers):
    return numbers, [1.0] * len(numbers)


def test_a_gap_by_hand():
    made = gap(([1.0, 3.0], [1.0, 3.0]), ([1.0, 2.0], [1.0, 1.0]))
    assert made.value == pytest.approx((1 * 1 + 3 * 3) / 4 - 1.5)
    # Residuals 1 (1 - 2.5) and 3 (3 - 2.5): 2/1 * (2.25 + 2.25) / 16; of the others 2 * .5 / 4.
    assert made.error == pytest.approx(math.sqrt(4.5 * 2 / 16 + 0.25))
    assert made.effect == pytest.approx((2.0 - 1.5) / math.sqrt((2.0 + 0.5) / 2))


@given(values, values)
def test_a_gap_of_equal_weights_is_tested_as_welch_does(left, right):
    if min(np.var(left), np.var(right)) < 1e-6:
        return
    made = gap(ones(left), ones(right), resamples=10)
    welch = scipy_stats.ttest_ind(left, right, equal_var=False, alternative="less")
    assert made.less() == pytest.approx(float(welch.pvalue), abs=1e-9)
    assert made.less() + made.greater() == pytest.approx(1)


def test_a_margin_makes_a_gap_harder_to_find():
    rng = np.random.default_rng(1)
    made = gap(ones(rng.normal(-0.3, 1, 200)), ones(rng.normal(0, 1, 200)))
    assert made.less(0.2) > made.less(0.0)
    assert made.greater(0.2) > made.greater(0.0)


def test_the_interval_of_a_gap_holds_it_as_often_as_it_says():
    rng = np.random.default_rng(2)
    hits = 0
    for seed in range(200):
        left = rng.normal(0.5, 1, 60), rng.integers(5, 50, 60).astype(float)
        right = rng.normal(0.0, 1, 40), rng.integers(5, 50, 40).astype(float)
        made = gap(left, right, resamples=300, seed=seed)
        hits += made.low <= 0.5 <= made.high
    assert 0.88 <= hits / 200 <= 0.99


def test_too_few_texts_have_no_gap_and_no_area():
    assert gap(ones([1.0]), ones([1.0, 2.0])) is None
    assert area([1.0], [1.0, 2.0]) is None


@given(values, values)
def test_the_area_counts_pairs_ties_half(members, others):
    pairs = [(a > b) + 0.5 * (a == b) for a, b in itertools.product(members, others)]
    made = area(members, others)
    assert made.value == pytest.approx(sum(pairs) / len(pairs))
    assert made.low - 1e-12 <= made.value <= made.high + 1e-12


def test_scores_that_are_all_alike_tell_nothing():
    assert area([1.0, 1.0, 1.0], [1.0, 1.0]) == (0.5, 0.0, 1.0, 1.0)


def test_blocks_by_enumeration():
    own, others = [3.0, 1.0, 2.0], [[1.0, 2.0], [0.5], [2.5, 1.0]]
    tables = [np.array([a, *b]) for a, b in zip(own, others, strict=True)]
    scores = [(t - t.mean()) / t.std() for t in tables]
    stated = sum(s[0] for s in scores)
    sums = [sum(choice) for choice in itertools.product(*scores)]
    exact = np.mean([total >= stated - 1e-9 for total in sums])
    made = blocks(own, others, draws=20_000)
    assert made.p == pytest.approx(exact, abs=0.015)
    assert made.value == pytest.approx(stated / 3)
    assert made.top == pytest.approx(2 / 3)


def test_false_alarms_of_blocks_are_as_rare_as_stated_whatever_the_scores_are():
    rng = np.random.default_rng(3)
    p = []
    for seed in range(400):
        table = rng.standard_cauchy((6, 4)) * rng.exponential(5, (6, 1))
        p.append(blocks(table[:, 0], table[:, 1:], draws=199, seed=seed).p)
    share = np.mean(np.array(p) <= 0.05)
    assert share <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
    assert 0.4 < np.mean(p) < 0.6


def test_blocks_whose_own_order_is_always_best_are_found_with_few_orders():
    rng = np.random.default_rng(4)
    table = rng.normal(size=(20, 4))
    table[:, 0] += 3
    assert blocks(table[:, 0], table[:, 1:]).p < 0.001


def test_blocks_without_other_orders_or_without_spread_are_no_test():
    assert blocks([1.0], [[]]) is None
    assert blocks([1.0, 2.0], [[1.0], [2.0]]) is None


def test_signs_by_enumeration():
    differences = [0.5, 0.2, -0.1, 0.4, 0.3]
    sums = [np.dot(s, differences) for s in itertools.product((-1, 1), repeat=5)]
    exact = np.mean([one >= sum(differences) - 1e-9 for one in sums])
    assert signs(differences, draws=20_000) == pytest.approx(exact, abs=0.01)


@settings(max_examples=20)
@given(st.integers(20, 2000), st.floats(0.3, 3))
def test_the_share_seen_is_what_a_mean_needs(pairs, effect):
    share = seen_from(pairs, effect, 0.05)
    z = 1.6448536 + 0.8416212
    if share is None:
        assert z / (effect * math.sqrt(pairs)) > 1
    else:
        assert share * effect * math.sqrt(pairs) == pytest.approx(z, rel=1e-6)


def test_the_stated_power_is_reached():
    rng = np.random.default_rng(5)
    n, effect = 100, 1.0
    share = seen_from(n / 2, effect, 0.05)  # two sets of 100
    found = 0
    for _ in range(300):
        left = rng.normal(size=n) - effect * (rng.random(n) < share)
        found += gap(ones(left), ones(rng.normal(size=n)), resamples=2).less() <= 0.05
    assert found / 300 == pytest.approx(0.8, abs=0.09)
