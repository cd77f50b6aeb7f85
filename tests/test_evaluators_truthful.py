"""Metrics read off likelihoods: TruthfulQA's, probabilities, and tables of right and answered."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compass.errors import ConfigError, DataError
from compass.evaluators import Choice, TruthfulChoice
from compass.evaluators.likelihoods import mass
from compass.records import Likelihood, Prediction, Sample, Verdict

ANSWERS = Sample(
    id="s",
    fields={},
    targets=("best", "also true"),
    choices=("also true", "false", "best", "wrong"),
    right=(0, 2),
)


def ranked(*values, choices=None, **kwargs):
    likelihoods = tuple(Likelihood(value, 1, value, False) for value in values)
    picked = {"sum": max(range(len(values)), key=values.__getitem__)} if choices is None else {}
    return Prediction(
        key="k", sample_id="s", likelihoods=likelihoods, choices=choices or picked, **kwargs
    )


def logs(*shares):
    return [math.log(share) for share in shares]


def judge(prediction, metric="mc2", sample=ANSWERS):
    return TruthfulChoice(metric).verdict(sample, [prediction])


def test_the_metrics_are_those_of_the_paper():
    verdict = judge(ranked(*logs(0.1, 0.2, 0.4, 0.1)))
    assert verdict.values["mc1"] == 1.0
    assert verdict.values["mc2"] == pytest.approx(0.5 / 0.8)
    assert verdict.values["mc3"] == 0.5
    assert (verdict.answer, verdict.target) == ("best", "best")


def test_another_true_answer_does_not_help_the_best_one():
    verdict = judge(ranked(*logs(0.4, 0.2, 0.1, 0.1)))
    assert (verdict.values["mc1"], verdict.values["mc3"]) == (0.0, 0.5)


def test_a_tie_is_no_win():
    verdict = judge(ranked(*logs(0.1, 0.2, 0.2, 0.1)))
    assert (verdict.values["mc1"], verdict.values["mc3"]) == (0.0, 0.0)


def test_the_headline_comes_first_and_mc1_comes_alone():
    assert list(judge(ranked(*logs(0.1, 0.2, 0.4, 0.1)), "mc1").values) == ["mc1"]
    scores = TruthfulChoice("mc2").summarise([judge(ranked(*logs(0.1, 0.2, 0.4, 0.1)))])
    assert [score.metric for score in scores] == ["mc2", "mc1", "mc3"]
    assert scores[0].value == pytest.approx(0.625)


def official(true, false, best):
    """Return mc1, mc2 and mc3 as the authors' script computes them, written anew."""
    probable = [math.exp(value) for value in true]
    others = [math.exp(value) for value in false]
    return (
        float(best > max(false)),
        sum(p / (sum(probable) + sum(others)) for p in probable),
        sum(value > max(false) for value in true) / len(true),
    )


VALUES = st.lists(st.floats(-60, -0.01), min_size=3, max_size=8)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES, st.data())
def test_every_order_of_the_answers_gives_the_scripts_figures(values, data):
    count = data.draw(st.integers(1, len(values) - 1))
    order = data.draw(st.permutations(range(len(values))))
    names = [f"a{place}" for place in range(len(values))]
    sample = Sample(
        id="s",
        fields={},
        targets=tuple(names[:count]),
        choices=tuple(names[place] for place in order),
        right=tuple(order.index(place) for place in range(count)),
    )
    verdict = judge(ranked(*(values[place] for place in order)), sample=sample)
    expected = official(values[:count], values[count:], values[0])
    assert [verdict.values[name] for name in ("mc1", "mc2", "mc3")] == pytest.approx(expected)


def test_very_unlikely_answers_do_not_underflow():
    assert judge(ranked(-2000.0, -2001.0, -2000.0, -2001.0)).values["mc2"] == pytest.approx(
        2 / (2 + 2 / math.e)
    )
    assert mass([-math.inf, -math.inf], [0]) == 0.0


def test_failures_and_numbers_that_are_none_are_told_apart():
    failed = judge(Prediction(key="k", sample_id="s", error="out of memory"))
    assert (failed.reason, set(failed.values.values())) == ("failed", {None})
    broken = judge(ranked(math.nan, -1.0, -1.0, -1.0, choices={"sum": None}))
    assert (broken.reason, set(broken.values.values())) == ("unparsed", {0.0})


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ConfigError, match="does not rank"):
        judge(Prediction(key="k", sample_id="s", output="best"))
    with pytest.raises(DataError, match="lacks a best true answer"):
        judge(ranked(-1.0, -2.0), sample=Sample(id="s", fields={}, choices=("a", "b"), right=(0,)))
    everything = Sample(id="s", fields={}, targets=("a",), choices=("a", "b"), right=(0, 1))
    with pytest.raises(DataError, match="or a false one"):
        judge(ranked(-1.0, -2.0), sample=everything)
    with pytest.raises(ConfigError, match="no metric 'mc4'"):
        TruthfulChoice("mc4")


