"""A question in every order of its options: which orders, what is asked, what it adds up to."""

from __future__ import annotations

import json
import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.circular import Circular, reordered
from compass.cli import main
from compass.errors import ConfigError, DataError
from compass.evaluators.orders import order_scores
from compass.records import LETTERS, Sample, Score, Verdict

WORDS = ("ant", "bee", "cat", "dog", "eel", "fox")


def sample_of(count=4, right=0, choices=None):
    return Sample(
        id="s",
        fields={"question": "?"},
        choices=tuple(choices or WORDS[:count]),
        right=(right,),
        targets=(WORDS[right],),
    )


# Orders.


def test_the_shifts_of_four_options_are_those_of_circulareval():
    shown = ["".join(LETTERS[p] for p in order) for order in Circular().of(WORDS[:4])]
    assert shown == ["ABCD", "BCDA", "CDAB", "DABC"]


@given(st.integers(2, 26))
def test_over_all_shifts_every_option_stands_once_in_every_slot(count):
    orders = Circular().of([f"option {n}" for n in range(count)])
    assert len(orders) == count
    for slot in range(count):
        assert sorted(order[slot] for order in orders) == list(range(count))


def test_all_orders_are_all_permutations():
    orders = Circular(kind="all").of(WORDS[:4])
    assert sorted(orders) == sorted(permutations(range(4)))
    assert orders[0] == (0, 1, 2, 3)


def test_a_draw_of_orders_has_the_own_one_and_no_order_twice():
    orders = Circular(kind="all", sample=24, seed=3).of([str(n) for n in range(10)])
    assert len(set(orders)) == 24
    assert orders[0] == tuple(range(10))
    assert orders == Circular(kind="all", sample=24, seed=3).of([str(n) for n in range(10)])
    assert orders != Circular(kind="all", sample=24, seed=4).of([str(n) for n in range(10)])


def test_too_many_orders_are_refused_with_a_way_out():
    with pytest.raises(DataError, match="3628800 orders") as caught:
        Circular(kind="all").of([str(n) for n in range(10)])
    assert "sample" in caught.value.hint


def test_options_that_speak_of_others_stay_in_their_slot():
    choices = ["iron", "gold", "none of the above", "tin"]
    orders = Circular(pinned=True).of(choices)
    assert orders == ((0, 1, 2, 3), (1, 3, 2, 0), (3, 0, 2, 1))
    assert Circular(pinned=["GOLD"]).of(choices)[1] == (2, 1, 3, 0)


@pytest.mark.parametrize(
    "text", ["All of the above", "Both A and B", "neither of these", "以上都不对", "A和B"]
)
def test_such_options_are_known(text):
    assert len(Circular(pinned=True).of(["one", "two", text])) == 2


def test_given_orders_may_be_letters_or_places():
    orders = Circular(kind="list", orders=["CBA", [1, 0, 2]]).of(WORDS[:3])
    assert orders == ((0, 1, 2), (2, 1, 0), (1, 0, 2))
    with pytest.raises(DataError, match="does not fit a question of 4 options"):
        Circular(kind="list", orders=["CBA"]).of(WORDS[:4])


@pytest.mark.parametrize(
    "settings", [{"kind": "round"}, {"kind": "list"}, {"sample": 0}, {"turn": 1}, {"pinned": "x"}]
)
def test_wrong_settings_are_refused(settings):
    with pytest.raises(ConfigError):
        Circular.from_dict(settings)


@given(st.permutations(range(5)), st.integers(0, 4))
def test_the_right_option_stays_right_in_every_order(order, right):
    sample = sample_of(5, right)
    shown = reordered(sample, tuple(order))
    assert [shown.choices[place] for place in shown.right] == [sample.choices[right]]


# Scores.


def verdicts_of(rows, count=4, probability=None):
    """Return verdicts for rows of (right option, answers by shift), answers as letters."""
    orders = Circular().of(WORDS[:count])
    for number, (gold, answers) in enumerate(rows):
        for variant, (order, answer) in enumerate(zip(orders, answers, strict=True)):
            target = LETTERS[order.index(LETTERS.index(gold))]
            values = {"accuracy": float(answer == target)}
            if probability is not None:
                values["probability"] = probability
            yield Verdict(
                key=f"{number}-{variant}",
                sample_id=f"q{number}",
                variant=variant,
                values=values,
                answer=None if answer == "-" else answer,
                target=target,
                order=order,
                reason="unparsed" if answer == "-" else "",
            )


