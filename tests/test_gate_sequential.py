"""The gate that asks in rounds: its answers, its order, and what it refuses."""

from __future__ import annotations

import json
import random

import numpy
import pytest

from compass.cli import main
from compass.errors import ConfigError, DataError
from compass.gate.baseline import Baseline
from compass.gate.order import asked_of, order_of
from compass.gate.pairs import Pair
from compass.gate.sequential import Sequential
from compass.store import read_rows
from compass.verdicts import Judged, Place, differences

N = 600

CONFIG = """
from compass.ask import Generate
from compass.data.rows import Rows
from compass.evaluators import Choice
from compass.models.replay import Replay
from compass.prompts import Text

models = [dict(abbr='m', backend=dict(type=Replay, path={answers!r}))]
datasets = [
    dict(
        abbr='quiz',
        reader=dict(type=Rows, path={rows!r}, question='question', choices='choices',
                    answer='answer', id='id'),
        prompt=dict(type=Text, text={prompt!r}),
        ask=dict(type=Generate, max_new_tokens=4),
        evaluator=dict(type=Choice),
    )
]
"""
PROMPT = "{{ question }}\n{{ options }}\nAnswer:"


def right_ones(seed=1):
    dice = random.Random(seed)
    return [dice.random() < 0.6 for _ in range(N)]


def flipped(right, worse, better=0.0, seed=2):
    """Return answers of which so large a share is worse, and better, on average."""
    dice = random.Random(seed)
    return [dice.random() >= worse / 0.6 if one else dice.random() < better / 0.4 for one in right]


