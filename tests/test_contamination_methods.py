"""Each method on verdicts made by hand: what it finds, and what it refuses to say."""

from __future__ import annotations

import inspect
import math

import pytest

from compass.contamination import methods
from compass.contamination.lights import assess
from compass.contamination.methods import (
    Canary,
    ChoiceCompletion,
    Exchangeability,
    GuidedPrompt,
    LossGap,
    MinK,
    OptionOrder,
    Peakedness,
    Rewritten,
    ZlibRatio,
)
from compass.contamination.methods.choice_completion import more_often
from compass.contamination.methods.loss_gap import averaged
from compass.contamination.report import to_dict, to_markdown
from compass.errors import ConfigError
from compass.records import Likelihood, Prediction, Verdict

METHODS = [getattr(methods, name) for name in methods.__all__]


class Written:
    """Verdicts and answers that stand in the test."""

    model = "m"

    def __init__(self, beside=None, **datasets):
        self.beside = beside or {}
        self.datasets = datasets

    def of(self, model):
        return self.beside[model]

    def verdicts(self, dataset):
        return [verdict for verdict, _ in self.datasets[dataset]]

    def predictions(self, dataset):
        return iter(self.datasets[dataset])


def texts(losses, **more):
    """Return verdicts on texts of ten tokens with these losses, and the answers."""
    return [
        (
            Verdict(
                key=str(n),
                sample_id=f"s{n}",
                values={"loss": loss, "tokens": 10.0, "min_k": -3 * loss, "zlib_ratio": loss / 50}
                if loss is not None
                else {"loss": None},
                **more,
            ),
            Prediction(key=str(n), sample_id=f"s{n}", losses=()),
        )
        for n, loss in enumerate(losses)
    ]


def spread(middle, count=60):
    return [middle + 0.01 * (n % 7 - 3) for n in range(count)]


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.__name__)
def test_every_method_says_what_it_is(method):
    for name in ("source", "needs", "null", "weakness"):
        assert len(getattr(method, name)) > 12
    assert inspect.getdoc(method)
    assert "dataset" in inspect.signature(method).parameters
    assert "arXiv" in method.source


def test_losses_are_averaged_as_named():
    losses, tokens = [1.0, 3.0], [1.0, 3.0]
    means = {}
    for name in ("token", "text", "opencompass"):
        found, weights = averaged(losses, tokens, name)
        means[name] = sum(a * b for a, b in zip(found, weights, strict=True)) / sum(weights)
    # opencompass: (1 * 1 / 2 + 3 * 3 / 4) / 2, the first token counted, which has no loss
    assert means == {"token": 2.5, "text": 2.0, "opencompass": pytest.approx(1.375)}


def test_a_leaked_test_has_two_gaps_below_zero_and_no_overfit():
    reading = Written(t=texts(spread(1.5)), n=texts(spread(2.0)), r=texts(spread(2.0)))
    found = LossGap("b", test="t", train="n", reference="r").findings(reading)
    assert [(f.leak, f.statistic[:2]) for f in found] == [
        ("test leak", "d1"), ("test leak", "d2"), ("training over-fit", "d2")
    ]  # fmt: skip
    assert found[0].p < 1e-6
    assert found[1].p < 1e-6
    assert found[2].p > 0.999
    assert found[0].value == pytest.approx(-0.5, abs=0.01)
    assert found[0].low < -0.48
    assert found[0].high > -0.52
    (one,) = assess("m", [LossGap("b", test="t", train="n", reference="r")], reading)
    assert one.light == "leak"
    assert "otherwise alike" in one.words


def test_a_training_set_known_by_heart_is_overfit_and_no_leak():
    reading = Written(t=texts(spread(2.0)), n=texts(spread(1.0)))
    (one,) = assess("m", [LossGap("b", test="t", train="n")], reading)
    assert one.light == "over-fit"
    assert "no sign of the test" in one.words


def moved(losses, by):
    """Losses of rewritings: each costs ``by`` more, and a little of its own."""
    return [loss + by + 0.02 * (n % 5 - 2) for n, loss in enumerate(losses)]


HARD = [2.0 + 0.4 * math.sin(3 * n) for n in range(160)]
"""Texts of very different difficulty."""


