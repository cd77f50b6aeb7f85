"""Choosers by place and by chance."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.errors import ConfigError, DataError
from compass.prompts import BM25, Fixed, Nearest, Random
from compass.prompts.picking import is_same
from compass.records import Sample


def samples(size: int, prefix: str = "s") -> tuple[Sample, ...]:
    return tuple(
        Sample(id=f"{prefix}{i}", fields={"question": f"{prefix} {i}?"}) for i in range(size)
    )


POOL = samples(10)
ASKED = Sample(id="asked", fields={"question": "asked?"})


def ids(shots: tuple[Sample, ...]) -> list[str]:
    return [shot.id for shot in shots]


def test_fixed_takes_the_first_of_the_pool():
    assert ids(Fixed(3).pick(ASKED, POOL)) == ["s0", "s1", "s2"]


def test_fixed_takes_places_and_ids_in_the_order_given():
    assert ids(Fixed(ids=[4, "s1", 0]).pick(ASKED, POOL)) == ["s4", "s1", "s0"]


def test_fixed_puts_the_next_in_place_of_the_sample_itself():
    assert ids(Fixed(2).pick(POOL[0], POOL)) == ["s1", "s2"]
    assert ids(Fixed(2, ids=[7, 3, 5]).pick(POOL[3], POOL)) == ["s7", "s5"]


def test_fixed_ids_alone_lose_the_sample_itself():
    assert ids(Fixed(ids=[7, 3]).pick(POOL[3], POOL)) == ["s7"]


def test_the_same_question_under_another_id_is_the_sample_itself():
    twin = Sample(id="other", fields=dict(POOL[0].fields))
    assert ids(Fixed(1).pick(twin, POOL)) == ["s1"]


def test_a_stem_many_questions_share_does_not_make_them_the_same():
    one = Sample(id="1", fields={"question": "Which is true?"}, choices=("a", "b"), right=(0,))
    two = Sample(id="2", fields={"question": "Which is true?"}, choices=("c", "d"), right=(0,))
    turned = Sample(id="3", fields={"question": "Which is true?"}, choices=("b", "a"), right=(1,))
    assert not is_same(one, two)
    assert is_same(one, turned)


def test_a_sample_with_other_options_is_still_itself():
    one = Sample(id="1", fields={"question": "2 + 2?"}, choices=("3", "4"), right=(1,))
    more = Sample(id="1", fields={"question": "2 + 2?"}, choices=("3", "4", "none"), right=(1,))
    assert is_same(one, more)


def test_rows_of_two_splits_may_bear_the_same_id():
    test = Sample(id="0", fields={"question": "2 + 2?"}, targets=("4",))
    train = Sample(id="0", fields={"question": "1 + 1?"}, targets=("2",))
    assert Fixed(1).pick(test, (train,)) == (train,)


def test_the_same_shots_are_the_same_object_so_that_they_are_rendered_once():
    for chooser in (Fixed(3), Random(3), Fixed(ids=[1, 2])):
        assert chooser.pick(ASKED, POOL) is chooser.pick(ASKED, POOL)


def test_another_pool_is_another_choice():
    chooser = Fixed(1)
    assert ids(chooser.pick(ASKED, POOL)) == ["s0"]
    assert ids(chooser.pick(ASKED, samples(3, "t"))) == ["t0"]


def test_random_draws_are_pinned_for_ever():
    assert ids(Random(4).pick(ASKED, POOL)) == ["s6", "s9", "s0", "s2"]
    assert ids(Random(4, seed=1).pick(ASKED, POOL)) == ["s2", "s1", "s4", "s0"]
    assert ids(Random(4, per_sample=True).pick(ASKED, POOL)) == ["s9", "s1", "s7", "s0"]


def test_random_draws_do_not_depend_on_the_process():
    code = (
        "from compass.prompts import Random; from compass.records import Sample;"
        "pool = [Sample(id=f's{i}', fields={'question': f's{i}?'}) for i in range(10)];"
        "asked = Sample(id='asked', fields={'question': 'asked?'});"
        "print(*[s.id for s in Random(4, per_sample=True).pick(asked, pool)])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "77", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ids(Random(4, per_sample=True).pick(ASKED, POOL))


def test_random_per_sample_differs_between_samples():
    chooser = Random(5, per_sample=True)
    draws = {tuple(ids(chooser.pick(sample, POOL))) for sample in samples(30, "q")}
    assert len(draws) > 25


def test_random_draws_are_fair():
    chooser = Random(3, per_sample=True)
    counts = dict.fromkeys(ids(POOL), 0)
    for sample in samples(3000, "q"):
        for shot in chooser.pick(sample, POOL):
            counts[shot.id] += 1
    assert all(780 < count < 1020 for count in counts.values()), counts


def choosers(n: int) -> list[object]:
    return [Fixed(n), Random(n), Random(n, per_sample=True), BM25(n), Nearest(n)]


@given(size=st.integers(1, 12), n=st.integers(0, 13), place=st.integers(0, 11))
def test_every_chooser_gives_n_others_or_an_error_with_numbers(size, n, place):
    pool = samples(size)
    sample = pool[place % size]
    for chooser in choosers(n):
        if n > size - 1:
            with pytest.raises(DataError, match=f"{n} shots .* only {size - 1} of {size} samples"):
                chooser.pick(sample, pool)
        else:
            shots = chooser.pick(sample, pool)
            assert len(shots) == len(set(ids(shots))) == n
            assert sample not in shots


def test_an_empty_pool_says_that_the_reader_has_no_shots():
    for chooser in choosers(2):
        with pytest.raises(DataError, match="the reader has no few-shot split"):
            chooser.pick(ASKED, ())


@pytest.mark.parametrize("chooser", [Fixed, Random, BM25, Nearest])
@pytest.mark.parametrize("n", [-1, 2.5, "4", True])
def test_a_number_of_shots_is_a_whole_number(chooser, n):
    with pytest.raises(ConfigError, match="not a number of shots"):
        chooser(n)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "Fixed needs n or ids"),
        ({"ids": "s1"}, "ids is 's1', not a list"),
        ({"ids": [-1]}, "-1 names no shot"),
        ({"ids": [-5]}, "-5 names no shot"),
        ({"ids": [True]}, "True names no shot"),
        ({"ids": [1, 1]}, "names a shot twice"),
        ({"ids": [1], "n": 2}, "n is 2, but ids names only 1"),
    ],
)
def test_wrong_arguments_of_fixed_are_named(arguments, text):
    with pytest.raises(ConfigError, match=text):
        Fixed(**arguments)


def test_ids_that_are_not_in_the_pool_are_named():
    with pytest.raises(DataError, match="no place 10 in the few-shot pool of 10") as caught:
        Fixed(ids=[10]).pick(ASKED, POOL)
    assert "places run from 0 to 9" in str(caught.value)
    with pytest.raises(DataError, match="no sample 's99'"):
        Fixed(ids=["s99"]).pick(ASKED, POOL)


def test_a_seed_is_a_whole_number():
    with pytest.raises(ConfigError, match="seed is '1'"):
        Random(2, seed="1")  # type: ignore[arg-type]
