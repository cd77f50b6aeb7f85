"""Baselines and the gate: what it says, and what it refuses."""

from __future__ import annotations

import json
import random
import xml.etree.ElementTree as ET

import pytest
from laboratory import Laboratory
from runs import MadeRun, said

from compass.cli import main
from compass.records import Score, Verdict, record_from_dict
from compass.store import read_rows

N = 400


def made(root, right, *, model="m", dataset="quiz", version="1a2b3c", **kwargs):
    """A run of one model whose values are ``right``, one for each question."""
    run = MadeRun(root)
    add(run, right, model=model, dataset=dataset, version=version, **kwargs)
    return root


def add(run, right, *, model="m", dataset="quiz", version="1a2b3c", unparsed=0, clusters=None,
        metric="accuracy", scale="share", answer=None):  # fmt: skip
    rows = []
    for number, one in enumerate(right):
        extra = {"cluster": f"c{number // clusters}"} if clusters else {}
        if answer is not None:
            extra["answer"] = answer
        prediction, verdict = said(
            number, model=model, error="down" if one is None else None, **extra
        )
        values = {metric: None if one is None else float(one)}
        rows.append((prediction, type(verdict)(**{**fields(verdict), "values": values})))
    known = [one for one in right if one is not None]
    value = sum(known) / len(known)
    score = Score(metric=metric, value=value, low=value - 0.1, high=value + 0.1, n=len(known),
                  failed=len(right) - len(known), unparsed=unparsed, scale=scale)  # fmt: skip
    run.pair(model, dataset, rows, [score], version)


def fields(record):
    return {name: getattr(record, name) for name in record.__slots__}


def flipped(right, worse, better=0):
    """Return values of which so many right ones are wrong, so many wrong ones right."""
    changed = list(right)
    for old, count in ((1, worse), (0, better)):
        for place in [n for n, one in enumerate(right) if one == old][:count]:
            changed[place] = 1 - old
    return changed


@pytest.fixture
def right():
    draw = random.Random(1)
    return [int(draw.random() < 0.6) for _ in range(N)]


def judgements(root):
    path = root / "score" / "m" / "d0" / "verdicts.jsonl"
    return [record_from_dict(Verdict, row) for row in read_rows(path)]


def gate(capsys, baseline, candidate, *more, code):
    arguments = ["gate", "--baseline", baseline, "--candidate", candidate, "--json", *more]
    assert main([str(one) for one in arguments]) == code
    said_ = capsys.readouterr()
    return json.loads(said_.out) if said_.out else said_.err


def rules(tmp_path, text):
    path = tmp_path / "gate.toml"
    path.write_text(text)
    return path


def test_the_same_answers_pass_and_a_clear_drop_fails_and_a_small_one_is_not_told(
    right, tmp_path, capsys
):
    old = made(tmp_path / "old", right)

    same = gate(capsys, old, made(tmp_path / "same", right), code=0)
    assert same["answer"] == "pass" and same["rules"][0]["change"][0] == 0

    found = gate(capsys, old, made(tmp_path / "bad", flipped(right, 40)), code=1)
    rule = found["rules"][0]
    assert (rule["rule"], rule["answer"], rule["worse"], rule["better"]) == (
        "no_worse_than", "fail", 40, 0,
    )  # fmt: skip
    assert rule["change"][0] == pytest.approx(-0.1) and rule["p"] < 1e-6

    found = gate(capsys, old, made(tmp_path / "near", flipped(right, 12, 4)), code=6)
    assert found["answer"] == "cannot tell" and found["more"] > 100

    found = gate(capsys, old, made(tmp_path / "good", flipped(right, 2, 30)), code=0)
    assert found["answer"] == "pass"


def test_a_baseline_file_says_what_its_run_says(right, tmp_path, capsys):
    old = made(tmp_path / "old", right, clusters=3)
    new = made(tmp_path / "new", flipped(right, 30, 2), clusters=3)
    file = tmp_path / "base.json"

    assert main(["baseline", "save", str(old), "-o", str(file)]) == 0
    assert "1 datasets, 400 questions" in capsys.readouterr().out

    by_file, by_run = (gate(capsys, one, new, code=1) for one in (file, old))
    assert by_file == by_run
    assert main(["baseline", "show", str(file)]) == 0
    assert "quiz" in capsys.readouterr().out
    other = tmp_path / "other.json"
    assert main(["baseline", "save", str(new), "-o", str(other)]) == 0
    assert main(["baseline", "diff", str(file), str(other)]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if "quiz" in line)
    assert row.split()[-3:] == ["2", "30", "400"]