def test_what_rewriting_costs_by_itself_is_no_leak():
    """A rewritten set taken for a fresh one calls a clean model leaked; its own method does not."""
    reading = Written(
        t=texts(HARD), tr=texts(moved(HARD, 0.3)), n=texts(HARD[::-1]),
        nr=texts(moved(HARD[::-1], 0.3)),
    )  # fmt: skip
    (naive,) = assess("m", [LossGap("b", test="t", reference="tr")], reading)
    assert naive.light == "leak"
    method = Rewritten("b", test="t", rewritten="tr", control=["n", "nr"])
    (one,) = assess("m", [method], reading)
    assert one.light == "clear"
    (finding,) = method.findings(reading)
    assert finding.value == pytest.approx(0.0, abs=1e-9)
    assert finding.pairs == 80


def test_texts_that_gain_more_than_the_controls_leaked():
    """A gap of 0.03 nats, far below what texts differ by among themselves."""
    reading = Written(
        t=texts(HARD), tr=texts(moved(HARD, 0.33)), n=texts(HARD[::-1]),
        nr=texts(moved(HARD[::-1], 0.3)),
    )  # fmt: skip
    method = Rewritten("b", test="t", rewritten="tr", control=["n", "nr"])
    (finding,) = method.findings(reading)
    assert finding.p < 1e-6
    assert finding.value == pytest.approx(-0.03)
    assert finding.low < -0.03 < finding.high < 0
    assert LossGap("b", test="t", train="n").findings(reading)[0].p > 0.3
    (one,) = assess("m", [method], reading)
    assert one.light == "leak"
    margin = Rewritten("b", test="t", rewritten="tr", control=["n", "nr"], margin=0.1)
    assert margin.findings(reading)[0].p > 0.99


def test_a_baseline_model_is_a_control_text_by_text():
    clean = Written(t=texts(HARD), tr=texts(moved(HARD, 0.3)))
    leaked = [loss - (0.05 if n % 2 else 0.0) for n, loss in enumerate(HARD)]
    reading = Written(
        {"m": clean, "old": clean}, t=texts(leaked), tr=texts(moved(HARD, 0.3))
    )  # fmt: skip
    method = Rewritten("b", test="t", rewritten="tr", baseline="old")
    (finding,) = method.findings(reading)
    assert finding.statistic.endswith("- old's")
    assert finding.value == pytest.approx(-0.025)
    assert finding.p < 1e-6
    assert not finding.matched
    itself = Rewritten("b", test="t", rewritten="tr", baseline="m")
    (finding,) = itself.findings(reading)
    assert finding.p is None
    assert method.models() == ("old",)


def test_a_rewriting_alone_tests_nothing_and_finds_its_text_by_its_id():
    reading = Written(t=texts(HARD), tr=texts([*moved(HARD, 0.3)[:30], None]))
    method = Rewritten("b", test="t", rewritten="tr")
    (finding,) = method.findings(reading)
    assert (finding.p, finding.n) == (None, 30)
    assert "no control" in finding.note
    assert "1 without an answer" in finding.note
    (one,) = assess("m", [method], reading)
    assert one.light == "unknown"
    others = [(verdict, None) for verdict, _ in texts(HARD)]
    for verdict, _ in others:
        object.__setattr__(verdict, "sample_id", "x" + verdict.sample_id)
    with pytest.raises(ConfigError, match="has the id"):
        method.findings(Written(t=texts(HARD), tr=others))


def test_loss_gap_wants_something_to_compare_with():
    with pytest.raises(ConfigError, match="compares the test with something"):
        LossGap("b", test="t")
    with pytest.raises(ConfigError, match="did you mean 'text'"):
        LossGap("b", test="t", train="n", average="texts")


def test_no_light_without_a_test():
    reading = Written(t=texts(spread(1.0)))
    (one,) = assess("m", [MinK("b", test="t")], reading)
    assert one.light == "unknown"
    assert "nothing was tested" in one.words
    assert one.weighed[0].finding.p is None


def test_clear_only_where_a_leak_would_have_been_seen():
    few = Written(t=texts(spread(2.0, 10)), r=texts(spread(2.0, 10)))
    many = Written(t=texts(spread(2.0, 300)), r=texts(spread(2.0, 300)))
    check = [ZlibRatio("b", test="t", reference="r")]
    assert assess("m", check, few)[0].light == "unknown"
    (one,) = assess("m", check, many)
    assert one.light == "clear"
    assert "could have seen a leak of 20% of the texts" in one.words


