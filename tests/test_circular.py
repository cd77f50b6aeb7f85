"""A question in every order of its options: which orders, what is asked, what it adds up to."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import board_of, quiz_rows, write_quiz

from compass.circular import Circular, reordered
from compass.cli import main
from compass.errors import ConfigError, DataError
from compass.evaluators.orders import order_scores
from compass.evaluators.slots import Slots
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


def test_the_newer_figures_of_opencompass_have_its_names():
    found = scored(KNOWN_AND_STUCK, compat="opencompass")
    figures = {"acc_origin": 1.0, "opencompass_acc_circular": 0.625, "perf_circular": 0.5}
    figures |= {"more_1_circular": 1.0, "more_2_circular": 0.5, "more_3_circular": 0.5}
    assert {name: found[name].value for name in figures} == figures
    assert "more_4_circular" not in found


def test_all_orders_give_opencompass_its_third_pattern():
    orders = Circular(kind="all").of(WORDS[:3])
    verdicts = [
        Verdict(
            key=f"{variant}",
            sample_id="q",
            variant=variant,
            values={"accuracy": float(order[0] == 0)},
            answer="A",
            target=LETTERS[order.index(0)],
            order=order,
        )
        for variant, order in enumerate(orders)
    ]
    plain = Score(metric="accuracy", value=1.0, low=None, high=None, n=1)
    settings = Circular(kind="all", compat="opencompass")
    found = {s.metric: s.value for s in order_scores(verdicts, [plain], settings)}
    assert found["acc_circular"] == found["acc_all_possible"] == pytest.approx(1 / 3)
    assert found["opencompass_acc_circular"] == pytest.approx(1 / 3)
    assert (found["more_2_all_possible"], found["perf_all_possible"]) == (1.0, 0.0)
    assert "acc_4" not in found


def test_origin_is_the_own_order_even_if_others_were_given_first():
    # OpenCompass takes the order of the first row for origin: with BCDA first that is BCDA.
    orders = Circular(kind="list", orders=["BCDA", "ABCD"]).of(WORDS[:4])
    assert orders == ((0, 1, 2, 3), (1, 2, 3, 0))


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


# Position bias.

LIKE = Score(metric="accuracy", value=0.0, low=None, high=None, n=0)


def slots_of(asked, clusters=None):
    """Return the slots named of (orders, slots) pairs."""
    slots = Slots()
    for number, (orders, named) in enumerate(asked):
        slots.add(named, orders, None if clusters is None else clusters[number])
    return slots


def bias(asked, clusters=None):
    return {score.metric: score for score in slots_of(asked, clusters).scores(LIKE)}


def content(draw, count=4, knows=0.6, key=None, **settings):
    """Return how a model answers that goes by content and guesses where it does not know.

    ``key`` is how often each option is right; None: all alike.
    """
    orders = Circular(**settings).of([*WORDS[: count - 1], "none of the above"])
    (gold,) = draw.choices(range(count), key)
    known = draw.random() < knows
    return orders, [o.index(gold) if known else draw.randrange(count) for o in orders]


def flagged(runs, make):
    return sum(slots_of(make()).p_value() < 0.05 for _ in range(runs)) / runs


def test_the_unbiased_rule_is_flagged_as_often_as_the_level_says():
    draw = random.Random(1)
    assert flagged(400, lambda: [content(draw, knows=0.565) for _ in range(60)]) <= 0.077


@pytest.mark.parametrize(
    "settings",
    [{"pinned": True}, {"kind": "all", "sample": 5}, {"kind": "list", "orders": ["BADC"]}],
)
def test_orders_that_do_not_show_every_option_in_every_slot_alike_raise_no_alarm(settings):
    draw = random.Random(2)
    asked = [content(draw, knows=0.9, key=[6, 1, 2, 1], **settings) for _ in range(300)]
    assert bias(asked)["position_bias_p"].value > 0.001
    assert bias(asked)["position_bias"].low == pytest.approx(0.0, abs=0.05)
    stuck = [(orders, [0] * len(slots)) for orders, slots in asked]
    assert bias(stuck)["position_bias_p"].value < 1e-6


def test_numbers_of_options_are_tested_together():
    draw = random.Random(3)
    few = [content(draw, count) for count in (2, 3, 4, 5) for _ in range(10)]
    stuck = [(orders, [0] * len(slots)) for orders, slots in few]
    found = bias(stuck)
    assert found["position_bias"].n == 40
    assert found["position_bias_p"].value < 1e-6
    assert flagged(100, lambda: [content(draw, 2 + n % 4) for n in range(60)]) <= 0.11


def test_unparsed_answers_count_for_no_slot_and_lose_no_question():
    draw = random.Random(4)
    asked = [content(draw) for _ in range(60)]
    holed = [(orders, [None, *slots[1:]]) for orders, slots in asked]
    assert bias(holed)["position_bias"].n == 60
    assert bias(holed)["position_bias_p"].value > 0.001
    assert bias([(orders, [None] * 4) for orders, _ in asked]) == {}


def test_one_slot_for_all_is_certain_with_enough_questions_and_not_tested_with_few():
    orders = Circular().of(WORDS[:4])
    many, few = bias([(orders, [2] * 4)] * 40), bias([(orders, [2] * 4)] * 5)
    assert 0 < many["position_bias_p"].value < 1e-9
    assert many["position_bias"].value == pytest.approx(3**0.5)
    assert "position_bias_p" not in few
    assert few["position_bias"].value == pytest.approx(3**0.5)


def test_one_order_says_nothing_about_slots():
    assert bias([(((0, 1, 2, 3),), [0])] * 40) == {}


def test_questions_of_one_passage_count_as_one():
    draw = random.Random(5)
    asked = [content(draw, knows=0.5) for _ in range(120)]
    # Four copies of each question are no more evidence than one.
    copies = [one for one in asked for _ in range(4)]
    clusters = [n // 4 for n in range(480)]
    alone, together = bias(asked), bias(copies, clusters)
    assert together["position_bias_p"].value == pytest.approx(alone["position_bias_p"].value)
    assert together["position_bias"].value == pytest.approx(alone["position_bias"].value)


def test_a_model_that_always_knows_shows_no_bias():
    found = scored([("A", "ADCB")] * 30)
    assert found["position_bias_p"].value == 1.0
    assert found["position_bias"].value == 0.0


# Repeats, and datasets without options.


def test_repeats_of_a_question_are_told_apart_and_move_together():
    """Rows come variant by variant; a question is one repeat in all its orders."""
    once = list(verdicts_of([("A", "ADCB")] * 6 + [("B", "AAAA")] * 6))
    twice = []
    for one in once:
        for repeat in (0, 1):
            twice.append(replace(one, repeat=repeat))
    plain = Score(metric="accuracy", value=0.5, low=None, high=None, n=12)
    single, double = (
        {s.metric: s for s in order_scores(rows, [plain], Circular())} for rows in (once, twice)
    )
    assert double["perf"].value == single["perf"].value == 0.5
    assert double["perf"].n == 24
    width = [s["acc_circular"].high - s["acc_circular"].low for s in (single, double)]
    assert width[0] == pytest.approx(width[1], rel=0.05)


def test_what_has_no_other_order_keeps_its_own_scores():
    verdicts = [
        Verdict(key=f"{n}", sample_id=f"{n}", values={"f1": 0.4}, order=()) for n in range(5)
    ]
    plain = [Score(metric="f1", value=0.4, low=0.3, high=0.5, n=5)]
    assert order_scores(verdicts, plain, Circular(optional=True)) == plain


# Planted defects, by the real path.


def planted(home, golds, stuck, known):
    rows = quiz_rows(golds, stuck, known)
    name = write_quiz(home, rows, more="circular='cyclic'")
    assert main(["run", name, "--debug"]) == 0
    return board_of(home)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


STUCK = [(n // 4) % 10 < 3 for n in range(400)]
KNOWN = [n // 40 < 7 for n in range(400)]


def test_a_rule_that_says_a_to_a_part_is_found(home):
    found = planted(home, [n % 4 for n in range(400)], STUCK, KNOWN)
    assert found["acc_origin"]["value"] == found["acc_circular"]["value"] == 0.565
    assert found["order_gap"]["value"] == 0.0
    assert found["order_gap"]["low"] <= 0 <= found["order_gap"]["high"]
    assert found["perf"]["value"] == 0.49
    assert 0 <= found["position_bias_p"]["value"] < 1e-9
    assert found["position_bias"]["low"] > 0.3
    assert found["accuracy"]["value"] == 0.565  # that of the plain run


def test_an_unbiased_rule_of_the_same_accuracy_has_a_better_perf_and_is_not_flagged(home):
    known = [(n * 13) % 400 < 226 for n in range(400)]
    found = planted(home, [n % 4 for n in range(400)], [False] * 400, known)
    assert found["acc_origin"]["value"] == found["perf"]["value"] == 0.565
    assert found["position_bias_p"]["value"] > 0.01


def test_a_key_that_favours_the_slot_shows_as_a_gap(home):
    golds = [0 if n % 4 < 2 else 1 + n % 3 for n in range(400)]
    found = planted(home, golds, STUCK, KNOWN)
    assert found["acc_circular"]["value"] == 0.565
    assert found["acc_origin"]["value"] == 0.64
    assert found["order_gap"]["value"] == pytest.approx(0.075)
    assert found["order_gap"]["low"] > 0


def test_the_board_shows_perf_and_the_own_order(home, capsys):
    planted(home, [n % 4 for n in range(40)], [False] * 40, [True] * 40)
    (table,) = home.glob("outputs/*/*/summary.md")
    shown = [line for line in table.read_text().splitlines() if line.startswith("| quiz")]
    assert [line.split("|")[3].strip() for line in shown] == ["perf", "acc_origin"]


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
