"""Checks of one run and scores of another on one board; clean scores in the summaries."""

from __future__ import annotations

import csv
import json

import pytest
from leaky import write_config
from runs import MadeRun, said, score

from compass.board import board_of, lit, recorded_runs
from compass.board.clean import clean_page, write_clean
from compass.board.files import to_json, to_markdown
from compass.cli import main
from compass.contamination.annotations import Annotations
from compass.contamination.split import splits


def run_with(root, dataset, identity, *lights):
    """Return a run of one model on one dataset, with checks that gave these lights on quiz."""
    run = MadeRun(root, root.name)
    run.pair("m", dataset, [said(0)], [score()])
    run.document("run.json", {"config": root.name, "models": {"m": {"identity": identity}}})
    if lights:
        found = [{"model": "m", "dataset": "quiz", "light": light, "words": f"it is {light}",
                  "findings": []} for light in lights]  # fmt: skip
        run.document("contamination.json", {"assessments": found, "methods": {}})
    return run


def lights_of(*runs):
    """Return the light of each column on quiz, and the footnotes of the board."""
    made = lit(board_of(recorded_runs([f"{run.root.name}={run.root}" for run in runs])))
    (row,) = [row for row in made.rows if row.name == "quiz"]
    return {model: row.lights.get(model) for model in row.scores}, made


def test_checks_speak_for_the_same_model_in_another_run_and_say_so(tmp_path):
    scores = run_with(tmp_path / "scores", "quiz", "abc")
    checks = run_with(tmp_path / "checks", "texts", "abc", "leak")
    lights, made = lights_of(scores, checks)
    assert lights == {"m@scores": "leak"}
    page = to_markdown(made)
    assert "† m@scores on quiz: leak: it is leak (checked in checks)" in page
    assert "† m@checks on quiz: leak: it is leak\n" in page


@pytest.mark.parametrize("identities", [("abc", "abd"), ("", "")])
def test_another_model_or_one_of_unknown_identity_is_not_spoken_for(tmp_path, identities):
    scores = run_with(tmp_path / "scores", "quiz", identities[0])
    checks = run_with(tmp_path / "checks", "texts", identities[1], "leak")
    assert lights_of(scores, checks)[0] == {"m@scores": None}


@pytest.mark.parametrize("backwards", [False, True])
def test_own_checks_go_first_and_of_others_the_worst(tmp_path, backwards):
    runs = [
        run_with(tmp_path / "scores", "quiz", "abc"),
        run_with(tmp_path / "own", "quiz", "abc", "clear"),
        run_with(tmp_path / "doubt", "texts", "abc", "doubt"),
        run_with(tmp_path / "leak", "texts", "abc", "leak"),
    ]
    lights, _ = lights_of(*(reversed(runs) if backwards else runs))
    assert lights == {"m@scores": "leak", "m@own": None}


def test_what_another_run_has_no_scores_of_is_not_told_of_it(tmp_path):
    other = run_with(tmp_path / "other", "quiz", "abc")
    far = run_with(tmp_path / "far", "elsewhere", "abc")
    checks = run_with(tmp_path / "checks", "texts", "abc", "leak")
    _, made = lights_of(other, far, checks)
    assert {one.model for one in made.assessments} == {"m@other", "m@checks"}


def test_checks_of_one_config_mark_the_scores_of_another(tmp_path, capsys):
    check = "[dict(type=LossGap, dataset='quiz', test='quiz-texts', reference='fresh-texts')]"
    configs = [
        write_config(tmp_path, "scores", ("quiz",)),
        write_config(tmp_path, "checks", ("quiz-texts", "fresh-texts"), check),
    ]
    for config in configs:
        assert main(["run", config, "-w", str(tmp_path / "out"), "--debug"]) == 0
    folders = [str(tmp_path / "out" / name) for name in ("scores", "checks")]
    capsys.readouterr()
    assert main(["board", folders[0]]) == 0
    assert "†" not in capsys.readouterr().out
    assert main(["board", *folders, "-o", str(tmp_path / "both")]) == 0
    assert "† m@scores-" in capsys.readouterr().out
    rows = csv.DictReader((tmp_path / "both" / "scores.csv").read_text().splitlines())
    assert {row["dataset"] for row in rows if row["light"] == "leak"} == {"quiz"}
    assert main(["report", *folders, "-o", str(tmp_path / "site")]) == 0
    assert "(checked in checks-" in (tmp_path / "site" / "index.html").read_text()


# Clean scores

NAMES = {"models": [{"abbr": "m"}], "datasets": [{"abbr": "quiz"}]}


def labelled(root):
    run = MadeRun(root, root.name)
    rows = [said(n, value=float(n % 3 > 0)) for n in range(30)]
    run.pair("m", "quiz", rows, [score(value=2 / 3, n=30)])
    run.document("config.json", {**NAMES, "summarizer": {"annotations": ["labels.json"]}})
    labels = {f"q{n}": "input" if n < 10 else "clean" for n in range(28)}
    write_clean(splits([root], Annotations({"quiz": labels})), root)
    return run


def test_summaries_hold_the_table_of_clean_scores(tmp_path):
    run = labelled(tmp_path / "one")
    made = lit(board_of(recorded_runs([str(run.root)])))
    page = to_markdown(made)
    assert f"## Clean and contaminated questions\n\n{clean_page(made.clean)}" in page
    assert (run.root / "clean.md").read_text() == clean_page(made.clean)
    assert "* quiz: 2 questions have no label" in page
    stored = json.loads((run.root / "clean.json").read_text())
    assert json.loads(to_json(made))["clean"] == stored
    run.document("config.json", NAMES)
    bare = lit(board_of(recorded_runs([str(run.root)])))
    assert bare.clean == () and "contaminated" not in to_markdown(bare)


def test_clean_scores_of_several_runs_stand_under_the_names_of_their_columns(tmp_path):
    words = [f"{name}={labelled(tmp_path / name).root}" for name in ("one", "two")]
    made = lit(board_of(recorded_runs(words)))
    assert [one.model for one in made.clean] == ["m@one", "m@two"]
    assert to_markdown(made).count("| m@two") > 0