def test_the_more_is_looked_at_the_less_one_alarm_counts():
    odd = texts([2.0 - 0.035 + 0.1 * (n % 7 - 3) for n in range(420)])
    even = texts([2.0 + 0.1 * (n % 7 - 3) for n in range(420)])
    reading = Written(t=odd, r=even, e=even)
    alone = [LossGap("b", test="t", reference="r")]
    assert assess("m", alone, reading)[0].light == "leak"
    others = [LossGap(f"b{n}", test="e", reference="r") for n in range(40)]
    lights = {one.dataset: one.light for one in assess("m", [*alone, *others], reading)}
    assert lights["b"] == "doubt"
    assert set(lights.values()) == {"doubt", "clear"}


def test_failed_calls_are_left_out_and_said():
    reading = Written(t=texts([*spread(1.5), None]), r=texts(spread(2.0)))
    (found,) = LossGap("b", test="t", reference="r").findings(reading)
    assert found.n == 60
    assert "1 without an answer left out" in found.note


def blocked(own, other, count=30):
    """Return texts in four orders, the own one with a loss of its own."""
    rows = []
    for block in range(count):
        for place in range(4):
            loss = (own if place == 0 else other) + 0.01 * ((7 * block + 3 * place) % 5)
            verdict = Verdict(
                key=f"{block}-{place}",
                sample_id=f"q-{block}-{place}",
                values={"loss": loss, "tokens": 20.0},
            )
            rows.append((verdict, Prediction(key=verdict.key, sample_id=verdict.sample_id)))
    return rows


@pytest.mark.parametrize("method", [Exchangeability, OptionOrder])
def test_a_preferred_order_is_found_and_no_preference_is_not(method):
    (leaked,) = method("b", test="t").findings(Written(t=blocked(1.0, 1.2)))
    (clean,) = method("b", test="t").findings(Written(t=blocked(1.2, 1.2)))
    assert leaked.p < 0.001
    assert leaked.n == 30
    assert not leaked.matched
    assert clean.p > 0.05


def test_a_block_with_a_failed_order_is_left_out():
    rows = blocked(1.0, 1.2)
    broken = Verdict(key="x", sample_id="q-0-2", values={"loss": None})
    rows[2] = (broken, rows[2][1])
    (found,) = Exchangeability("b", test="t").findings(Written(t=rows))
    assert found.n == 29
    assert "1 without an answer" in found.note


def test_a_circular_run_tells_the_order_of_options_by_the_way():
    rows = []
    for question in range(20):
        for variant in range(3):
            prompt = -30.0 if variant == 0 else -33.0 - 0.1 * ((question + variant) % 3)
            verdict = Verdict(key="k", sample_id=f"q{question}", variant=variant, values={})
            first = Likelihood(-2.0, 1, -2.0, False, prompt - 2.0, 12)
            answer = Prediction(key="k", sample_id=f"q{question}", likelihoods=(first, first))
            rows.append((verdict, answer))
    (found,) = OptionOrder("b", test="t", circular=True).findings(Written(t=rows))
    assert found.p < 0.001
    assert "100% of the own orders" in found.note


def canaries(own, others):
    return [
        (Verdict(key=str(n), sample_id=f"canary-{n}", values={"loss": x, "tokens": 1.0}), None)
        for n, x in enumerate([own, *others])
    ]


@pytest.mark.parametrize(("own", "rank"), [(0.5, 1), (1.5, 2), (99.0, 100)])
def test_the_p_of_a_canary_is_its_rank(own, rank):
    reading = Written(t=canaries(own, [float(n) for n in range(1, 100)]))
    (found,) = Canary("b", test="t").findings(reading)
    expected = rank if own < 99 else 100
    assert found.p == pytest.approx(expected / 100)
    assert found.value == pytest.approx(math.log2(100 / expected))


def scored(name, values):
    return [
        (Verdict(key=f"{n}", sample_id=f"s{n}", values={name: value}), None)
        for n, value in enumerate(values)
    ]