def test_rules_are_answered_one_by_one(right, tmp_path, capsys):
    old = made(tmp_path / "old", right)
    new = made(tmp_path / "new", flipped(right, 1, 50), unparsed=20)
    asked = rules(
        tmp_path,
        "[default]\nno_worse_than = 1.0\n[datasets.'qu*']\nmust_improve = 5.0\nfloor = 90\n"
        "unparsed = 4.0\nseconds = 0.6\ntokens = 2\n",
    )

    found = gate(capsys, old, new, "--rules", asked, code=1)

    answers = {one["rule"]: one["answer"] for one in found["rules"]}
    assert answers == {
        "no_worse_than": "pass",
        "must_improve": "pass",
        "floor": "fail",
        "no_new_failures": "pass",
        "unparsed": "fail",
        "seconds": "pass",
        "tokens": "fail",
    }


def test_the_average_passes_where_single_datasets_cannot_be_told(tmp_path, capsys):
    draw = random.Random(5)
    old, new = MadeRun(tmp_path / "old"), MadeRun(tmp_path / "new")
    for number in range(9):
        right = [int(draw.random() < 0.6) for _ in range(N)]
        add(old, right, dataset=f"d{number}")
        add(new, flipped(right, 6, 8), dataset=f"d{number}")
    asked = rules(tmp_path, "[default]\nno_worse_than = 1.0\n[average]\n")

    found = gate(capsys, tmp_path / "old", tmp_path / "new", "--rules", asked, code=6)

    answers = {one["subject"]: one for one in found["rules"] if one["rule"] == "no_worse_than"}
    assert answers["d0"]["answer"] == "cannot tell"
    assert answers["average"]["answer"] == "pass"
    assert answers["average"]["change"][0] == pytest.approx(2 / N)


def test_a_drop_that_chance_explains_over_many_datasets_does_not_fail(tmp_path, capsys):
    draw = random.Random(5)
    old, new = MadeRun(tmp_path / "old"), MadeRun(tmp_path / "new")
    for number in range(9):
        right = [int(draw.random() < 0.6) for _ in range(N)]
        add(old, right, dataset=f"d{number}")
        worse, better = (20, 8) if number == 0 else (6, 8)
        add(new, flipped(right, worse, better), dataset=f"d{number}")

    asked = rules(tmp_path, "alpha = 0.1\n")
    found = gate(capsys, old.root, new.root, "--rules", asked, code=6)["rules"][0]
    assert found["p"] < 0.1 and found["answer"] == "cannot tell"
    assert found["more"] > 100, "the correction is heeded"

    alone = MadeRun(tmp_path / "alone")
    add(alone, [int(draw.random() < 0.6) for _ in range(N)], dataset="d0")
    worse = MadeRun(tmp_path / "worse")
    right = [value.values["accuracy"] for value in judgements(alone.root)]
    add(worse, flipped([int(one) for one in right], 20, 8), dataset="d0")
    assert gate(capsys, alone.root, worse.root, "--rules", asked, code=1)["rules"][0]["p"] < 0.1


def test_new_failures_fail_and_count_for_neither_if_they_are_let_through(right, tmp_path, capsys):
    old = made(tmp_path / "old", right)
    new = made(tmp_path / "new", [None, None, *right[2:]])

    found = gate(capsys, old, new, code=1)
    assert {one["rule"]: one["answer"] for one in found["rules"]} == {
        "no_worse_than": "pass", "no_new_failures": "fail",
    }  # fmt: skip
    asked = rules(tmp_path, "[default]\nno_new_failures = false\n")
    found = gate(capsys, old, new, "--rules", asked, code=0)
    assert found["rules"][0]["n"] == N - 2


def test_less_is_better_for_a_loss_in_its_own_unit(tmp_path, capsys):
    draw = random.Random(2)
    losses = [draw.random() for _ in range(N)]
    old = made(tmp_path / "old", losses, metric="loss", scale="plain")
    new = made(tmp_path / "new", [x + 0.3 + draw.random() / 9 for x in losses], metric="loss",
               scale="plain")  # fmt: skip

    assert "is no share" in gate(capsys, old, new, code=3)
    asked = rules(tmp_path, "[datasets.quiz]\nno_worse_than = 0.2\n")
    found = gate(capsys, old, new, "--rules", asked, code=1)["rules"][0]
    assert -0.5 < found["change"][0] < -0.3
    assert gate(capsys, new, old, "--rules", asked, code=0)["answer"] == "pass"


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"version": "other1"}, 3, "has changed: version"),
        ({"dataset": "another"}, 3, "not asked this dataset"),
        ({"metric": "f1"}, 3, "no 'accuracy'"),
        ({"fewer": True}, 3, "other questions were asked"),
    ],
)
def test_what_is_not_comparable_is_refused(right, tmp_path, capsys, change, code, words):
    asked = {name: value for name, value in change.items() if name != "fewer"}
    old = made(tmp_path / "old", right)
    new = made(tmp_path / "new", right[:-1] if "fewer" in change else right, **asked)

    said_ = gate(capsys, old, new, code=code)

    assert words in said_ and "hint:" in said_ and "at:" in said_


