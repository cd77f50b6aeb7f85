"""Planning: known numbers, laws, power by exact enumeration, and what the command prints."""

from __future__ import annotations

import json

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from compass.cli import main
from compass.stats.paired import mid_p
from compass.stats.power import Study

shares = st.floats(0.2, 0.7)


def exact_power(n: int, discordance: float, difference: float) -> float:
    """Power of the mid-p test, summed over everything that may be seen."""
    total = 0.0
    for m in range(n + 1):
        weight = binom.pmf(m, n, discordance)
        if weight > 1e-9:
            better = numpy.arange(m + 1)
            seen = mid_p(better, m - better) <= 0.05
            total += weight * binom.pmf(better, m, (1 + difference / discordance) / 2)[seen].sum()
    return total


@pytest.mark.parametrize(
    ("discordance", "difference"), [(0.2, 0.05), (0.2, 0.1), (0.4, 0.1), (0.1, 0.05), (0.3, 0.15)]
)
def test_planned_questions_have_the_planned_power(discordance, difference):
    study = Study(accuracy=0.5, discordance=discordance)
    assert exact_power(study.questions(difference), discordance, difference) == pytest.approx(
        0.8, abs=0.025
    )


def test_the_paired_number_is_the_formula_of_connor():
    # By hand: (1.959964 sqrt(.2) + .841621 sqrt(.2 - .0004))^2 / .0004 = 3922.07
    assert Study(accuracy=0.7, discordance=0.2).questions(0.02) == 3923


def test_the_unpaired_number_is_the_textbooks():
    # Fleiss, Levin and Paik 2003, table A.4 without their continuity correction:
    # p1 = .60, p2 = .70, power .80, alpha .05.
    assert Study(accuracy=0.6, paired=False).questions(0.1) == 356


def test_without_a_disagreement_the_models_err_independently():
    assert Study(accuracy=0.7).disagreement(0.1) == pytest.approx(0.7 * 0.2 + 0.8 * 0.3)
    # Pairing gains nothing then: nearly the unpaired number.
    paired, other = Study(accuracy=0.7), Study(accuracy=0.7, paired=False)
    assert paired.questions(0.02) == pytest.approx(other.questions(0.02), rel=0.02)


@given(shares, st.floats(0.02, 0.1), st.integers(2, 40), st.floats(0, 1))
def test_more_of_what_hinders_needs_more_questions(accuracy, difference, many, part):
    plain = Study(accuracy=accuracy).questions(difference)
    assert Study(accuracy=accuracy).questions(difference * 1.2) <= plain
    assert Study(accuracy=accuracy, power=0.9).questions(difference) > plain
    assert Study(accuracy=accuracy, alpha=0.01).questions(difference) > plain
    assert Study(accuracy=accuracy, pairs=many).questions(difference) > plain
    clustered = Study(accuracy=accuracy, cluster_size=many, icc=part)
    assert clustered.effect == pytest.approx(1 + (many - 1) * part)
    assert clustered.questions(difference) >= plain
    repeated = Study(accuracy=accuracy, repeats=many, noise=part)
    assert repeated.questions(difference) <= plain
    assert repeated.effect == pytest.approx(1 - part + part / many)
    both = Study(accuracy=accuracy, cluster_size=many, icc=part, repeats=many, noise=part)
    assert both.effect == pytest.approx(clustered.effect * repeated.effect)


@given(shares, st.integers(50, 50_000), st.booleans())
def test_the_smallest_difference_needs_just_those_questions(accuracy, questions, paired):
    study = Study(accuracy=accuracy, paired=paired)
    seen = study.smallest(questions)
    if seen is not None:
        assert study.questions(seen) <= questions
        assert study.questions(seen * 0.999) >= questions