def test_guidance_that_helps_is_found():
    general = scored("rougeL", [0.3 + 0.01 * (n % 5) for n in range(40)])
    guided = scored("rougeL", [0.4 + 0.01 * (n % 7) for n in range(40)])
    (found,) = GuidedPrompt("b", guided="g", general="n").findings(Written(g=guided, n=general))
    assert found.p < 0.001
    (none,) = GuidedPrompt("b", guided="n", general="n").findings(Written(n=general))
    assert none.p == pytest.approx(1.0)
    assert none.value == 0


def test_hidden_options_named_more_often_than_in_the_reference():
    test, other = scored("accuracy", [1.0] * 20 + [0.0] * 20), scored("accuracy", [0.0] * 40)
    reading = Written(t=test, r=other)
    (found,) = ChoiceCompletion("b", test="t", reference="r").findings(reading)
    assert found.p < 1e-6
    assert found.value == pytest.approx(0.5)
    (alone,) = ChoiceCompletion("b", test="t").findings(reading)
    assert alone.p is None


def test_the_exact_test_of_two_shares_by_hand():
    # Of C(4, 2) = 6 ways to share out two hits over two and two, one has both on the left.
    assert more_often(2, 2, 0, 2) == pytest.approx(1 / 6)
    assert more_often(0, 2, 2, 2) == pytest.approx(1.0)


def drawn(texts_of):
    return [
        (
            Verdict(key=f"{n}-{k}", sample_id=f"s{n}", repeat=k, values={}),
            Prediction(key=f"{n}-{k}", sample_id=f"s{n}", output=text),
        )
        for n, outputs in enumerate(texts_of)
        for k, text in enumerate(outputs)
    ]


def test_answers_that_repeat_the_greedy_one_are_peaked():
    same = "the answer is seven because three and four make seven"
    other = "I do not know what the right answer could possibly be"
    reading = Written(
        g=drawn([[same]] * 10), d=drawn([[same, same, other]] * 10),
        rg=drawn([[same]] * 10), rd=drawn([[other] * 3] * 10),
    )  # fmt: skip
    (found,) = Peakedness("b", greedy="g", drawn="d", reference=["rg", "rd"]).findings(reading)
    assert found.value == 1.0
    assert found.p < 0.001
    assert "peak above 0.01 for 10 of 10" in found.note
    (alone,) = Peakedness("b", greedy="g", drawn="d").findings(reading)
    assert alone.p is None
    assert alone.value == pytest.approx(2 / 3)


def test_the_report_is_json_and_a_page_that_no_name_can_break():
    reading = Written(t=texts(spread(1.5)), r=texts(spread(2.0)))
    check = LossGap("a|b\n# <script>", test="t", reference="r")
    found = assess("m", [check], reading)
    document = to_dict(found, [check])
    assert document["assessments"][0]["light"] == "leak"
    assert document["assessments"][0]["findings"][0]["adjusted"] < 1e-6
    assert document["methods"]["LossGap"]["null"] == LossGap.null
    page = to_markdown(found, [check])
    assert "<script>" not in page
    assert "\n# <" not in page


def test_verdicts_of_another_evaluator_are_refused_in_words():
    reading = Written(t=scored("accuracy", [1.0]), r=scored("accuracy", [1.0]))
    with pytest.raises(ConfigError, match="'min_k' of verdicts that have only: accuracy"):
        MinK("b", test="t", reference="r").findings(reading)
    with pytest.raises(ConfigError, match="'s0' is not one of several orders"):
        Exchangeability("b", test="t").findings(Written(t=texts([1.0])))


def test_a_run_without_any_answer_concludes_nothing():
    reading = Written(t=texts([None, None]), r=[], g=[], d=[])
    checks = [
        LossGap("b", test="t", reference="r"), MinK("b", test="t", reference="r"),
        Exchangeability("b", test="r"), OptionOrder("b", test="r"), Canary("b", test="r"),
        GuidedPrompt("b", guided="g", general="d"), ChoiceCompletion("b", test="r", reference="r"),
        Peakedness("b", greedy="g", drawn="d", reference=["g", "d"]),
    ]  # fmt: skip
    (one,) = assess("m", checks, reading)
    assert one.light == "unknown"
    assert all(weighed.finding.p is None for weighed in one.weighed)
    assert to_markdown([one], checks)
