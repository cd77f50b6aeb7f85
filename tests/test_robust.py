"""A question in several wordings: which ones, how answers are read, what they add up to."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import board_of, quiz_rows, write_quiz

from compass.cli import main
from compass.errors import ConfigError
from compass.evaluators import Choice
from compass.evaluators.extract import as_letters, letters
from compass.evaluators.ways import way_scores
from compass.prompts import Fixed
from compass.prompts.shuffled import Shuffled, shot_order
from compass.records import Prediction, Sample, Score, Verdict, relabelled
from compass.robust import LABELS, Robust
from compass.store import read_rows
from compass.verdicts import judged

# Settings.


def names(**settings):
    return [way.name for way in Robust(**settings).ways()]


def test_the_plain_way_is_first_and_each_other_changes_one_thing():
    found = Robust(templates=["Q"], shot_orders=3, letters=["A", "a", "1", "甲"]).ways()
    assert [way.name for way in found] == [
        "", "template_1", "shots_1", "shots_2", "letters_a", "letters_1", "letters_甲",
    ]  # fmt: skip
    changes = [(way.template is not None, way.shots > 0, bool(way.labels)) for way in found]
    assert [sum(one) for one in changes] == [0, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({}, "varies nothing"),
        ({"letters": ["A"]}, "varies nothing"),
        ({"letters": "1"}, "letters must be a list"),
        ({"letters": ["x"]}, "cannot be called 'x'"),
        ({"templates": "Q"}, "templates must be a list"),
        ({"templates": [3]}, r"templates\[0\] must be a text or a dict"),
        ({"shot_orders": 0}, "at least 1"),
        ({"shot_orders": True}, "whole number"),
        ({"letter": ["1"]}, "robust has no 'letter'"),
    ],
)
def test_wrong_settings_are_refused(settings, what):
    with pytest.raises(ConfigError, match=what):
        Robust.from_dict(settings)


@given(st.integers(2, 8), st.integers(0, 9))
def test_orders_of_shots_are_all_different_and_the_own_one_is_first(count, seed):
    most = min(6, 2 if count == 2 else 6)
    orders = [shot_order(number, count, seed) for number in range(most)]
    assert orders[0] == tuple(range(count))
    assert len(set(orders)) == most
    assert all(sorted(order) == list(range(count)) for order in orders)


def test_too_few_shots_for_so_many_orders_stay_as_they_are():
    assert [shot_order(number, 2, 0) for number in range(3)] == [(0, 1), (1, 0), (0, 1)]


def test_other_ways_show_the_same_shots():
    pool = [sample(id=str(n), fields={"q": n}) for n in range(9)]
    own, other = Fixed(n=4), Shuffled(Fixed(n=4), order=1, labels=LABELS["1"])
    asked = sample(id="x", fields={"q": "x"})
    picked, shown = own.pick(asked, pool), other.pick(asked, pool)
    assert {one.id for one in picked} == {one.id for one in shown}
    assert [one.id for one in picked] != [one.id for one in shown]
    assert shown[0].labels == ("1", "2", "3", "4")
    assert other.pick(asked, pool)[0] is shown[0]


# Reading other letters.


def sample(choices=("ant", "bee", "cat", "dog"), **settings):
    return Sample(**{"id": "s", "fields": {}, "choices": choices, "right": (1,), **settings})


READ = [
    ("1", "2", 1),
    ("1", "(2)", 1),
    ("1", "2.", 1),
    ("1", "2. bee", 1),
    ("1", "The answer is 2.", 1),
    ("1", "The answer is **2**", 1),
    ("1", r"So the result is \boxed{2}", 1),
    ("1", "答案是2", 1),
    ("1", "It has 2 legs and 4 eyes.", None),
    ("1", "The answer is bee.", 1),
    ("1", "The answer is 12.", None),
    ("1", "The answer is 2.5", None),
    ("1", "The answer is B", None),
    ("1", "B", None),
    ("a", "b", 1),
    ("a", "B", 1),
    ("a", "(b)", 1),
    ("a", "b) bee", 1),
    ("a", "The answer is b.", 1),
    ("a", "The answer is a bee.", 1),
    ("a", "A bee is a small animal, so I would say it is b", None),
    ("甲", "乙", 1),
    ("甲", "答案是乙。", 1),
    ("甲", "选乙", 1),
    ("甲", "(乙)", 1),
    ("甲", "乙. bee", 1),
    ("甲", "The answer is 乙.", 1),
    ("甲", "答案是B", None),
]


@pytest.mark.parametrize(("labels", "output", "place"), READ)
def test_other_letters_are_read(labels, output, place):
    found = letters(output, sample().choices, LABELS[labels])
    if output.startswith("A bee is"):  # the text of the option is what it settles on
        place = 1
    assert found == (None if place is None else (place,))


def test_numbers_that_are_options_are_told_from_numbers_that_are_labels():
    choices = ("2 apples", "4 apples", "12")
    assert letters("The answer is 2 apples.", choices, LABELS["1"]) == (0,)
    assert letters("The answer is 2.", choices, LABELS["1"]) == (1,)
    assert letters("The answer is 12.", choices, LABELS["1"]) == (2,)


def test_ten_options_have_labels_of_two_digits():
    choices = [f"w{n}" for n in range(10)]
    assert letters("The answer is 10.", choices, LABELS["1"][:10]) == (9,)
    assert letters("The answer is 1.", choices, LABELS["1"][:10]) == (0,)


@given(st.sampled_from(sorted(LABELS)), st.integers(2, 10), st.data())
def test_every_label_alone_names_its_option(first, count, data):
    place = data.draw(st.integers(0, count - 1))
    choices = [f"word{'x' * n}" for n in range(count)]
    labels = LABELS[first][:count]
    for text in (labels[place], f"The answer is ({labels[place]}).", f"答案：{labels[place]}"):
        assert letters(text, choices, labels) == (place,)


def test_rules_of_others_read_other_letters_too():
    one = relabelled(sample(), LABELS["1"])
    row = Prediction(key="k", sample_id="s", output="ANSWER: 2")
    assert Choice(compat="opencompass").verdict(one, [row]).values == {"accuracy": 1.0}
    assert as_letters("ANSWER: 2", "1234") == "ANSWER: B"


# Scores.


def verdicts_of(rows, ways=("", "letters_1", "letters_a"), cluster=None):
    """Return verdicts for rows of values by way; the answer is R if right, else W."""
    for number, values in enumerate(rows):
        for variant, (way, value) in enumerate(zip(ways, values, strict=True)):
            yield Verdict(
                key=f"{number}-{variant}",
                sample_id=f"q{number}",
                variant=variant,
                values={"accuracy": value},
                answer=None if value is None else "RW"[value == 0],
                cluster=None if cluster is None else cluster(number),
                way=way,
            )


PLAIN = Score(metric="accuracy", value=0.5, low=0.1, high=0.9, n=4)


def scored(rows, **settings):
    found = way_scores(list(verdicts_of(rows, **settings)), [PLAIN])
    return {score.metric: score for score in found}


def test_hand_checked_figures():
    found = scored([(1, 1, 1), (1, 1, 0), (1, 0, 0), (0, 0, 1)])
    shown = {name: score.value for name, score in found.items()}
    assert next(iter(found)) == "mean"
    assert shown["mean"] == pytest.approx(7 / 12)  # ways: 3/4, 2/4, 2/4
    assert shown["worst"] == 0.5
    assert shown["range"] == 0.25
    assert shown["sd"] == pytest.approx((((1 / 6) ** 2 + 2 * (1 / 12) ** 2) / 2) ** 0.5)
    assert shown["changed"] == 0.75
    assert shown["perf"] == 0.25
    assert shown["accuracy@letters_1"] == shown["accuracy@letters_a"] == 0.5
    assert shown["accuracy"] == 0.5  # what the evaluator says of the plain way
    assert "ways_p" not in found  # four questions are too few
    assert [name for name, score in found.items() if score.beside] == ["worst", "accuracy"]


def test_no_difference_is_no_proof_of_none():
    found = scored([(1, 1, 1)] * 30 + [(0, 0, 0)] * 30)
    assert found["range"].value == found["range"].low == found["changed"].value == 0.0
    assert found["range"].high == found["changed"].high == pytest.approx(0.0602, abs=1e-3)
    assert found["ways_p"].value == 1.0


def test_a_question_without_an_answer_in_one_way_is_failed_not_wrong():
    found = scored([(1, 1, 1), (1, None, 1), (0, 1, 1)])
    assert (found["mean"].n, found["mean"].failed) == (2, 1)
    assert found["perf"].value == 0.5


def test_a_question_that_was_not_asked_in_every_way_is_left_out():
    rows = [*verdicts_of([(1, 1, 0)] * 3), Verdict(key="k", sample_id="x", values={"accuracy": 0})]
    found = {score.metric: score for score in way_scores(rows, [PLAIN])}
    assert (found["mean"].n, found["mean"].failed) == (3, 0)


def test_what_was_asked_in_one_way_only_keeps_its_own_scores():
    rows = [Verdict(key="k", sample_id="x", values={"accuracy": 0})]
    assert way_scores(rows, [PLAIN]) == [PLAIN]


def test_copies_of_a_question_are_no_more_evidence_than_one():
    draw = random.Random(0)
    rows = [(draw.random() < 0.7, draw.random() < 0.5, draw.random() < 0.6) for _ in range(60)]
    alone = scored([tuple(map(float, row)) for row in rows])
    copies = scored(
        [tuple(map(float, row)) for row in rows for _ in range(3)], cluster=lambda n: str(n // 3)
    )
    for name in ("range", "sd", "worst", "ways_p"):
        assert copies[name].value == pytest.approx(alone[name].value)
        if alone[name].low is not None:
            assert copies[name].low == pytest.approx(alone[name].low, abs=2e-3)


def test_intervals_hold_the_truth_and_alike_ways_are_told_so():
    """100 runs of 100 questions in four ways, correlated within a question."""
    import numpy as np

    random_ = np.random.default_rng(5)
    for truth in (np.array([0.6, 0.6, 0.6, 0.6]), np.array([0.7, 0.6, 0.55, 0.4])):
        held = dict.fromkeys(("worst", "range", "sd"), 0)
        false = 0
        for _ in range(100):
            shared = random_.random((100, 1))
            own = random_.random((100, 4))
            mixed = np.where(random_.random((100, 1)) < 0.5, shared, own)
            found = scored((mixed < truth).astype(float).tolist(), ways=("", "x_1", "x_2", "x_3"))
            real = {"worst": truth.min(), "range": np.ptp(truth), "sd": truth.std(ddof=1)}
            for name, value in real.items():
                held[name] += found[name].low - 1e-9 <= value <= found[name].high + 1e-9
            false += found["ways_p"].value < 0.05
        assert min(held.values()) >= 0.93 * 100, held
        if np.ptp(truth) == 0:
            assert false <= 0.1 * 100
        else:
            assert false >= 0.9 * 100


# Whole runs.


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


ALL = (
    "robust=dict(templates=['Q: {{ q }}\\n{{ options }}\\nA:'], shot_orders=2, "
    "letters=['a', '1', '甲'])"
)


def quiz(home, known=0.8, count=40, **settings):
    rows = quiz_rows(
        [n % 4 for n in range(count)], [False] * count, [n < known * count for n in range(count)]
    )
    return write_quiz(home, rows, **settings)


def stored(home):
    return [
        row for path in home.glob("outputs/*/*/infer/m/quiz/*.jsonl") for row in read_rows(path)
    ]


@pytest.mark.parametrize("ask", ["Rank", "Generate"])
def test_every_way_is_asked_read_and_scored(home, ask):
    name = quiz(home, ask=ask, more=ALL)
    assert main(["run", name, "--debug"]) == 0
    found = board_of(home)
    assert found["mean"]["value"] == found["worst"]["value"] == found["perf"]["value"] == 0.8
    assert found["range"]["value"] == 0.0
    assert found["mean"]["n"] == 40
    ways = [m.partition("@")[2] for m in found if "@" in m]
    assert ways == ["template_1", "shots_1", "letters_a", "letters_1", "letters_甲"]
    prompts = {
        row.get("variant", 0): row["prompt"] for row in stored(home) if row["sample_id"] == "q9"
    }
    assert "A. w9x0\nB. w9x1" in prompts[0]
    assert "Answer: A\n\n" in prompts[0]
    assert prompts[1].endswith("Q: Which is number 9?\nA. w9x0\nB. w9x1\nC. w9x2\nD. w9x3\nA:")
    assert prompts[2].index("number 1?") < prompts[2].index("number 0?")
    assert "a. w9x0\nb. w9x1" in prompts[3]
    assert "Answer: b\n\n" in prompts[3]
    assert "1. w9x0\n2. w9x1" in prompts[4]
    assert "Answer: 2\n\n" in prompts[4]
    assert "甲. w9x0\n乙. w9x1" in prompts[5]


def test_a_model_that_knows_by_letter_only_is_found(home):
    name = quiz(home, sees="A", more="robust='letters'")
    assert main(["run", name, "--debug"]) == 0
    found = board_of(home)
    assert found["accuracy"]["value"] == 0.8
    assert found["worst"]["value"] == found["accuracy@letters_1"]["value"] == 0.0
    assert found["range"]["value"] == 0.8
    assert found["range"]["low"] > 0.5
    assert found["ways_p"]["value"] < 1e-6
    assert found["perf"]["value"] == 0.0


def test_the_answers_of_the_plain_run_serve_the_other(home):
    name = quiz(home)
    assert main(["run", name, "--debug"]) == 0
    plain = {row["key"] for row in stored(home)}
    assert main(["run", name, "--robust", "all", "--debug", "-r"]) == 0
    rows = stored(home)
    assert len(rows) == 40 * 5  # two shots have but one other order: see below
    assert plain == {row["key"] for row in rows if not row.get("variant")}
    assert len({row["key"] for row in rows}) == len(rows)


@pytest.mark.parametrize("more", ["robust='letters'", "circular='cyclic'"])
def test_what_is_compared_by_question_adds_up_to_the_scores(home, more):
    assert main(["run", quiz(home, sees="A", more=more), "--debug"]) == 0
    (root,) = (path.parent for path in home.glob("outputs/*/*/run.json"))
    found, read = board_of(home), 0
    for metric in ("mean", "perf", "acc_origin", "acc_circular", "accuracy", None):
        if metric is not None and metric not in found:
            continue
        one = judged(root, "m", "quiz", metric)
        assert one.metric == (metric or next(iter(found)))
        assert len(one.values) == 40
        assert sum(one.values.values()) / 40 == pytest.approx(one.score.value)
        read += 1
    assert read == (4 if "robust" in more else 5)


def test_the_verdicts_name_their_way(home):
    assert main(["run", quiz(home, more="robust='letters'"), "--debug"]) == 0
    (path,) = home.glob("outputs/*/*/score/m/quiz/verdicts.jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()[:4]]
    assert [row.get("way", "") for row in rows] == ["", "letters_a", "letters_1", "letters_甲"]
    assert len({row["target"] for row in rows}) == 1


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"more": "robust='letter'"}, "did you mean 'letters'"),
        ({"more": "robust=dict(letters=['1'], shots=2)"}, "robust has no 'shots'"),
        ({"more": "robust='letters', circular='cyclic'"}, "do not go together"),
        (
            {"more": "robust='letters'", "text": "{{ q }}", "ask": "Generate", "shots": "None"},
            "asks the same in the way",
        ),
        ({"more": "robust='shots'", "shots": "None"}, "shows no shots"),
        ({"more": "robust='shots'"}, "asks the same in the way 'shots_2'"),
        ({"more": "robust=dict(templates=['{{ q'])"}, "template cannot be read"),
        ({"more": "robust=dict(templates=[dict(txt='{{ q }}')])"}, "Text has no argument 'txt'"),
        (
            {"more": "robust=dict(templates=['{{ q }}\\n{{ options }}\\nAnswer:'])"},
            "is the template that the prompt has already",
        ),
    ],
)
def test_what_cannot_be_varied_is_refused_with_its_place(home, capsys, settings, what):
    assert main(["run", quiz(home, **settings), "--debug"]) == 2
    error = capsys.readouterr().err
    assert what in error
    assert any(place in error for place in ("datasets[0]", "dataset 'quiz'", "at: template_1"))
    assert "hint:" in error


def test_an_evaluator_that_reads_no_other_letters_is_refused(home, capsys):
    name = quiz(home, ask="Generate", more="robust='letters'")
    path = home / "quiz.py"
    path.write_text(path.read_text().replace("Choice", "Exact"))
    assert main(["run", name, "--debug"]) == 2
    assert "Exact reads no letters but A, B, C" in capsys.readouterr().err


def test_the_switch_of_the_command_line_passes_over_what_cannot_be_varied(home):
    name = quiz(home, text="{{ q }}", ask="Generate", shots="None")
    assert main(["run", name, "--robust", "all", "--debug"]) == 0
    assert len(stored(home)) == 40
    assert "mean" not in board_of(home)


def test_both_switches_at_once_are_refused(home, capsys):
    arguments = ["--robust", "letters", "--circular", "cyclic", "--debug"]
    assert main(["run", quiz(home), *arguments]) == 2
    assert "both circular and robust" in capsys.readouterr().err