YES_NO = Sample(id="s", fields={}, choices=("no", "yes"), right=(1,))


def test_the_probability_of_the_right_options_is_a_share_of_all_options():
    verdict = Choice(also=["probability"]).verdict(YES_NO, [ranked(*logs(0.3, 0.1))])
    assert verdict.values["accuracy"] == 0.0
    assert verdict.values["probability"] == pytest.approx(0.25)
    scores = Choice(also=["probability"]).summarise([verdict])
    assert [score.metric for score in scores] == ["accuracy", "probability"]


def test_pmi_likelihoods_are_not_taken_for_options():
    verdict = Choice(also=["probability"]).verdict(YES_NO, [ranked(*logs(0.3, 0.1, 0.9, 0.9))])
    assert verdict.values["probability"] == pytest.approx(0.25)


def answered(pairs, **kwargs):
    return [
        Verdict(
            key=str(n),
            sample_id=str(n),
            values={"accuracy": float(target == answer)},
            answer=answer,
            target=target,
            **kwargs,
        )
        for n, (target, answer) in enumerate(pairs)
    ]


def by_name(verdicts):
    scores = Choice(also=["f1", "macro_f1", "matthews"]).summarise(verdicts)
    return {score.metric: score for score in scores}


PAIRS = [("A", "A"), ("A", "B"), ("B", "B"), ("B", "B"), ("B", "A"), ("A", "A"), ("B", None)]


def test_f1_and_matthews_follow_their_definitions():
    scores = by_name(answered(PAIRS))
    assert scores["accuracy"].value == pytest.approx(4 / 7)
    assert scores["f1"].value == pytest.approx(2 * 2 / (3 + 4))
    assert scores["macro_f1"].value == pytest.approx((2 * 2 / (3 + 3) + 4 / 7) / 2)
    known = by_name(answered(PAIRS[:6]))
    assert known["matthews"].value == pytest.approx((2 * 2 - 1 * 1) / math.sqrt(3 * 3 * 3 * 3))
    for score in scores.values():
        assert score.low <= score.value <= score.high


def f1_of(label, pairs):
    hits = sum(target == answer == label for target, answer in pairs)
    named = sum((target == label) + (answer == label) for target, answer in pairs)
    return 2 * hits / named if named else 0.0


def correlation(pairs):
    """Return the correlation of Gorodkin 2004, as a ratio of covariances over the labels."""
    count = len(pairs)

    def covariance(one, other):
        total = 0.0
        for label in "ABC":
            mean = [sum(pair[place] == label for pair in pairs) / count for place in (one, other)]
            total += sum(
                ((pair[one] == label) - mean[0]) * ((pair[other] == label) - mean[1])
                for pair in pairs
            )
        return total

    spread = covariance(0, 0) * covariance(1, 1)
    return covariance(0, 1) / math.sqrt(spread) if spread > 1e-12 else 0.0


def test_f1_and_matthews_agree_with_plain_loops():
    chance = random.Random(0)
    for size in (2, 3, 5, 17, 40):
        for _ in range(4):
            pairs = [(chance.choice("ABC"), chance.choice("ABC")) for _ in range(size)]
            scores = by_name(answered(pairs))
            labels = {label for pair in pairs for label in pair}
            macro = sum(f1_of(label, pairs) for label in labels) / len(labels)
            assert scores["macro_f1"].value == pytest.approx(macro)
            assert scores["f1"].value == pytest.approx(f1_of("B", pairs))
            assert scores["matthews"].value == pytest.approx(correlation(pairs), abs=1e-9)


def test_failed_calls_are_counted_and_not_scored():
    failed = Verdict(key="f", sample_id="f", values={"accuracy": None}, target="A", reason="failed")
    score = by_name([*answered(PAIRS), failed])["f1"]
    assert (score.n, score.failed) == (7, 1)
    assert score.value == by_name(answered(PAIRS))["f1"].value
    assert by_name([failed])["matthews"].value is None


@pytest.mark.parametrize("also", [["recall"], "f1"])
def test_an_unknown_further_score_is_refused(also):
    with pytest.raises(ConfigError, match="Choice"):
        Choice(also=also)
