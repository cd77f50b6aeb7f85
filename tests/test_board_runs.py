"""Several runs on one board, results from elsewhere, and what a board is exported as."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml

from compass import store
from compass.board import Cell, board, board_of, recorded_runs
from compass.board.exports import to_lm_eval, to_model_index
from compass.board.files import to_long_csv, write_board
from compass.cli import main
from compass.errors import DataError, StoreError
from compass.imports import lm_eval
from compass.records import Score
from compass.schema.summarizer import FORMATS
from tests.laboratory import Laboratory
from tests.test_board import row, score, screen


def write_run(root, models, dataset="d", version="1a2b3c", config="lab", value=0.5):
    for model in models:
        found = {"metric": "accuracy", "value": value, "low": 0.4, "high": 0.6, "n": 100}
        document = {"model": model, "dataset": dataset, "version": version, "mode": "gen"}
        path = root / "score" / model / dataset / "scores.json"
        store.write_document(path, {**document, "scores": [found]})
    store.write_document(root / "run.json", {"config": config})
    return str(root)


# Several runs.


def test_the_same_abbr_in_two_runs_is_two_columns_and_others_keep_their_name(tmp_path):
    words = [
        write_run(tmp_path / "20260101_000000", ["m", "n"], value=0.5),
        write_run(tmp_path / "20260102_000000", ["m", "o"], value=0.6),
    ]
    one = board_of(recorded_runs(words))
    assert one.models == ("m@20260101_000000", "n", "m@20260102_000000", "o")
    assert [round(s.value, 1) for s in row(one, "d").scores.values()] == [0.5, 0.5, 0.6, 0.6]
    origin = one.origins["m@20260102_000000"]
    assert (origin.model, origin.root) == ("m", tmp_path / "20260102_000000")


def test_runs_of_several_configs_and_with_equal_times_are_told_apart(tmp_path):
    words = [
        write_run(tmp_path / "a" / "now", ["m"], config="a"),
        write_run(tmp_path / "b" / "now", ["m"], config="b"),
    ]
    assert board_of(recorded_runs(words)).models == ("m@a-now", "m@b-now")
    again = [*words, f"old={words[0]}", words[0]]
    assert board_of(recorded_runs(again)).models == ("m@a-now-1", "m@b-now", "m@old", "m@a-now-4")


def test_versions_that_differ_between_runs_are_rows_of_their_own_and_said(tmp_path):
    words = [
        write_run(tmp_path / "one", ["m"], version="aaaaaa"),
        write_run(tmp_path / "two", ["n"], version="bbbbbb"),
    ]
    one = board_of(recorded_runs(words))
    assert [(r.version, list(r.scores)) for r in one.rows] == [("aaaaaa", ["m"]), ("bbbbbb", ["n"])]
    assert one.notes[0].startswith("d is there in 2 versions, not to be compared")
    assert {(h.model, h.reason) for h in one.holes} == {
        ("m", "stands in the row of version aaaaaa"),
        ("n", "stands in the row of version bbbbbb"),
    }
    assert "missing" not in screen(one)


def test_what_only_one_run_asked_is_not_asked_of_the_other(tmp_path):
    words = [write_run(tmp_path / "one", ["m"], "x"), write_run(tmp_path / "two", ["n"], "y")]
    one = board_of(recorded_runs(words))
    assert {(h.name, h.model): h.reason for h in one.holes} == {
        ("x", "n"): "not asked for",
        ("y", "m"): "not asked for",
    }


def test_a_run_of_the_real_program_is_put_up_again_as_it_was(tmp_path, capsys):
    lab = Laboratory(tmp_path / "lab", count=12)
    lab.run()
    out = tmp_path / "board"
    assert main(["board", str(lab.folder), "-o", str(out), "--format", "latex", "lm-eval"]) == 0
    mine, theirs = (json.loads((d / "summary.json").read_text()) for d in (out, lab.folder))
    assert mine["rows"] == theirs["rows"]
    assert (out / "summary.tex").exists() and (out / "lm-eval" / "chance.json").exists()
    assert "written: 6 files" in capsys.readouterr().out


def test_the_folder_of_a_config_stands_for_its_latest_run(tmp_path):
    write_run(tmp_path / "lab" / "20260101_000000", ["old"])
    write_run(tmp_path / "lab" / "20260102_000000", ["new"])
    assert board_of(recorded_runs([str(tmp_path / "lab")])).models == ("new",)


def test_a_score_of_an_earlier_version_is_left_out(tmp_path):
    root = write_run(tmp_path / "run", ["m"], version="old111")
    store.write_document(tmp_path / "run" / "plan.json", {"versions": {"d": "new222"}})
    one = board_of(recorded_runs([root]))
    assert row(one, "d").scores == {}


@pytest.mark.parametrize(
    ("word", "what"), [("nowhere", "no such folder"), ("", "there is no run here")]
)
def test_a_folder_that_is_no_run_is_named(tmp_path, word, what):
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match=what) as caught:
        recorded_runs([str(tmp_path / "empty" / word)])
    assert caught.value.where.startswith(str(tmp_path))


def test_a_damaged_run_folder_is_named(tmp_path):
    store.write_document(tmp_path / "run.json", {"config": "x"})
    store.write_document(tmp_path / "config.json", {"models": 3})
    with pytest.raises(StoreError, match="no run folder that can be read"):
        recorded_runs([str(tmp_path)])


def test_the_command_takes_a_summarizer_by_name_and_refuses_a_format_without_a_folder(
    tmp_path, capsys
):
    root = write_run(tmp_path / "run", ["m"], "demo-arithmetic-en")
    assert main(["board", root, "--summarizer", "demo", "--untested"]) == 0
    assert "= demo-arithmetic" in capsys.readouterr().out
    assert main(["board", root, "--format", "latex"]) == 2
    assert "add -o DIR" in capsys.readouterr().err
    assert main(["board", root, "--summarizer", "dmo"]) == 2
    assert "did you mean 'demo'?" in capsys.readouterr().err


# Results from elsewhere.

OLD = {
    "results": {
        "arc_easy": {"acc": 0.37, "acc_stderr": 0.01, "acc_norm": 0.35, "acc_norm_stderr": 0.02},
        "lambada": {"ppl": 142.4, "ppl_stderr": 6.0, "acc": 0.995, "acc_stderr": 0.01},
        "odd": {"acc": 0.0, "acc_stderr": 0.0},
    },
    "versions": {"arc_easy": 0, "lambada": 1},
    "config": {
        "model_args": "pretrained=org/Some-Model_1B,revision=step1000",
        "num_fewshot": 5,
        "limit": None,
    },
}
NEW = {
    "results": {
        "gsm8k": {
            "alias": "gsm8k",
            "exact_match,strict-match": 0.5,
            "exact_match_stderr,strict-match": 0.05,
            "exact_match,flexible-extract": 0.625,
            "exact_match_stderr,flexible-extract": "N/A",
        },
        "mmlu": {"alias": "mmlu", "acc,none": 0.25, "acc_stderr,none": 0.125},
    },
    "n-shot": {"gsm8k": 8},
    "n-samples": {"gsm8k": {"original": 1319, "effective": 100}},
    "config": {"model_args": {"pretrained": "org/new", "revision": "main"}},
}


def written(tmp_path, name, document):
    path = tmp_path / name
    path.write_text(json.dumps(document))
    return path


def test_old_result_files_become_cells(tmp_path):
    read = lm_eval([written(tmp_path, "a.json", OLD)])
    cells = {cell.dataset: cell for cell in read.cells.values()}
    assert list(cells) == ["arc_easy-5shot", "lambada-5shot", "odd-5shot"]
    assert {cell.model for cell in cells.values()} == {"some-model_1b-step1000"}
    acc, acc_norm = cells["arc_easy-5shot"].scores
    assert (acc.metric, acc.value, acc.n, acc.scale) == ("acc", 0.37, None, "share")
    assert (acc.low, acc.high) == pytest.approx((0.37 - 0.0195996, 0.37 + 0.0195996))
    assert acc_norm.metric == "acc_norm"
    ppl, share = cells["lambada-5shot"].scores
    assert (ppl.value, ppl.scale, ppl.high) == (142.4, "plain", pytest.approx(142.4 + 11.75978))
    assert share.high == 1.0
    assert cells["odd-5shot"].scores[0].low is None


def test_new_result_files_become_cells(tmp_path):
    read = lm_eval([written(tmp_path, "b.json", NEW)])
    cells = {cell.dataset: cell for cell in read.cells.values()}
    assert [s.metric for s in cells["gsm8k-8shot"].scores] == [
        "exact_match,strict-match",
        "exact_match,flexible-extract",
    ]
    assert [s.n for s in cells["gsm8k-8shot"].scores] == [100, 100]
    assert cells["gsm8k-8shot"].scores[1].low is None
    assert cells["mmlu"].scores[0].metric == "acc"
    assert list(read.models) == ["new"]


def test_the_version_follows_task_and_shots_not_the_model(tmp_path):
    other = json.loads(json.dumps(OLD).replace("step1000", "step2000"))
    fewer = json.loads(json.dumps(OLD).replace('"limit": null', '"limit": 10'))
    a, b, c = (
        next(iter(lm_eval([written(tmp_path, f"{n}.json", one)]).cells.values())).version
        for n, one in enumerate((OLD, other, fewer))
    )
    assert a == b != c


def test_models_of_one_last_name_are_told_apart(tmp_path):
    other = json.loads(json.dumps(OLD).replace("org/", "fork/"))
    paths = [written(tmp_path, "a.json", OLD), written(tmp_path, "b.json", other)]
    assert set(lm_eval(paths).models) == {
        "org-some-model_1b-step1000",
        "fork-some-model_1b-step1000",
    }


def test_two_results_of_one_model_and_dataset_are_refused_unless_alike(tmp_path):
    paths = [written(tmp_path, "a.json", OLD), written(tmp_path, "b.json", OLD)]
    assert len(lm_eval(paths).cells) == 3
    written(tmp_path, "b.json", json.loads(json.dumps(OLD).replace("0.37", "0.38")))
    with pytest.raises(DataError, match="two results on arc_easy-5shot") as caught:
        lm_eval(paths)
    assert "a.json" in caught.value.where and "b.json" in caught.value.where


@pytest.mark.parametrize("document", [[], {"results": 3}, {"results": {"a": 1}}, {"results": {}}])
def test_a_file_that_holds_no_results_is_named(tmp_path, document):
    with pytest.raises(DataError) as caught:
        lm_eval([written(tmp_path, "x.json", document)])
    assert "x.json" in caught.value.where
    with pytest.raises(DataError, match="not a readable JSON file"):
        lm_eval([tmp_path / "gone.json"])


def test_a_folder_gives_its_result_files_and_no_others(tmp_path):
    (tmp_path / "deep").mkdir()
    written(tmp_path / "deep", "a.json", OLD)
    written(tmp_path, "other.json", {"something": "else"})
    assert len(lm_eval([tmp_path]).cells) == 3
    (tmp_path / "deep" / "a.json").unlink()
    with pytest.raises(DataError, match="no result file is in this folder"):
        lm_eval([tmp_path])


def test_results_are_imported_and_put_up_by_the_commands(tmp_path, capsys):
    path = written(tmp_path, "a.json", OLD)
    assert main(["import", "lm-eval", str(path), "-w", str(tmp_path / "out"), "--name", "x"]) == 0
    assert "3 results of 1 models on 3 datasets" in capsys.readouterr().out
    (run,) = (tmp_path / "out" / "x").iterdir()
    assert list(json.loads((run / "run.json").read_text())["imported"]) == ["a.json"]
    out = tmp_path / "board"
    assert main(["board", str(run), "-o", str(out)]) == 0
    assert "37.0 ±2.0" in capsys.readouterr().out
    assert main(["import", "lm-eval", str(path), "--name", "No Name"]) == 2
    assert "--name no-name" in capsys.readouterr().err


def test_published_results_stand_on_the_board_exactly(real_data, tmp_path):
    """Every figure of every file: value as it is, bounds from its standard error."""
    files = sorted((real_data / "outputs" / "pythia").rglob("*.json"))
    assert len(files) == 21
    read = lm_eval([real_data / "outputs" / "pythia"])
    assert len(read.models) == 14
    cells = list(read.cells.values())
    one = board(cells, {}, list(read.models), list(dict.fromkeys(c.dataset for c in cells)))
    lines = {
        (line["model"], line["dataset"], line["metric"]): line
        for line in csv.DictReader(io.StringIO(to_long_csv(one)))
    }
    seen = 0
    for path in files:
        document = json.loads(path.read_text())
        revision = path.stem.rpartition("_")[2]
        size = path.parent.parent.name.removeprefix("pythia-")
        for task, numbers in document["results"].items():
            name = f"{task.lower()}-{document['config']['num_fewshot']}shot"
            for metric, value in numbers.items():
                if metric.endswith("_stderr"):
                    continue
                line = lines[f"pythia-v1.1-{size}-{revision}", name, metric]
                assert float(line["value"]) == value
                assert line["n"] == ""
                half = 1.959963984540054 * numbers[f"{metric}_stderr"]
                if half:
                    low, high = value - half, value + half
                    if metric not in ("ppl", "likelihood_difference"):
                        low, high = max(0.0, low), min(1.0, high)
                    assert (float(line["low"]), float(line["high"])) == pytest.approx((low, high))
                else:
                    assert line["low"] == line["high"] == ""
                seen += 1
    assert seen == len(lines) > 3000


# Exports.


def exported():
    cells = [
        Cell(model="m", dataset=d, version="1a2b3c", mode="gen", scores=scores)
        for d, scores in (
            ("a", (score(value=0.4, n=90, failed=10), score("f1", 0.5))),
            ("b", (score("loss", 2.5, scale="plain", low=2.0, high=3.0),)),
            ("c", (score(value=0.75, low=None, high=None, n=None),)),
        )
    ]
    groups = [{"name": "g", "subsets": ["a", "c"]}]
    return board(cells, {"groups": groups}, ["m", "n"], ["a", "b", "c"])


def test_a_board_is_a_result_file_that_can_be_imported_again(tmp_path):
    document = json.loads(to_lm_eval(exported(), "m"))
    assert document["results"]["a"]["accuracy,none"] == 0.4
    assert document["results"]["a"]["accuracy_stderr,none"] == pytest.approx(0.1 / 1.959964)
    assert document["results"]["c"]["accuracy_stderr,none"] == "N/A"
    assert document["n-samples"]["a"] == {"original": 100, "effective": 90}
    assert document["higher_is_better"]["b"] == {"loss": False}
    assert document["group_subtasks"] == {"g": ["a", "c"]}
    assert document["groups"]["g"] == document["results"]["g"]
    read = lm_eval([written(tmp_path, "m.json", document)])
    scores = {
        (c.dataset, s.metric): (s.value, s.low, s.high, s.n)
        for c in read.cells.values()
        for s in c.scores
    }
    assert scores["a", "f1"] == (0.5, pytest.approx(0.4), pytest.approx(0.6), 90)
    assert scores["b", "loss"] == (2.5, pytest.approx(2.0), pytest.approx(3.0), 100)
    assert scores["c", "accuracy"] == (0.75, None, None, None)
    assert list(read.models) == ["m"]


def test_a_board_is_a_model_index_that_the_hub_reads():
    from huggingface_hub.repocard_data import model_index_to_eval_results

    text = to_model_index(exported(), "m")
    name, results = model_index_to_eval_results(yaml.safe_load(text)["model-index"])
    assert name == "m"
    found = {(r.dataset_name, r.metric_type): (r.metric_value, r.metric_name) for r in results}
    assert found == {
        ("a", "accuracy"): (40.0, "accuracy, 95 % interval 30 to 50, n 90, 10 failed"),
        ("a", "f1"): (50.0, "f1, 95 % interval 40 to 60, n 100"),
        ("b", "loss"): (2.5, "loss, 95 % interval 2 to 3, n 100"),
        ("c", "accuracy"): (75.0, "accuracy"),
        ("g", "accuracy"): (57.5, "accuracy, 10 failed"),
    }
    assert {(r.dataset_type, r.dataset_revision) for r in results} >= {("a", "1a2b3c")}
    assert not any(r.verified for r in results)


def test_versions_of_a_dataset_have_names_of_their_own_in_exports():
    cells = [
        Cell(model="m", dataset="a", version=v, mode="gen", scores=(score(value=x),))
        for v, x in (("aaaaaa", 0.1), ("bbbbbb", 0.2))
    ]
    named = [Cell(model=n, dataset="a", version=c.version, mode="gen", scores=c.scores)
             for n, c in zip("mn", cells, strict=True)]  # fmt: skip
    one = board(named, {}, ["m", "n"], ["a"])
    assert list(json.loads(to_lm_eval(one, "m"))["results"]) == ["a@aaaaaa-gen"]


def test_hostile_names_are_no_yaml_and_no_paths(tmp_path):
    name = "../../x: [!!python/object:os.system]\n- y"
    one = board(
        [Cell(model=name, dataset="a", version="1", mode="gen", scores=(score(),))],
        {}, [name], ["a"],
    )  # fmt: skip
    assert yaml.safe_load(to_model_index(one, name))["model-index"][0]["name"] == name
    paths = write_board(one, tmp_path / "in", formats=FORMATS)
    assert len(paths) == 7
    assert all(path.resolve().is_relative_to(tmp_path / "in") for path in paths)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "in"]


def test_the_command_offers_what_can_be_written():
    from compass.board.files import DEFAULT_FORMATS
    from compass.cli.arguments import board as arguments

    assert (*DEFAULT_FORMATS, *arguments.FORMATS) == FORMATS


def test_an_imported_run_without_verdicts_has_nobody_in_bold(tmp_path, capsys):
    paths = []
    for step, value in (("step1", "0.1"), ("step2", "0.9")):
        text = json.dumps(OLD).replace("step1000", step).replace("0.37", value)
        paths.append(str(written(tmp_path, f"{step}.json", json.loads(text))))
    assert main(["import", "lm-eval", *paths, "-w", str(tmp_path / "out")]) == 0
    (run,) = (tmp_path / "out" / "imported").iterdir()
    capsys.readouterr()
    assert main(["board", str(run)]) == 0
    said = capsys.readouterr().out
    assert "no verdicts on single questions" in said and "*" not in said


def test_scores_of_a_run_are_read_with_an_unknown_n(tmp_path):
    found = {"metric": "acc", "value": 0.5, "low": None, "high": None, "n": None}
    document = {"model": "m", "dataset": "d", "version": "1", "mode": "imported"}
    store.write_document(
        tmp_path / "score" / "m" / "d" / "scores.json", {**document, "scores": [found]}
    )
    store.write_document(tmp_path / "run.json", {"config": "x"})
    (run,) = recorded_runs([str(tmp_path)])
    assert run.cells[0].scores == (Score(metric="acc", value=0.5, low=None, high=None, n=None),)
    assert isinstance(run.root, Path)


def test_a_config_can_be_put_up_by_another_summarizer():
    from compass.cli.arguments import parser
    from compass.cli.experiment import experiment_of

    config = str(Path(__file__).parents[1] / "configs" / "eval_leaderboard.py")
    made = experiment_of(parser().parse_args(["run", config, "--summarizer", "demo"]))
    assert made.summarizer["datasets"][-1] == "demo"
