"""The history of scores: steps in names, the index, changes, the command."""

from __future__ import annotations

import json
import random
import sqlite3

import pytest

from compass.cli import main
from compass.history import Index, series_of, split_step
from compass.history.index import NAME, opened
from compass.store import write_document, write_rows


def make_run(top, number, model, right, *, dataset="quiz", version="abc123", n=None, config="lab"):
    """A finished run whose verdicts are ``right``, one for each question."""
    root = top / config / f"202601{number // 24 + 1:02d}_{number % 24:02d}0000"
    started = f"2026-01-{number // 24 + 1:02d}T{number % 24:02d}:00:00+0000"
    write_document(root / "run.json", {"config": config, "started": started})
    value = sum(right) / len(right)
    score = {"metric": "accuracy", "value": value, "low": max(0, value - 0.1),
             "high": min(1, value + 0.1), "n": len(right) if n is None else n, "failed": 0,
             "scale": "share"}  # fmt: skip
    row = {"dataset": dataset, "version": version, "metric": "accuracy", "mode": "rank",
           "group": False, "shown": True, "scores": {model: score}}  # fmt: skip
    rows = [
        {"key": str(q), "sample_id": f"q{q}", "values": {"accuracy": float(one)}}
        for q, one in enumerate(right)
    ]
    write_rows(root / "score" / model / dataset / "verdicts.jsonl", rows)
    write_document(root / "summary.json", {"rows": [row]})
    return root


def answers(draw, shares):
    return [draw.random() < share for share in shares]


@pytest.fixture
def nightly(tmp_path):
    """Twelve runs of one model, which loses ten points of accuracy after the seventh."""
    draw = random.Random(3)
    shares = [draw.random() for _ in range(600)]
    for number in range(12):
        drop = 0.0 if number < 7 else 0.1
        make_run(tmp_path, number, "model", answers(draw, [max(0, s - drop) for s in shares]))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("pythia-160m_step1000", ("pythia-160m", 1000)),
        ("run/checkpoint-20", ("run", 20)),
        ("llm.iter_0005000.hf", ("llm-hf", None)),
        ("global_step300", ("global_step300", 300)),
        ("sft-epoch-2-chat", ("sft-chat", 2)),
        ("base-1.5b-tokens", ("base", 1_500_000_000)),
        ("base-20k-steps", ("base", 20_000)),
        ("qwen2.5-7b-instruct", ("qwen2.5-7b-instruct", None)),
        ("stepfun-3.5", ("stepfun-3.5", None)),
    ],
)
def test_steps_are_read_out_of_names(name, found):
    named, step = split_step(name)
    if name == "llm.iter_0005000.hf":
        assert step == 5000
    else:
        assert (named, step) == found


def test_a_drop_is_flagged_where_it_happened_and_nowhere_else(nightly):
    with opened(nightly) as index:
        (series,) = series_of(index.points(), index.clusters)

    (change,) = series.changes
    assert change.at == 7
    assert change.value == pytest.approx(-0.1, abs=0.04)
    assert change.high < 0


def test_histories_without_a_change_are_flagged_in_few_of_many(tmp_path):
    draw = random.Random(5)
    flagged = 0
    for history in range(40):
        top = tmp_path / str(history)
        shares = [draw.random() for _ in range(60)]
        for number in range(6):
            make_run(top, number, "model", answers(draw, shares))
        with opened(top) as index:
            (series,) = series_of(index.points(), index.clusters)
        flagged += bool(series.changes)
    assert flagged <= 5  # 2 expected at 5 %; more than 5 have a chance of 1.4 %


def test_checkpoints_stand_by_their_steps_whatever_the_order_of_their_runs(tmp_path):
    draw = random.Random(1)
    for number, step in enumerate((2000, 500, 1000)):
        make_run(tmp_path, number, f"base_step{step}", answers(draw, [0.2 + step / 4000] * 200))

    with opened(tmp_path) as index:
        (series,) = series_of(index.points(), index.clusters)

    assert series.name == "base" and series.steps == [500, 1000, 2000]
    assert [change.at for change in series.changes] == [2]


def test_another_version_of_a_dataset_is_not_compared(tmp_path):
    make_run(tmp_path, 0, "model", [True] * 100)
    make_run(tmp_path, 1, "model", [False] * 100, version="other1")

    with opened(tmp_path) as index:
        (series,) = series_of(index.points(), index.clusters)

    assert series.changes == [] and not series.tested


def test_the_index_follows_the_runs_and_deleting_it_loses_nothing(nightly):
    with opened(nightly) as index:
        before = index.points()
        assert index.refresh() == 0
    (nightly / NAME).unlink()
    with opened(nightly) as index:
        assert index.points() == before
    root = make_run(nightly, 20, "model", [True] * 600)
    with opened(nightly) as index:
        assert len(index.points()) == 13
    (root / "summary.json").unlink()
    with opened(nightly) as index:
        assert index.points() == before


@pytest.mark.parametrize("damage", ["garbage", "old"])
def test_a_damaged_or_old_index_is_made_anew(nightly, damage):
    with opened(nightly) as index:
        before = index.points()
    if damage == "garbage":
        (nightly / NAME).write_bytes(b"no database at all" * 100)
    else:
        base = sqlite3.connect(nightly / NAME)
        base.execute("pragma user_version = 99")
        base.close()

    with opened(nightly) as index:
        assert index.points() == before


def test_a_run_with_a_damaged_board_is_named_and_left_out(nightly, caplog):
    (nightly / "lab/20260101_030000/summary.json").write_text('{"rows": [{"dataset"')

    with opened(nightly) as index:
        assert len(index.points()) == 11
    assert "20260101_030000" in caplog.text


def test_the_command_shows_points_and_writes_files(nightly, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    out = tmp_path / "history.json"

    assert main(["history", str(nightly), "-o", str(out)]) == 0

    shown = capsys.readouterr().out
    assert "quiz" in shown and "12 runs" in shown and "(p < .001)" in shown
    (series,) = json.loads(out.read_text())["series"]
    assert len(series["points"]) == 12 and len(series["changes"]) == 1


def test_a_picture_is_a_png(nightly, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    out = tmp_path / "history.png"

    assert main(["history", str(nightly), "-o", str(out)]) == 0

    assert out.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["gone"], 5, "no such folder of runs"),
        ([".", "--model", "nobody*"], 3, "none of 12 runs"),
        ([".", "-o", "plot.gif"], 2, ".png, .html or .json"),
        ([".", "--step", "model"], 2, "MODEL=NUMBER"),
    ],
)
def test_wrong_arguments_are_said(nightly, monkeypatch, capsys, arguments, code, said):
    monkeypatch.chdir(nightly)

    assert main(["history", *arguments]) == code
    assert said in capsys.readouterr().err


def test_steps_may_be_given(tmp_path):
    for number, name in enumerate(("sft-early", "sft-late")):
        make_run(tmp_path, number, name, [True, False] * 20)
    with opened(tmp_path) as index:
        found = series_of(index.points(), index.clusters, steps={"sft-late": 2, "sft-early": 1})
    assert [(one.name, one.steps) for one in found] == [("sft", [1, 2])]
    assert Index(tmp_path).runs() == 2
