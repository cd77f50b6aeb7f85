"""Differences between models: published values, laws, and error rates by simulation."""

from __future__ import annotations

import math
import random

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as reference

from compass.stats import t_quantile
from compass.stats.paired import mcnemar, mid_p, paired_difference, score_bounds
from compass.stats.resampling import flip_test

signs = st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=60)
reals = st.lists(st.floats(-1, 1), min_size=2, max_size=30)


@pytest.mark.parametrize(
    ("better", "worse", "n", "low", "high", "p"),
    [
        # Complete response before and after consolidation therapy (Cavo et al. 2012), as in
        # Fagerland, Lydersen and Laake 2017, Statistical Analysis of Contingency Tables, ch. 8.
        (6, 16, 161, -0.1240, -0.0054, 0.034690),
        # Airway hyper-responsiveness (Bentur et al. 2009), in the same chapter.
        (1, 7, 21, -0.517, -0.026, 0.0391),
    ],
)
def test_right_or_wrong_answers_give_the_published_bounds(better, worse, n, low, high, p):
    found = paired_difference([1] * better + [-1] * worse + [0] * (n - better - worse))
    places = len(str(abs(low)).split(".")[1])
    assert found.value == (better - worse) / n
    assert (round(found.low, 4), round(found.high, 4)) == pytest.approx(
        (low, high), abs=0.6 * 10**-places
    )
    assert found.p == pytest.approx(p, abs=5e-5)
    assert (found.n, found.better, found.worse) == (n, better, worse)


def test_the_mid_p_value_is_the_exact_one_less_half_the_chance_of_what_was_seen():
    for better, worse in [(0, 1), (3, 9), (10, 10), (41, 60), (0, 14)]:
        exact = reference.binomtest(better, better + worse).pvalue
        seen = reference.binom.pmf(better, better + worse, 0.5)
        assert float(mid_p(better, worse)) == pytest.approx(min(1, exact - seen), abs=1e-12) or (
            better == worse and float(mid_p(better, worse)) == 1
        )


def test_no_difference_keeps_a_width():
    z = reference.norm.ppf(0.975)
    found = paired_difference([0] * 100)
    half = z**2 / (100 + z**2)
    assert found == pytest.approx((0.0, -half, half, 1.0, 100, 0, 0))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 200))
@settings(max_examples=60, deadline=None)
def test_score_bounds_are_where_the_score_is_the_normal_quantile(better, worse, same):
    n = better + worse + same
    if not n:
        return
    z = reference.norm.ppf(0.975)
    for bound, sign in zip(score_bounds(better, worse, n), (1, -1), strict=True):
        delta = float(bound)
        if abs(delta) > 1 - 1e-9:
            continue
        # The likeliest shares given the difference, by search instead of by formula.
        grid = numpy.linspace(max(0, -delta), (1 - delta) / 2, 20001)[1:-1]
        with numpy.errstate(divide="ignore"):
            chance = (
                better * numpy.log(grid + delta)
                + worse * numpy.log(grid)
                + same * numpy.log(numpy.maximum(1 - 2 * grid - delta, 1e-300))
            )
        q = grid[chance.argmax()]
        score = (better - worse - n * delta) / math.sqrt(n * (2 * q + delta - delta**2))
        assert score == pytest.approx(sign * z, rel=0.02)


@given(signs, st.sampled_from([0.8, 0.95, 0.999]))
def test_test_and_interval_agree_on_right_or_wrong_answers(values, level):
    found = paired_difference(values, level=level)
    assert (found.p > 1 - level) == (found.low <= 0 <= found.high)
    assert -1 <= found.low <= found.value <= found.high <= 1


def test_where_only_the_test_rejects_the_bound_lies_just_beside_zero():
    # Ten to none: mid-p is 2^-10, while the score, sqrt(10), does not reach the 99.9 % quantile.
    for sign in (1, -1):
        found = paired_difference([sign] * 10 + [0] * 50, level=0.999)
        assert found.p < 0.001
        bound = found.low if sign == 1 else -found.high
        assert 0 < bound < 1e-9


@given(reals, st.data())
def test_test_and_interval_agree_on_clustered_values(values, data):
    clusters = data.draw(st.lists(st.integers(0, 9), min_size=len(values), max_size=len(values)))
    found = paired_difference(values, clusters)
    assert 0 <= found.p <= 1
    assert (found.p > 0.05) == (found.low <= 0 <= found.high)
    assert found.low <= found.value <= found.high