class Quiz:
    """Models whose answers are known, and a baseline of one of them."""

    def __init__(self, home) -> None:
        self.home = home
        rows = [
            {"id": f"q{n}", "question": f"{n}?", "choices": ["1", "2"], "answer": "A"}
            for n in range(N)
        ]
        (home / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.baseline = home / "b.json"
        self.run("base", right_ones())
        assert main(["baseline", "save", str(home / "out/base"), "-o", str(self.baseline)]) == 0

    def to(self):
        return ["-w", str(self.home / "out"), "--debug"]

    def run(self, name, right):
        assert main(["run", self.config(name, right), "--no-report", *self.to()]) == 0
        return str(self.home / "out" / name)

    def config(self, name, right, prompt=PROMPT):
        answers, config = self.home / f"{name}.jsonl", self.home / f"{name}.py"
        lines = [
            {"sample_id": f"q{n}", "output": "A" if one else "B"} for n, one in enumerate(right)
        ]
        answers.write_text("".join(json.dumps(line) + "\n" for line in lines))
        config.write_text(
            CONFIG.format(answers=str(answers), rows=str(self.home / "rows.jsonl"), prompt=prompt)
        )
        return str(config)

    def gate(self, capsys, config, *more, code):
        capsys.readouterr()
        asked = ["gate", config, "--baseline", str(self.baseline), "--sequential", "--json"]
        assert main([*asked, *self.to(), *more]) == code
        said = capsys.readouterr()
        return json.loads(said.out) if said.out else said.err

    def asked(self, name):
        """Return the ids that were asked."""
        folder = sorted((self.home / f"out/{name}-gate").glob("*"))[0]
        logs = sorted(folder.glob("infer/m/quiz/*.jsonl"))
        return [row["sample_id"] for log in logs for row in read_rows(log)]


@pytest.fixture(scope="module")
def quiz(tmp_path_factory):
    return Quiz(tmp_path_factory.mktemp("quiz"))


def test_a_clear_drop_fails_and_a_clear_rise_passes_after_a_part_of_the_questions(quiz, capsys):
    bad = quiz.config("bad", flipped(right_ones(), 0.15, 0.02))
    found = quiz.gate(capsys, bad, code=1)
    assert found["answer"] == "fail" and found["asked"]["questions"] < N / 2
    assert len(set(quiz.asked("bad"))) == len(quiz.asked("bad")) == found["asked"]["questions"]
    rule = found["rules"][0]
    value, low, high = rule["change"]
    assert rule["n"] == found["asked"]["questions"] and low < value < high < -0.01

    good = quiz.config("good", flipped(right_ones(), 0.0, 0.15))
    found = quiz.gate(capsys, good, code=0)
    assert found["answer"] == "pass" and found["asked"]["questions"] < found["asked"]["of"] == N


def test_what_stays_uncertain_is_asked_to_the_end_and_like_answers_pass_there(quiz, capsys):
    near = quiz.config("near", flipped(right_ones(), 0.05, 0.04))
    found = quiz.gate(capsys, near, code=6)
    assert found["answer"] == "cannot tell" and found["asked"]["questions"] == N

    # No number of like answers shows that the next is alike: only when none is left.
    rules = quiz.home / "none.toml"
    rules.write_text("[default]\nno_worse_than = 0.0\n")
    same = quiz.config("same", right_ones())
    found = quiz.gate(capsys, same, "--rules", str(rules), code=0)
    assert found["asked"]["questions"] == N and found["rules"][0]["change"][0] == 0


def test_averages_and_floors_are_ruled_on_in_rounds(quiz, capsys):
    rules = quiz.home / "average.toml"
    rules.write_text(
        "[default]\nno_worse_than = false\nfloor = 20\n[average]\nno_worse_than = 2.0\n"
    )
    bad = quiz.config("average", flipped(right_ones(), 0.2, 0.02))
    found = quiz.gate(capsys, bad, "--rules", str(rules), code=1)
    answers = {(one["subject"], one["rule"]): one["answer"] for one in found["rules"]}
    assert answers["quiz", "floor"] == "pass"
    assert answers["average", "no_worse_than"] == "fail"
    assert found["asked"]["questions"] < N


def test_a_gate_that_is_resumed_asks_nothing_again(quiz, capsys):
    bad = quiz.config("again", flipped(right_ones(), 0.15, 0.02))
    first = quiz.gate(capsys, bad, code=1)
    asked = quiz.asked("again")
    assert quiz.gate(capsys, bad, "-r", code=1) == {**first, "candidate": first["candidate"]}
    assert quiz.asked("again") == asked
    assert quiz.gate(capsys, bad, "--seed", "5", code=1)["asked"]["seed"] == 5


def test_questions_that_models_were_split_on_come_first(quiz, capsys):
    past = []
    for number in range(4):
        dice = random.Random(number)
        shaky = [one if n < N // 2 else dice.random() < 0.5 for n, one in enumerate(right_ones())]
        past.append(quiz.run(f"past{number}", shaky))
    bad = quiz.config("weighted", flipped(right_ones(), 0.15, 0.02))

    found = quiz.gate(capsys, bad, "--past", *past, code=1)

    assert found["asked"]["weighted"]
    early = [int(one[1:]) >= N // 2 for one in quiz.asked("weighted")]
    assert sum(early) > 0.6 * len(early)
    rules = quiz.home / "unparsed.toml"
    rules.write_text("[default]\nunparsed = 1.0\n")
    said = quiz.gate(capsys, bad, "--past", *past, "--rules", str(rules), code=2)
    assert "unparsed cannot be counted" in said
    rules.write_text("[default]\nno_leak = true\n")
    said = quiz.gate(capsys, bad, "--rules", str(rules), code=2)
    assert "makes no contamination checks" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--candidate", "x"], "no --candidate"),
        (["--first", "1"], "--first must be"),
        (["--grow", "1"], "--grow above 1"),
        (["--models", "z"], "it is not clear which model"),
    ],
)
def test_wrong_rounds_are_said(quiz, capsys, arguments, words):
    config = quiz.config("wrong", right_ones())
    assert words in quiz.gate(capsys, config, *arguments, code=2)


def test_a_changed_prompt_is_refused_before_anything_is_asked(quiz, capsys):
    config = quiz.config("prompt", right_ones(), prompt="So: " + PROMPT)
    said = quiz.gate(capsys, config, code=3)
    assert "has changed: version" in said and "hint:" in said
    assert not (quiz.home / "out/prompt-gate").exists()


def test_a_gate_without_rounds_wants_a_candidate(quiz, capsys):
    assert main(["gate", "--baseline", str(quiz.baseline)]) == 2
    assert "--sequential" in capsys.readouterr().err


def judged(values, groups=None, scale=1.0):
    return Judged(
        model="m",
        dataset="d",
        version="v",
        metric="accuracy",
        scores=(),
        values={Place(f"q{n}"): float(value * scale) for n, value in enumerate(values)},
        groups=groups or {},
    )


def pair_of(before, after):
    return Pair("d", "accuracy", "share", 1, differences(before, after), before, after)


def first_of(before, order, count):
    baseline = Baseline(model="m", identity="", run="", datasets={"d": before})
    return asked_of(baseline, {"d": order}, {"d": count}).datasets["d"]


def test_samples_of_a_passage_are_asked_together():
    groups = {f"q{n}": f"p{n // 5}" for n in range(50)}
    before = judged([1] * 50, groups)
    order = order_of(before, 3)
    assert len(order.units) == 10 and order.questions == 50
    first = order.first(2)
    assert len(first) == 10 and len({groups[one] for one in first}) == 2
    assert order_of(before, 3) == order != order_of(before, 4)
    assert {place.sample for place in first_of(before, order, 2).values} == set(first)


def test_passages_count_once():
    """Ten answers that fall together are worth little more than one."""
    dice = random.Random(1)
    falls = [dice.random() < 0.3 for _ in range(40)]
    groups = {f"q{n}": f"p{n // 10}" for n in range(400)}
    before, after = [1] * 400, [not falls[n // 10] for n in range(400)]
    told = []
    for clusters in (groups, None):
        one, other = judged(before, clusters), judged(after, clusters)
        method = Sequential({"d": order_of(one, 0)})
        told.append(method.drop(pair_of(one, other)).above(0.0))
    assert told[0] > 1e4 * told[1]


def test_the_average_is_tested_a_question_of_each_dataset_at_a_time():
    dice = numpy.random.default_rng(3)
    pairs, orders = [], {}
    for name in ("a", "b", "c"):
        before, after = judged([1] * 150), judged(dice.random(150) >= 0.05)
        pairs.append(pair_of(before, after)._replace(dataset=name))
        orders[name] = order_of(before, 0)
    method = Sequential(orders)
    mean = method.mean(pairs)
    assert mean.value == pytest.approx(numpy.mean([method.drop(p).value for p in pairs]))
    assert mean.above(0.0) < method.drop(pairs[0]).above(0.0)
    assert mean.n == 450


def test_all_of_a_pool_is_known_for_certain():
    """Where the claim is about the pool, nothing is left to chance once all is asked."""
    dice = random.Random(2)
    before, after = judged([1] * 100), judged([n % 20 != 0 for n in range(100)])
    order = order_of(before, 0, [judged([dice.random() < 0.5 for _ in range(100)])])
    drop = Sequential({"d": order}).drop(pair_of(before, after))
    assert drop.value == pytest.approx(0.05)
    assert drop.above(0.049) == drop.below(0.051) == 0.0
    assert drop.above(0.051) > 0.05 and drop.below(0.049) > 0.05

    half = Sequential({"d": order}).drop(pair_of(first_of(before, order, 50), after))
    assert half.above(0.0) > 0 and half.below(0.2) > 0
    # Were all of the other half worse, too, the drop could be no more than this.
    assert half.below((half.worse + 50) / 100 + 1e-6) == 0.0


def test_weighted_draws_are_right_on_average():
    dice = random.Random(9)
    before, after, *past = (
        judged([dice.random() < share for _ in range(200)]) for share in (0.6, 0.5, 0.6, 0.6)
    )
    whole = sum(before.values.values()) / 200 - sum(after.values.values()) / 200
    found = []
    for seed in range(300):
        order = order_of(before, seed, past)
        asked = first_of(before, order, 60)
        found.append(Sequential({"d": order}).drop(pair_of(asked, after)).value)
    error = numpy.std(found) / len(found) ** 0.5
    assert abs(numpy.mean(found) - whole) < 3 * error and error < 0.01


def test_what_has_no_bounds_and_averages_of_weighted_draws_are_refused():
    one = judged([1] * 20, scale=3)
    with pytest.raises(DataError, match="within 0 to 1"):
        Sequential({"d": order_of(one, 0)}).drop(pair_of(one, one))
    one = judged([1] * 20)
    with pytest.raises(ConfigError, match="an average cannot be tested"):
        Sequential({"d": order_of(one, 0, [one])}).mean([pair_of(one, one)])
