"""Many models at once: corrections, ranks, groups, and whole boards by simulation."""

from __future__ import annotations

import math
import time

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compass.stats.multiple import holm
from compass.stats.paired import paired_difference
from compass.stats.ranks import letters, pairwise, rank_ranges, tied_groups

p_values = st.lists(st.floats(0, 1), max_size=30)


def test_holm_gives_the_values_of_the_textbook():
    # The four p-values of Holm's step-down scheme, worked by hand: 4 x .005, 3 x .011, ...
    assert holm([0.02, 0.005, 0.04, 0.011]) == pytest.approx([0.04, 0.02, 0.04, 0.033])
    assert holm([0.01, 0.01, 0.01]) == pytest.approx([0.03] * 3)
    assert holm([]) == []


@given(p_values)
def test_holm_is_monotone_and_never_below_the_p_value(values):
    adjusted = holm(values)
    assert all(p <= a <= 1 for p, a in zip(values, adjusted, strict=True))
    order = sorted(range(len(values)), key=values.__getitem__)
    assert [adjusted[one] for one in order] == sorted(adjusted)


@given(p_values, st.randoms())
def test_holm_does_not_depend_on_order(values, dice):
    places = list(range(len(values)))
    dice.shuffle(places)
    adjusted = holm(values)
    assert holm([values[one] for one in places]) == [adjusted[one] for one in places]


def test_tests_not_made_do_not_count():
    adjusted = holm([0.01, None, math.nan, 0.02])
    assert [adjusted[0], adjusted[3]] == holm([0.01, 0.02])
    assert math.isnan(adjusted[1]) and math.isnan(adjusted[2])
    with pytest.raises(ValueError, match=r"0\.\.1"):
        holm([1.5])


def answers(dice, shares, questions, missing=0.0):
    """Right or wrong of models whose answers move together by how hard a question is."""
    hard = dice.normal(size=(questions, 1))
    skill = numpy.log(shares) - numpy.log1p(-numpy.asarray(shares))
    table = (dice.random((questions, len(shares))) < 1 / (1 + numpy.exp(hard - skill))) * 1.0
    table[dice.random(table.shape) < missing] = math.nan
    return table


@pytest.mark.parametrize("kind", ["binary", "clustered", "real", "real clustered"])
def test_all_pairs_are_what_each_pair_is(kind):
    dice = numpy.random.default_rng(3)
    table = answers(dice, [0.3, 0.5, 0.5, 0.8], 60, missing=0.2)
    if "real" in kind:
        table = table * dice.random(table.shape)
    clusters = [None if one > 50 else f"p{one // 4}" for one in range(60)]
    clusters = clusters if "clustered" in kind else None
    pairs = pairwise(table, clusters)
    for a in range(4):
        for b in range(4):
            both = ~numpy.isnan(table[:, a]) & ~numpy.isnan(table[:, b])
            one = paired_difference(
                (table[both, b] - table[both, a]).tolist(),
                None if clusters is None else [c for c, u in zip(clusters, both, strict=True) if u],
            )
            named = ("value", "low", "high", "p", "n", "better", "worse")
            found = [float(getattr(pairs, name)[a, b]) for name in named]
            if a == b:
                assert math.isnan(found[3])
                found[3] = one.p
            assert found == pytest.approx(list(one), abs=1e-9)
    upper = numpy.triu_indices(4, 1)
    assert pairs.adjusted[upper].tolist() == holm(pairs.p[upper])
    assert pairs.adjusted[2, 1] == pairs.adjusted[1, 2]


def test_models_without_a_common_question_are_not_compared():
    table = numpy.array([[1, math.nan, 1], [1, math.nan, 0], [math.nan, 1, 1]])
    for kind in (table, table * 0.5):
        pairs = pairwise(kind)
        assert pairs.n[0, 1] == 0
        assert all(
            math.isnan(getattr(pairs, name)[0, 1])
            for name in ("value", "low", "high", "p", "adjusted")
        )
        assert not pairs.wins[0, 1]
        assert pairs.p[0, 2] <= 1


def test_the_sure_winner_wins():
    table = numpy.zeros((100, 3))
    table[:, 2] = 1
    pairs = pairwise(table)
    assert pairs.wins.tolist() == [[False] * 3, [False] * 3, [True, True, False]]
    assert rank_ranges(pairs.wins) == [(2, 3), (2, 3), (1, 1)]
    assert tied_groups(pairs.wins, table.mean(axis=0)) == [[2], [0, 1]]


def test_a_matrix_is_asked_for():
    with pytest.raises(ValueError, match="questions x models"):
        pairwise([1.0, 0.0])
    with pytest.raises(ValueError, match="clusters"):
        pairwise([[1.0, 0.0]], ["a", "b"])
    with pytest.raises(ValueError, match="models x models"):
        rank_ranges([[True, False]])


@st.composite
def boards(draw):
    n = draw(st.integers(1, 9))
    values = sorted((draw(st.floats(0, 1)) for _ in range(n)), reverse=True)
    gap = draw(st.floats(0.01, 1))
    odd = draw(st.sets(st.integers(0, n * n - 1), max_size=3))
    wins = [[values[a] - values[b] > gap for b in range(n)] for a in range(n)]
    for one in odd:
        a, b = sorted(divmod(one, n))
        wins[a][b] = a != b and not wins[a][b]
    return numpy.array(wins), values


@given(boards())
def test_groups_hold_every_tie_and_no_difference(board):
    wins, values = board
    groups = tied_groups(wins, values)
    apart = wins | wins.T
    together = {(a, b) for group in groups for a in group for b in group}
    assert together == {(int(a), int(b)) for a, b in zip(*numpy.where(~apart), strict=True)}
    for group in groups:
        others = set(range(len(values))) - set(group)
        assert all(apart[one, group].any() for one in others), "a group could grow"
    marks = letters(groups, len(values))
    assert all(bool(set(marks[a]) & set(marks[b])) != apart[a, b]
               for a in range(len(values)) for b in range(a))  # fmt: skip


@given(boards())
def test_a_range_holds_the_rank_by_value(board):
    wins, values = board
    for place, (best, worst) in enumerate(rank_ranges(wins)):
        assert 1 <= best <= place + 1 <= worst <= len(values)


def test_many_pairs_of_equals_make_no_explosion_of_groups():
    wins = numpy.zeros((50, 50), dtype=bool)
    for one in range(0, 50, 2):
        wins[one, one + 1] = True
    groups = tied_groups(wins)
    assert len(groups) <= 1225
    assert len(letters(list(map(list, groups)), 50)) == 50


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_shifting_every_question_for_all_models_changes_nothing(seed):
    dice = numpy.random.default_rng(seed)
    table = dice.random((40, 4))
    one, other = pairwise(table), pairwise(table + dice.random((40, 1)))
    for name in ("value", "low", "high", "p"):
        assert numpy.allclose(getattr(one, name), getattr(other, name), equal_nan=True, atol=1e-9)


def test_fifty_models_on_twenty_thousand_questions_take_seconds():
    dice = numpy.random.default_rng(1)
    table = answers(dice, numpy.linspace(0.3, 0.8, 50), 20_000)
    for matrix, clusters in ((table, None), (table * dice.random(table.shape), None)):
        start = time.process_time()
        pairwise(matrix, clusters)
        assert time.process_time() - start < 10