@given(st.one_of(signs, reals), st.booleans())
def test_swapping_the_models_swaps_everything(values, grouped):
    clusters = [place // 3 for place in range(len(values))] if grouped else None
    one, other = (
        paired_difference(values, clusters),
        paired_difference([-v for v in values], clusters),
    )
    assert (other.value, other.low, other.high, other.p) == pytest.approx(
        (-one.value, -one.high, -one.low, one.p), abs=1e-9
    )
    assert (other.better, other.worse) == (one.worse, one.better)


def test_independent_real_values_get_students_test():
    values = [0.3, -0.1, 0.25, 0.4, 0.05]
    found, known = paired_difference(values), reference.ttest_1samp(values, 0)
    bounds = known.confidence_interval()
    assert found[:4] == pytest.approx((0.18, bounds.low, bounds.high, known.pvalue))


def test_clustered_values_get_the_sandwich_error():
    values, clusters = [1, 0, 1, 1, 0, -1], ["a", "a", "b", "b", "b", "c"]
    mean = 1 / 3
    sums = [1 - 2 * mean, 2 - 3 * mean, -1 - mean]
    error = math.sqrt(3 / 2 * sum(one**2 for one in sums)) / 6
    found = paired_difference(values, clusters)
    assert found[:3] == pytest.approx(
        (mean, mean - t_quantile(2) * error, mean + t_quantile(2) * error)
    )
    assert found.p == pytest.approx(2 * reference.t.sf(mean / error, 2))


def test_clusters_of_one_and_none_are_no_clusters():
    values = [1, 1, 0, -1, 1, 0, 1]
    assert paired_difference(values, range(7)) == paired_difference(values)
    assert paired_difference(values, [None] * 7) == paired_difference(values)


def test_copies_of_a_question_in_its_cluster_change_nothing():
    values = [0.3, -0.1, 0.2, 0.7]
    once = paired_difference(values)
    assert paired_difference(values * 3, [*range(4)] * 3)[:4] == pytest.approx(once[:4])


def test_one_cluster_says_nothing():
    assert paired_difference([1, 1, 1], ["a"] * 3)[:4] == (1.0, -math.inf, math.inf, 1.0)


def test_clusters_that_agree_count_as_one_answer_each():
    found = paired_difference([1] * 40, [place // 4 for place in range(40)])
    assert found[:4] == pytest.approx(tuple(float(one) for one in mcnemar(10, 0, 10)))
    same = paired_difference([0] * 40, [place // 4 for place in range(40)])
    assert same[:4] == pytest.approx(tuple(float(one) for one in mcnemar(0, 0, 10)))


def test_equal_real_differences_are_no_proof_if_few():
    assert paired_difference([0.2, 0.2]).p == 0.25
    assert paired_difference([0.2, 0.2]).low == 0.0
    assert paired_difference([0.2] * 10).p == 0.5**10


def test_rounding_is_no_difference():
    rounding = 0.1 + 0.2 - 0.3
    assert rounding != 0
    assert paired_difference([rounding] * 50) == paired_difference([0] * 50)


def test_no_answers_have_no_difference():
    with pytest.raises(ValueError, match="no answers"):
        paired_difference([])
    with pytest.raises(ValueError):
        paired_difference([1, 0], ["a"])


def test_flipping_signs_gives_the_exact_sign_test_on_right_or_wrong():
    values = [1] * 12 + [-1] * 4 + [0] * 30
    exact = reference.binomtest(4, 16).pvalue
    assert flip_test(values, resamples=40_000) == pytest.approx(exact, rel=0.05)
    assert flip_test(values) == flip_test(values, seed=0)
    assert len({flip_test(values, seed=one) for one in range(5)}) > 1


def test_flipping_signs_agrees_with_students_test_and_flips_whole_clusters():
    dice = random.Random(8)
    values = [dice.gauss(0.3, 1) for _ in range(60)]
    clusters = [place // 2 for place in range(60)]
    assert flip_test(values) == pytest.approx(paired_difference(values).p, abs=0.01)
    found = paired_difference(values, clusters).p
    assert flip_test(values, clusters) == pytest.approx(found, abs=0.01)
    assert flip_test([1, 1, 1], ["a"] * 3) == 1
    assert flip_test([0, 0]) == 1
    with pytest.raises(ValueError, match="no answers"):
        flip_test([])
    with pytest.raises(ValueError):
        flip_test([1], [])


# Error rates.  Seeded, so that they cannot flicker.


def outcomes(dice, n, up, down, boards):
    """Counts of better and worse over boards of n questions."""
    return dice.multinomial(n, [up, down, 1 - up - down], size=boards).T[:2]


@pytest.mark.parametrize("n", [50, 200, 1000])
def test_the_paired_interval_covers_and_its_test_keeps_its_level(n):
    dice = numpy.random.default_rng(11)
    held, false = [], []
    for discordant in (0.05, 0.1, 0.2, 0.4):
        for share in (0.5, 0.6, 0.75):
            up, down = discordant * share, discordant * (1 - share)
            better, worse = outcomes(dice, n, up, down, 4000)
            _, low, high, p = mcnemar(better, worse, n)
            held.append(((low <= up - down) & (up - down <= high)).mean())
            if share == 0.5:
                false.append((p <= 0.05).mean())
    assert 0.935 <= numpy.mean(held) <= 0.97
    assert min(held) >= 0.925
    assert max(false) <= 0.06


def test_the_clustered_difference_covers_and_its_test_keeps_its_level():
    dice = random.Random(5)
    held = false = 0
    for _ in range(1500):
        values, clusters = [], []
        for cluster in range(25):
            lean = dice.choice([-0.6, 0.0, 0.6])
            size = dice.randrange(2, 9)
            values += [
                0 if dice.random() < 0.3 else 1 if dice.random() < (1 + lean) / 2 else -1
                for _ in range(size)
            ]
            clusters += [cluster] * size
        found = paired_difference(values, clusters)
        held += found.low <= 0 <= found.high
        false += found.p <= 0.05
    assert 0.935 <= held / 1500 <= 0.965
    assert false / 1500 <= 0.065