def test_no_baseline_is_made_of_a_run_with_failures_or_holes(right, tmp_path, capsys):
    file = tmp_path / "b.json"
    failed = made(tmp_path / "failed", [None, *right])
    assert main(["baseline", "save", str(failed), "-o", str(file)]) == 5
    assert "1 questions of quiz have no answer" in capsys.readouterr().err

    hole = MadeRun(tmp_path / "hole")
    add(hole, right)
    hole.document("config.json", {
        "models": [{"abbr": "m"}], "datasets": [{"abbr": "quiz"}, {"abbr": "more"}],
        "combinations": [["m", "quiz"], ["m", "more"]],
    })  # fmt: skip
    assert main(["baseline", "save", str(hole.root), "-o", str(file)]) == 5
    assert "more is not scored" in capsys.readouterr().err
    assert not file.exists()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text[:-40], "no baseline: not a readable"),
        (lambda text: text.replace('"values": "', '"values": "1'), "digest does not fit"),
        (lambda _: "[]", "this is no baseline"),
        (lambda text: text.replace('baseline": 1', 'baseline": 99'), "has form 99"),
    ],
)
def test_a_damaged_baseline_is_refused(right, tmp_path, capsys, damage, words):
    run = made(tmp_path / "run", right)
    file = tmp_path / "b.json"
    assert main(["baseline", "save", str(run), "-o", str(file)]) == 0
    capsys.readouterr()
    file.write_text(damage(file.read_text()))

    said_ = gate(capsys, file, run, code=5)
    assert words in said_ and "hint:" in said_


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[default]\nno_wors_than = 1", "did you mean 'no_worse_than'"),
        ("[default]\nno_worse_than = 'x'", "is a number"),
        ("[default]\nno_worse_than = -1", "must not be negative"),
        ("alpha = 0.5", "error rate"),
        ("[datasets.gsm8k]\nfloor = 3", "does not have"),
        ("[default]\nmetric = 3", "metric is a name"),
        ("[default]\nno_new_failures = 1", "true or false"),
        ("[default", "no readable TOML"),
        ("[default]\nno_worse_than = false\nno_new_failures = false", "ask for nothing"),
    ],
)
def test_wrong_rules_are_said(right, tmp_path, capsys, text, words):
    run = made(tmp_path / "run", right)
    assert words in gate(capsys, run, run, "--rules", rules(tmp_path, text), code=2)


def test_hostile_texts_are_harmless_in_the_summary(right, tmp_path, capsys, monkeypatch):
    hostile = "</details><script>alert(1)</script>|\x1b[31m\n# a heading"
    old = made(tmp_path / "old", right)
    new = made(tmp_path / "new", flipped(right, 40), answer=hostile)
    page, xml, step = (tmp_path / name for name in ("g.md", "g.xml", "step.md"))
    step.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))

    gate(capsys, old, new, "--markdown", page, "--junit", xml, code=1)

    text = page.read_text()
    assert text.count("</details>") == 1 and "\x1b" not in text
    assert "<script>" not in text.replace("\\<", "") and "\n# a heading" not in text
    assert step.read_text() == "before\n" + text
    suite = ET.parse(xml).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "0")
    assert "no worse than 1 points" in suite.find("testcase/failure").text


def test_a_real_run_passes_against_itself_and_a_changed_prompt_is_refused(tmp_path, capsys):
    first = Laboratory(tmp_path / "a", count=30)
    first.run()
    file = tmp_path / "b.json"
    assert main(["baseline", "save", str(first.folder), "-o", str(file)]) == 0
    capsys.readouterr()
    assert gate(capsys, file, first.folder, code=0)["answer"] == "pass"

    second = Laboratory(tmp_path / "c", count=30, prompt="{{ question }} So:\n{{ options }}")
    second.run()
    assert "has changed: version" in gate(capsys, file, second.folder, code=3)

    (first.folder / "score/chance/ranked.done.json").unlink()
    assert "ranked: it has not ended yet" in gate(capsys, file, first.folder, code=5)