def test_what_cannot_be_seen_is_none():
    assert Study(accuracy=0.9).smallest(3) is None
    assert Study(accuracy=0.99, discordance=0.5).smallest(1000) is None
    assert Study(accuracy=1.0).smallest(1000) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"accuracy": 70}, "accuracy"), ({"power": 80}, "power"), ({"alpha": 0}, "alpha"),
        ({"repeats": 0}, "repeats"), ({"icc": -0.1}, "icc"), ({"pairs": 0}, "pairs"),
    ],
)  # fmt: skip
def test_impossible_studies_are_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        Study(**wrong)


def test_impossible_differences_are_refused():
    with pytest.raises(ValueError, match="above 0"):
        Study().questions(0)
    with pytest.raises(ValueError, match="above 1"):
        Study(accuracy=0.9).questions(0.2)
    with pytest.raises(ValueError, match="disagree"):
        Study(accuracy=0.7, discordance=0.01).questions(0.05)


# The command.


def test_the_command_prints_the_number(capsys):
    arguments = ["--difference", "2", "--accuracy", "70", "--discordant", "20"]
    assert main(["plan-size", *arguments]) == 0
    said = capsys.readouterr().out
    assert "3,923 <" in said
    assert "20 %" in said
    assert len(said.splitlines()) < 24


def test_the_command_prints_json(capsys):
    assert (
        main(["plan-size", "--difference", "2", "--have", "800", "--models", "10", "--json"]) == 0
    )
    said = json.loads(capsys.readouterr().out)
    study = Study(pairs=45)
    assert said["questions"] == study.questions(0.02)
    assert said["smallest"] == study.smallest(800)
    assert (said["difference"], said["pairs"], said["paired"]) == (0.02, 45, True)


def test_the_command_says_what_the_questions_at_hand_show(capsys):
    assert (
        main(["plan-size", "--have", "500", "--unpaired", "--repeats", "4", "--noise", "40"]) == 0
    )
    seen = Study(paired=False, repeats=4, noise=0.4).smallest(500)
    said = capsys.readouterr().out
    assert f"500 questions show a difference of: {100 * seen:.2f} points" in said
    assert "for each model" in said
    assert main(["plan-size", "--have", "2"]) == 0
    assert "none can be seen" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "what", "where"),
    [
        ([], "nothing to plan", "plan-size"),
        (["--difference", "0"], "above 0", "--difference"),
        (["--difference", "nan"], "above 0", "--difference"),
        (["--difference", "2", "--accuracy", "99"], "no model is 2 points", "--difference"),
        (["--difference", "2", "--accuracy", "0.0"], "accuracy must be", "--accuracy"),
        (["--difference", "2", "--power", "100"], "power must be", "--power"),
        (["--difference", "2", "--alpha", "nan"], "alpha must be", "--alpha"),
        (["--difference", "5", "--discordant", "2"], "cannot disagree on 2", "--discordant"),
        (["--difference", "5", "--models", "1"], "models must be 2", "--models"),
        (["--difference", "5", "--cluster-size", "4"], "--icc", "--cluster-size"),
        (["--difference", "5", "--icc", "0.4"], "--cluster-size", "--icc"),
        (["--difference", "5", "--icc", "2", "--cluster-size", "3"], "icc must be", "--icc"),
        (["--difference", "5", "--repeats", "4"], "--noise", "--repeats"),
        (["--difference", "5", "--unpaired", "--discordant", "9"], "cannot disagree", "--disc"),
        (["--have", "0"], "counted from 1", "--have"),
    ],
)
def test_wrong_arguments_are_explained(arguments, what, where, capsys):
    assert main(["plan-size", *arguments]) == 2
    said = capsys.readouterr().err
    assert what in said.splitlines()[0]
    assert f"at: {where}" in said or f"at: compass {where}" in said
    assert "hint: " in said


def test_normal_quantiles_are_those_of_the_tables():
    # The plan uses the standard library's; scipy's agree.
    assert Study(discordance=0.5).questions(0.1) == int(
        numpy.ceil(((norm.ppf(0.975) * 0.5**0.5 + norm.ppf(0.8) * 0.49**0.5) / 0.1) ** 2)
    )