def scored(rows, **settings):
    verdicts = list(verdicts_of(rows, settings.pop("count", 4), settings.pop("probability", None)))
    mean = sum(v.values["accuracy"] for v in verdicts) / len(verdicts)
    plain = Score(metric="accuracy", value=mean, low=None, high=None, n=len(verdicts))
    return {s.metric: s for s in order_scores(verdicts, [plain], Circular(**settings))}


# One question answered rightly wherever its option stands, one answered A whatever stands there.
KNOWN_AND_STUCK = [("A", "ADCB"), ("A", "AAAA")]


def test_hand_checked_figures():
    found = scored(KNOWN_AND_STUCK, probability=0.25)
    shown = {name: score.value for name, score in found.items()}
    assert shown["perf"] == 0.5
    assert shown["acc_origin"] == 1.0
    assert shown["acc_circular"] == 0.625
    assert shown["order_gap"] == 0.375
    assert [shown[f"more_{j}"] for j in (1, 2, 3)] == [1.0, 0.5, 0.5]
    assert shown["consistency"] == 0.5
    assert shown["prob"] == 0.25
    assert shown["vote_ties"] == 0.5
    assert shown["prior_A"] == 0.625
    assert shown["prior_B"] == shown["prior_C"] == shown["prior_D"] == 0.125
    assert next(iter(found)) == "perf"


def test_chance_levels():
    found = scored([("A", "ADCB")])
    assert found["perf"].chance == pytest.approx(0.25**4)
    assert found["acc_origin"].chance == found["vote"].chance == 0.25
    assert found["more_1"].chance == pytest.approx(1 - 0.75**4)


def test_tied_votes_do_not_go_to_the_first_option():
    stuck = [(gold, "AAAA") for gold in "ABCD" for _ in range(100)]
    found = scored(stuck)
    assert found["vote_ties"].value == 1.0
    assert found["vote"].value == pytest.approx(0.25, abs=0.08)
    first = scored([("A", "AAAA")] * 400)
    assert first["vote"].value == pytest.approx(0.25, abs=0.08)


def test_the_figures_of_opencompass_on_the_same_predictions():
    found = scored(KNOWN_AND_STUCK, compat="opencompass")
    figures = {"acc_4": 0.625, "acc_1": 1.0, "perf_4": 0.5, "vote_4": 1.0}
    figures |= {"opencompass_prior_A": 0.625, "more_4_0": 1.0, "more_4_4": 0.5}
    assert {name: found[name].value for name in figures} == figures


def test_a_question_without_an_answer_in_one_order_is_failed_not_wrong():
    verdicts = list(verdicts_of([("A", "ADCB"), ("A", "ADCB")]))
    lost = Verdict(
        key="lost",
        sample_id="q1",
        variant=3,
        values={"accuracy": None},
        target="B",
        order=verdicts[-1].order,
        reason="failed",
    )
    plain = Score(metric="accuracy", value=1.0, low=None, high=None, n=7, failed=1)
    found = {s.metric: s for s in order_scores([*verdicts[:-1], lost], [plain], Circular())}
    assert (found["perf"].value, found["perf"].n, found["perf"].failed) == (1.0, 1, 1)


def test_an_unparsed_answer_names_no_slot():
    found = scored([("A", "A-CB")])
    assert found["perf"].value == 0.0
    assert found["perf"].unparsed == 1
    assert found["prior_D"].value == 0.0


def rule(draw, knows, sticks=0.0):
    """Return a question with balanced gold and the answers of a rule with fixed knowledge."""
    gold = draw.choice("ABCD")
    answers = []
    stuck = draw.random() < sticks
    known = draw.random() < knows
    for order in Circular().of(WORDS[:4]):
        target = LETTERS[order.index(LETTERS.index(gold))]
        if stuck:
            answers.append("A")
        else:
            answers.append(target if known else draw.choice("ABCD"))
    return gold, "".join(answers)


