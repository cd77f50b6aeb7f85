"""Scores that a contamination check warns of are marked wherever a board is shown."""

from __future__ import annotations

import csv
import io
import json

import pytest
import yaml
from laboratory import Laboratory
from rich.console import Console
from runs import MadeRun, said, score

from compass.board import board_of, lit, print_board, recorded_runs
from compass.board.exports import to_model_index
from compass.board.files import to_csv, to_json, to_long_csv, to_markdown
from compass.board.latex import to_latex
from compass.cli import main
from compass.contamination.stored import stored_checks
from compass.errors import StoreError

GROUPS = {"groups": [{"name": "nature", "subsets": ["birds", "trees"]}]}


def assessment(model, dataset, light, words="because", findings=()):
    return {"model": model, "dataset": dataset, "light": light, "words": words,
            "findings": list(findings)}  # fmt: skip


def made(root, *assessments, config=None):
    run = MadeRun(root)
    for model in ("river", "lake"):
        for dataset in ("birds", "trees", "stones"):
            run.pair(model, dataset, [said(0, model=model)], [score(), score("f1", 0.4)])
    if assessments:
        run.document("contamination.json", {"assessments": list(assessments), "methods": {}})
    if config is not None:
        run.document("config.json", config)
    return run


def put_up(run):
    return lit(board_of(recorded_runs([str(run.root)]), GROUPS))


def shown(one, encoding="utf-8"):
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    print_board(one, Console(file=out, width=120))
    out.flush()
    return out.buffer.getvalue().decode(encoding)


LIGHTS = [
    assessment("river", "birds", "leak", "it was trained on"),
    assessment("river", "trees", "doubt", "watch"),
    assessment("lake", "trees", "clear", "saw none"),
    assessment("lake", "stones", "over-fit", "known"),
]


def test_leaks_and_doubts_are_marked_and_nothing_else(tmp_path):
    one = put_up(made(tmp_path / "run", *LIGHTS))
    lights = {(row.name, row.metric): dict(row.lights) for row in one.rows}
    assert lights["birds", "accuracy"] == lights["birds", "f1"] == {"river": "leak"}
    assert lights["trees", "accuracy"] == {"river": "doubt"}
    assert lights["stones", "accuracy"] == {}
    assert lights["nature", "accuracy"] == {"river": "leak"}  # the worst of what it is made of


def test_every_form_of_a_board_has_the_sign_and_the_footnote(tmp_path):
    one = put_up(made(tmp_path / "run", *LIGHTS))
    for text in (to_markdown(one), shown(one)):
        assert "50.0†" in text.replace("*", "") and "50.0‡" in text.replace("*", "")
        assert "† river on birds: leak: it was trained on" in text
        assert "‡ river on trees: doubt: watch" in text
        assert "†: leak, a contamination check" in text
        assert "saw none" not in text
    plain = shown(one, "ascii")
    assert "50.0(L)" in plain and "50.0(D)" in plain and "(L) river on birds" in plain
    card = yaml.safe_load(to_model_index(one, "river"))["model-index"][0]["results"]
    names = {result["dataset"]["name"]: result["metrics"][0]["name"] for result in card}
    assert names["birds"].endswith("contamination: leak") and "contam" not in names["stones"]
    assert r"50.0\textsuperscript{\dag}" in to_latex(one)
    rows = list(csv.DictReader(io.StringIO(to_long_csv(one))))
    marked = {(row["model"], row["dataset"]) for row in rows if row["light"]}
    assert marked == {("river", "birds"), ("river", "trees"), ("river", "nature")}
    assert "†" not in to_csv(one)  # its places are numbers
    document = json.loads(to_json(one))
    assert {light["light"] for light in document["lights"]} == {
        "leak", "doubt", "clear", "over-fit",
    }  # fmt: skip


def test_a_leak_without_a_row_of_that_name_is_said_all_the_same(tmp_path):
    one = put_up(made(tmp_path / "run", assessment("river", "quiz", "leak")))
    assert all(not row.lights for row in one.rows)
    assert "† river on quiz: leak" in to_markdown(one)


def test_without_checks_a_board_says_nothing_of_them(tmp_path):
    one = put_up(made(tmp_path / "run"))
    assert one.assessments == ()
    for text in (to_markdown(one), shown(one), to_latex(one)):
        assert "†" not in text and "dag" not in text and "contamination" not in text


def test_lights_of_an_earlier_config_are_none(tmp_path):
    config = {"models": [{"abbr": "river"}], "datasets": [{"abbr": "birds"}]}
    assert put_up(made(tmp_path / "a", *LIGHTS, config=config)).assessments == ()
    config["contamination"] = [{"type": "x"}]
    assert len(put_up(made(tmp_path / "b", *LIGHTS, config=config)).assessments) == 2


def test_columns_of_several_runs_have_the_lights_of_their_own_run(tmp_path, capsys):
    made(tmp_path / "one", LIGHTS[0])
    made(tmp_path / "two")
    folder = tmp_path / "board"
    words = [f"{name}={tmp_path / name}" for name in ("one", "two")]
    assert main(["board", *words, "-o", str(folder)]) == 0
    assert "† river@one on birds" in capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO((folder / "scores.csv").read_text())))
    assert {row["model"] for row in rows if row["light"]} == {"river@one"}


@pytest.mark.parametrize(
    "document",
    [[], {}, {"assessments": [{}]}, {"assessments": [assessment("m", "d", "green")]},
     {"assessments": [assessment("m", "d", "leak", findings=[{"method": "x"}])]}],
)  # fmt: skip
def test_what_are_no_findings_is_said(tmp_path, document):
    run = made(tmp_path)
    run.document("contamination.json", document)
    with pytest.raises(StoreError, match="these are no findings of checks"):
        stored_checks(run.root)


def test_a_check_that_cannot_be_made_takes_no_score_away(tmp_path):
    laboratory = Laboratory(tmp_path, 6)
    text = laboratory.config.read_text()
    check = "dict(type=MinK, dataset='x', test='ranked', reference='generated')"
    imported = "from compass.contamination.methods import MinK"
    laboratory.config.write_text(f"{text}\n{imported}\ncontamination = [{check}]\n")
    done = laboratory.run(code=2)
    assert "a check reads" in done.stderr
    assert "ranked" in done.stdout and "shares as 0 to 100" in done.stdout
