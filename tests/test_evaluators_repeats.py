"""Several answers to each question: means, votes, pass@k and G-Pass@k."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.config import experiment
from compass.errors import ConfigError
from compass.evaluators import Exact, InstructionFollowing, Numeric, Repeats
from compass.records import Prediction, Sample
from compass.schema import experiment_from_dict
from compass.stats.draws import g_pass_at_k, mg_pass_at_k, pass_at_k

COUNTS = st.integers(1, 9).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))
)
TAUS = st.floats(0, 1)


@given(COUNTS, TAUS)
def test_g_pass_is_the_share_of_draws_with_enough_right_answers(counts, tau):
    n, c, k = counts
    answers = [1] * c + [0] * (n - c)
    draws = [sum(draw) for draw in combinations(answers, k)]
    least = max(math.ceil(tau * k - 1e-9), 1)
    share = sum(right >= least for right in draws) / len(draws)
    assert g_pass_at_k(n, c, k, tau) == pytest.approx(share)
    assert pass_at_k(n, c, k) == pytest.approx(sum(map(bool, draws)) / len(draws))


@given(COUNTS, TAUS, TAUS)
def test_g_pass_falls_with_tau_and_rises_with_right_answers(counts, one, other):
    n, c, k = counts
    low, high = sorted((one, other))
    assert g_pass_at_k(n, c, k, high) <= g_pass_at_k(n, c, k, low)
    assert g_pass_at_k(n, c, k, high) >= g_pass_at_k(n, max(c - 1, 0), k, high)
    assert g_pass_at_k(n, c, k, 1.0) <= c / n + 1e-12 <= pass_at_k(n, c, k) + 1e-9
    assert pass_at_k(n, c, 1) == g_pass_at_k(n, c, 1, 1.0) == pytest.approx(c / n)


@given(COUNTS)
def test_mg_pass_is_the_mean_over_thresholds_in_the_upper_half(counts):
    n, c, k = counts
    first = math.ceil(k / 2) + 1
    mean = 2 / k * sum(g_pass_at_k(n, c, k, i / k) for i in range(first, k + 1))
    assert mg_pass_at_k(n, c, k) == pytest.approx(mean)
    assert 0 <= mg_pass_at_k(n, c, k) <= pass_at_k(n, c, k) + 1e-12


def test_figures_worked_out_by_hand():
    assert pass_at_k(5, 2, 2) == pytest.approx(1 - 3 / 10)
    assert g_pass_at_k(5, 3, 2, 1.0) == pytest.approx(3 / 10)
    assert g_pass_at_k(4, 2, 4, 0.5) == 1
    assert g_pass_at_k(4, 2, 4, 0.75) == 0
    assert mg_pass_at_k(4, 3, 4) == pytest.approx(0.5)
    assert mg_pass_at_k(3, 3, 1) == 0
    assert g_pass_at_k(50, 20, 25, 0.28) == g_pass_at_k(50, 20, 25, 7 / 25)


def test_scipy_gives_the_same_tail():
    from scipy.stats import hypergeom

    for n, c, k, m in [(16, 5, 8, 4), (48, 31, 16, 12), (10, 0, 4, 1)]:
        assert g_pass_at_k(n, c, k, m / k) == pytest.approx(hypergeom.sf(m - 1, n, c, k))


@pytest.mark.parametrize("bad", [(4, 5, 1, 0.5), (4, 1, 5, 0.5), (4, 1, 0, 0.5), (4, 1, 1, 2.0)])
def test_draws_that_cannot_be_are_refused(bad):
    with pytest.raises(ValueError, match=r"draws need|tau must"):
        g_pass_at_k(*bad)


SUM = Sample(id="s", fields={"question": "3 + 4"}, targets=("7",))


def answers(*outputs):
    return [
        Prediction(key=f"k{n}", sample_id="s", repeat=n, output=one)
        if one is not None
        else Prediction(key=f"k{n}", sample_id="s", repeat=n, error="lost")
        for n, one in enumerate(outputs)
    ]


def judged(*outputs, k=(2,), tau=(0.5, 1.0), evaluator=None):
    return Repeats(evaluator or Numeric(), k=k, tau=tau).verdict(SUM, answers(*outputs))


def test_all_answers_to_a_sample_have_one_verdict():
    one = judged("7", "It is 7.", "8", "no idea")
    assert dict(one.values) == {
        "accuracy": 0.5,
        "majority": 1.0,
        "pass@2": pytest.approx(5 / 6),
        "g_pass@2_0.5": pytest.approx(5 / 6),
        "g_pass@2_1": pytest.approx(1 / 6),
        "mg_pass@2": pytest.approx(1 / 6),
    }
    assert (one.sample_id, one.answer, one.target, one.reason) == ("s", "7", "7", "")
    assert one.repeat == 0


def test_the_answer_said_most_often_wins_and_what_was_not_read_has_no_vote():
    assert judged("8", "8", "7").values["majority"] == 0
    assert judged("who knows", "who knows", "7").values["majority"] == 1
    assert judged("7", "8").values["majority"] == 0.5
    assert judged("none", "none").values["majority"] == 0
    spelled = judged("Paris", "paris.", "Rome", "Rome ", "PARIS", evaluator=Exact())
    assert spelled.answer == "Paris"


def test_answers_that_failed_count_nowhere():
    one = judged("7", None, "7", "8")
    assert one.values["accuracy"] == pytest.approx(2 / 3)
    assert one.values["pass@2"] == 1
    few = judged("7", None)
    assert (few.values["accuracy"], few.values["pass@2"]) == (1, None)
    none = judged(None, None)
    assert (none.reason, set(none.values.values())) == ("failed", {None})


def test_reasons_of_all_answers_are_summed_up():
    assert judged("what", "who").reason == "unparsed"
    assert judged("what", "7").reason == ""
    cut = [*answers("7"), Prediction(key="k", sample_id="s", output="7", finish="length")]
    assert Repeats(Numeric()).verdict(SUM, cut).reason == "truncated"


def test_scores_are_means_over_samples_the_inner_headline_first():
    evaluator = Repeats(Numeric(), k=[1, 2], tau=[1.0])
    verdicts = [evaluator.verdict(SUM, answers(*said)) for said in (("7", "7"), ("7", "8"))]
    scores = evaluator.summarise(verdicts)
    assert [s.metric for s in scores] == [
        "accuracy", "majority", "pass@1", "g_pass@1_1", "mg_pass@1",
        "pass@2", "g_pass@2_1", "mg_pass@2",
    ]  # fmt: skip
    found = {s.metric: s.value for s in scores}
    assert found["accuracy"] == found["pass@1"] == 0.75
    assert (found["pass@2"], found["g_pass@2_1"]) == (1, 0.5)
    assert {s.n for s in scores} == {2}
    assert evaluator.summarise([])[0].n == 0


def test_more_draws_than_answers_are_refused_with_what_to_write():
    with pytest.raises(ConfigError, match="k=4 answers, but each sample has 2") as caught:
        judged("7", "7", k=4)
    assert "n=4" in caught.value.hint


@pytest.mark.parametrize(
    "bad", [{"k": 0}, {"k": [2.5]}, {"k": True}, {"tau": 0}, {"tau": [1.5]}, {"tau": ["a"]}]
)
def test_arguments_out_of_range_are_refused(bad):
    with pytest.raises(ConfigError, match="must be"):
        Repeats(Numeric(), **bad)


def test_repeats_of_repeats_are_refused():
    with pytest.raises(ConfigError, match="single answers"):
        Repeats(Repeats(Numeric()))


def test_another_version_of_the_inner_evaluator_is_another_meaning(monkeypatch):
    def meaning(evaluator):
        dataset = {
            "abbr": "d",
            "reader": {"type": "compass.data.Inline", "rows": []},
            "prompt": {"type": "compass.prompts.Text", "text": "{{ question }}"},
            "ask": {"type": "compass.ask.Generate"},
            "evaluator": evaluator,
        }
        model = {"abbr": "m", "backend": {"type": "compass.models.Instant"}}
        made = experiment_from_dict({"models": [model], "datasets": [dataset]}, name="x", where="")
        return made.datasets[0].meaning()

    inner = {"type": "compass.evaluators.Numeric"}
    outer = {"type": "compass.evaluators.Repeats", "evaluator": inner}
    before, plain = meaning(outer), meaning(inner)
    monkeypatch.setattr(Numeric, "version", 99)
    assert meaning(outer) != before
    assert meaning(inner) != plain
    assert "inner_versions" not in plain


def test_a_config_says_it_in_a_line(tmp_path):
    path = tmp_path / "eval_n.py"
    path.write_text(
        "from compass.ask import Generate\n"
        "from compass.data import Inline\n"
        "from compass.evaluators import Numeric, Repeats\n"
        "from compass.models import Instant\n"
        "from compass.prompts import Text\n"
        "models = [dict(abbr='m', backend=dict(type=Instant, text='4'))]\n"
        "datasets = [dict(abbr='sums', reader=dict(type=Inline, rows=[dict(question='2 + 2', "
        "answer='4')], answer='answer'), prompt=dict(type=Text, text='{{ question }}'), "
        "ask=dict(type=Generate, n=4, temperature=1.0), "
        "evaluator=dict(type=Repeats, evaluator=dict(type=Numeric), k=[2, 4]))]\n"
    )
    from compass.cli import main

    assert experiment(path).datasets[0].evaluator.build().k == (2, 4)
    assert main(["run", str(path), "-w", str(tmp_path / "out"), "--debug"]) == 0
    (scores,) = (tmp_path / "out").glob("eval_n/*/scores.csv")
    rows = [line.split(",") for line in scores.read_text().splitlines()]
    metrics = {row[rows[0].index("metric")]: row[rows[0].index("value")] for row in rows[1:]}
    assert len(metrics) == 2 + 2 * 6
    assert {float(value) for value in metrics.values()} == {1.0}


def test_evaluators_with_values_that_are_no_shares_keep_their_headline_first():
    one = Sample(
        id="s",
        fields={},
        metadata={"instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]},
    )
    found = Repeats(InstructionFollowing(), k=1).verdict(one, answers("a", "a, b"))
    assert next(iter(found.values)) == "prompt_strict"
    assert found.values["prompt_strict"] == 0.5