def test_a_model_that_sticks_to_a_slot_is_flagged_and_one_that_guesses_is_not():
    draw = random.Random(0)
    biased = scored([rule(draw, 0.7, 0.3) for _ in range(400)])
    fair = scored([rule(draw, 0.565) for _ in range(400)])
    assert biased["position_bias_p"].value < 1e-6
    assert biased["position_bias"].value > 0.3
    assert fair["position_bias_p"].value > 0.001
    assert biased["perf"].value < fair["perf"].value


@pytest.mark.slow
def test_a_fair_model_is_flagged_as_often_as_the_level_says():
    draw = random.Random(1)
    flagged = sum(
        scored([rule(draw, 0.565) for _ in range(100)])["position_bias_p"].value < 0.05
        for _ in range(400)
    )
    assert flagged / 400 <= 0.077


def test_a_model_that_always_knows_shows_no_bias():
    found = scored([("A", "ADCB")] * 30)
    assert found["position_bias_p"].value == 1.0
    assert found["position_bias"].value == 0.0


# Whole runs.


@pytest.fixture
def quiz(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [
        {"q": f"Which is number {n}?", "o": [f"w{n}{k}" for k in range(4)], "a": "ABCD"[n % 4]}
        for n in range(40)
    ]
    (tmp_path / "quiz.jsonl").write_text("\n".join(map(json.dumps, rows)))

    def config(name="eval_quiz", circular="", rule="right", text="{{ q }}\\n{{ options }}"):
        (tmp_path / f"{name}.py").write_text(
            f"""
from compass.ask import Rank
from compass.data import Rows
from compass.evaluators import Choice
from compass.models.instant import Instant
from compass.prompts import Text

models = [dict(abbr='m', backend=dict(type=Instant, rule={rule!r}))]
datasets = [dict(
    abbr='quiz',
    reader=dict(type=Rows, path='quiz.jsonl', question='q', choices='o', answer='a'),
    prompt=dict(type=Text, text='{text}'),
    ask=dict(type=Rank), evaluator=dict(type=Choice), {circular}
)]
"""
        )
        return f"{name}.py"

    return config


def shown(tmp_path):
    (path,) = tmp_path.glob("outputs/*/*/summary.json")
    rows = json.loads(path.read_text())["rows"]
    return {row["metric"]: row["scores"]["m"]["value"] for row in rows}


def test_one_switch_asks_every_shift_and_reports_perf(quiz, tmp_path):
    assert main(["run", quiz(circular="circular='cyclic'"), "--debug"]) == 0
    found = shown(tmp_path)
    assert found["perf"] == found["vote"] == found["consistency"] == 1.0
    assert found["prob"] == pytest.approx(0.5)
    (log,) = tmp_path.glob("outputs/*/*/infer/m/quiz/*.jsonl")
    assert len(log.read_text().splitlines()) == 160


def test_a_model_that_says_a_has_perf_zero(quiz, tmp_path):
    assert main(["run", quiz(rule="first"), "--circular", "cyclic", "--debug"]) == 0
    found = shown(tmp_path)
    assert found["perf"] == 0.0
    assert found["prior_A"] == 1.0
    assert found["acc_circular"] == 0.25
    assert found["position_bias_p"] < 1e-9


def test_the_answers_of_the_plain_run_serve_the_circular_one(quiz, tmp_path):
    name = quiz()
    assert main(["run", name, "--debug"]) == 0
    (log,) = tmp_path.glob("outputs/*/*/infer/m/quiz/*.jsonl")
    plain = set(log.read_text().splitlines())
    assert main(["run", name, "--circular", "cyclic", "--debug", "-r"]) == 0
    rows = [r for p in log.parent.glob("*.jsonl") for r in p.read_text().splitlines()]
    assert len(rows) == 160
    assert plain <= set(rows)


def test_a_prompt_that_does_not_show_the_options_is_refused(quiz, capsys):
    assert main(["run", quiz(circular="circular='cyclic'", text="{{ q }}"), "--debug"]) == 2
    assert "asks the same in every order" in capsys.readouterr().err


def test_the_switch_of_the_command_line_passes_over_such_prompts(quiz, tmp_path):
    assert main(["run", quiz(text="{{ q }}"), "--circular", "cyclic", "--debug"]) == 0
    (log,) = tmp_path.glob("outputs/*/*/infer/m/quiz/*.jsonl")
    assert len(log.read_text().splitlines()) == 40
