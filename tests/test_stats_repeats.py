"""Variance between and within questions, and pass@k."""

from __future__ import annotations

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.stats import mean_interval, t_quantile, wilson
from compass.stats.draws import pass_at_k, pass_at_k_interval
from compass.stats.repeats import Spread, spread

answers = st.lists(st.lists(st.floats(-10, 10), min_size=1, max_size=6), min_size=2, max_size=20)


def test_variances_are_those_worked_by_hand():
    found = spread([[1, 0], [1, 1], [0, 0], [1, 0]])
    # Means .5 1 0 .5, their variance 1/6; within (.5 + 0 + 0 + .5) / 4 = 1/4.
    assert found == pytest.approx((0.5, 1 / 6 - 1 / 8, 1 / 4, 4, 2.0))
    assert found.error() == pytest.approx(math.sqrt(1 / 6 / 4))
    assert found.error(repeats=math.inf) == pytest.approx(math.sqrt((1 / 6 - 1 / 8) / 4))
    assert found.error(questions=8) == pytest.approx(found.error() / math.sqrt(2))
    assert found.noise == pytest.approx(0.75)
    assert found.advice == "more repeats"
    assert found.best_repeats() == pytest.approx(math.sqrt(6))
    assert found.best_repeats(4) == pytest.approx(math.sqrt(24))


@given(answers)
def test_the_error_is_that_of_the_questions_means(rows):
    found = spread(rows)
    means = [math.fsum(row) / len(row) for row in rows]
    plain = numpy.std(means, ddof=1) / math.sqrt(len(rows))
    assert found.value == pytest.approx(numpy.mean(means), abs=1e-9)
    if found.between > 0:
        assert found.error() == pytest.approx(plain, abs=1e-9)
    elif not math.isnan(found.within):
        assert found.error() >= plain - 1e-9
    assert found.repeats == pytest.approx(len(rows) / sum(1 / len(row) for row in rows))


@given(answers, st.floats(0.5, 3), st.floats(-5, 5))
def test_a_scale_scales_and_a_shift_does_nothing(rows, scale, shift):
    one = spread(rows)
    other = spread([[scale * value + shift for value in row] for row in rows])
    assert other.between == pytest.approx(scale**2 * one.between, abs=1e-6)
    if math.isnan(one.within):
        assert math.isnan(other.within)
    else:
        assert other.within == pytest.approx(scale**2 * one.within, abs=1e-6)


@pytest.mark.parametrize("sizes", [[4], [2, 8]])
def test_the_estimators_have_no_bias(sizes):
    dice = numpy.random.default_rng(4)
    between, within = [], []
    for _ in range(1500):
        chances = dice.beta(2, 1, size=30)
        rows = [
            (dice.random(dice.choice(sizes)) < chance).astype(float).tolist() for chance in chances
        ]
        found = spread(rows)
        between.append(found.between)
        within.append(found.within)
    # Beta(2, 1): variance 1/18; mean of p (1 - p) = 2/3 - 1/2 = 1/6.
    assert numpy.mean(between) == pytest.approx(1 / 18, rel=0.04)
    assert numpy.mean(within) == pytest.approx(1 / 6, rel=0.02)


def test_one_answer_does_not_tell_the_parts_apart():
    found = spread([[1.0], [0.0], [1.0]])
    assert found.advice == "repeat once"
    assert math.isnan(found.within) and math.isnan(found.noise) and math.isnan(found.best_repeats())
    assert found.error() == pytest.approx(1 / 3)
    assert math.isnan(found.error(repeats=2))


def test_answers_that_never_change_need_no_repeats():
    found = spread([[1, 1], [0, 0]])
    assert (found.within, found.noise, found.advice) == (0, 0, "more questions")
    assert found.best_repeats() == 1
    assert Spread(0.5, 0.0, 0.2, 4, 2.0).best_repeats() == math.inf
    assert spread([[1, 1], [1, 1]]).noise == 0


def test_too_little_is_refused():
    with pytest.raises(ValueError, match="two questions"):
        spread([[1, 0]])
    with pytest.raises(ValueError, match="without an answer"):
        spread([[1], []])


def test_pass_at_k_has_the_interval_of_its_questions():
    counts = [(4, 0), (4, 1), (4, 4), (6, 3)]
    values = [pass_at_k(n, c, 2) for n, c in counts]
    found = pass_at_k_interval(counts, 2)
    half = t_quantile(3) * numpy.std(values, ddof=1) / 2
    assert found == pytest.approx((numpy.mean(values), found.value - half, found.value + half))
    assert pass_at_k_interval(counts, 2, ["a", "a", "b", None]) == mean_interval(
        values, ["a", "a", "b", "c"]
    )


def test_pass_at_k_of_all_answers_is_right_or_wrong():
    assert pass_at_k_interval([(3, 1), (3, 0), (3, 3)], 3) == wilson(2, 3)
    assert pass_at_k_interval([(5, 5)] * 20, 2) == wilson(20, 20)


def test_pass_at_k_needs_k_answers_and_questions():
    with pytest.raises(ValueError, match="draws"):
        pass_at_k_interval([(2, 1)], 3)
    with pytest.raises(ValueError, match="no values"):
        pass_at_k_interval([], 1)
    with pytest.raises(ValueError):
        pass_at_k_interval([(2, 1)], 1, ["a", "b"])
