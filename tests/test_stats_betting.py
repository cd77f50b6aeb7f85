"""Bets against a mean: worked examples, and error rates however often one looks."""

from __future__ import annotations

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.stats.betting import SHARES, STAKES, bounds, log_evidence, p_value


def test_the_wealth_of_a_stake_is_a_product_averaged_over_stakes():
    wealth = sum(
        share * (1 + stake * 0.5) * (1 - stake * 0.25)
        for stake, share in zip(STAKES, SHARES, strict=True)
    )
    assert log_evidence([0.5, -0.25], -1.0) == pytest.approx(math.log(wealth))
    assert log_evidence([1.0, -0.5], -2.0) == pytest.approx(math.log(wealth))
    assert math.fsum(SHARES) == pytest.approx(1)


def test_a_bound_above_zero_is_proof_and_one_of_zero_stakes_nothing():
    assert log_evidence([0.1, 0.2], [-1.0, 0.1]) == math.inf
    assert log_evidence([0.1, 0.2], 0.0) == pytest.approx(0.0)
    assert p_value(math.inf) == 0 and p_value(-3.0) == 1
    assert p_value(math.log(20)) == pytest.approx(0.05)


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=60))
def test_a_fair_game_multiplies_the_wealth_by_one_on_average_whatever_was_seen(seen):
    now = math.exp(log_evidence(seen, -1.0))
    after = [math.exp(log_evidence([*seen, step], -1.0)) for step in (-1.0, 1.0)]
    assert sum(after) / 2 == pytest.approx(now)


def test_looking_again_and_again_errs_no_more_often_than_stated():
    dice = numpy.random.default_rng(4)
    wrong = 0
    for _ in range(400):
        steps = dice.choice([-1.0, 0.0, 1.0], p=[0.1, 0.8, 0.1], size=400)
        looks = (log_evidence(steps[:n], -1.0) for n in range(10, 401, 10))
        wrong += any(one >= math.log(20) for one in looks)
    assert wrong / 400 <= 0.05


def test_the_bounds_are_where_the_evidence_reaches_its_level():
    values = numpy.array([1.0] * 60 + [0.0] * 120 + [-1.0] * 20)

    def above(mean):
        return log_evidence(values - mean, -1 - mean)

    def below(mean):
        return log_evidence(mean - values, mean - 1)

    low, high = bounds(above, below, (-1.0, 1.0), 0.9)
    assert above(low) == pytest.approx(math.log(20), abs=1e-6)
    assert below(high) == pytest.approx(math.log(20), abs=1e-6)
    assert -1 < low < 0.2 < high < 1
