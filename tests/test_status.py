"""How far a run is, read from its folder."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from compass.presence import presence
from compass.progress import progress
from compass.runfolder import RunFolder
from tests.laboratory import Laboratory
from tests.test_runners_local import Desk

ROOT = Path(__file__).resolve().parents[1]


def status(lab, *arguments, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "compass", "status", str(lab.out / "lab"), *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture
def working(tmp_path):
    """A run at work, some answers of which are there."""
    lab = Laboratory(tmp_path, pause=0.5)
    process = subprocess.Popen(
        lab.command("--no-report"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    try:
        while not any(p.stat().st_size > 2000 for p in lab.out.glob("lab/*/infer/*/*/*.jsonl")):
            assert time.monotonic() < until
            time.sleep(0.05)
        yield lab, process
    finally:
        process.kill()
        process.wait()


def test_it_tells_of_a_run_that_is_at_work_and_of_one_that_has_ended(working):
    lab, process = working
    state = json.loads(status(lab, "--json", code=4))
    assert state["at_work"] and not state["complete"] and not state["broken_off"]
    assert state["owner"]["pid"] == process.pid
    assert state["questions"] == 100
    assert 0 < state["rate"] < 2.1  # at most one answer every half second
    assert state["seconds_left"] > 1
    parts = [part for pair in state["pairs"] for part in pair["parts"]]
    assert [part["state"] for part in parts].count("at work") == 1
    said = status(lab, code=4)
    assert f"at work: process {process.pid} on" in said
    assert "of 100 questions answered" in said and "/s, left 0:0" in said
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    lab.configure(pause=0)
    lab.run("-r", "--no-report")
    state = json.loads(status(lab, "--json"))
    assert not state["at_work"] and state["complete"] and not state["broken_off"]
    assert state["owner"]["pid"] is None and state["seconds_left"] == 0
    assert [(p["dataset"], p["answered"], p["failed"], p["done"], p["jobs"], p["scored"])
            for p in state["pairs"]] == [
        ("ranked", 50, 0, 3, 3, True), ("generated", 50, 0, 3, 3, True)
    ]  # fmt: skip
    said = status(lab)
    assert "lab/20" in said and ": complete" in said


def test_a_run_whose_process_is_gone_is_said_to_be_broken_off(working):
    lab, process = working
    process.kill()
    process.wait()
    until = time.monotonic() + 30
    while json.loads(status(lab, "--json", code=4))["at_work"]:  # its worker leaves
        assert time.monotonic() < until
    state = json.loads(status(lab, "--json", code=4))
    assert state["broken_off"] and state["owner"]["pid"] == process.pid
    assert not state["owner"]["alive"]
    said = status(lab, code=4)
    assert f"broken off: process {process.pid} on" in said and "is gone; go on with -r" in said
    assert "0: broken off, " in said
    lab.configure(pause=0)
    lab.run("-r", "--no-report")
    assert ": complete" in status(lab)


def test_an_owner_elsewhere_is_not_said_to_be_gone(tmp_path):
    lock = tmp_path / "run.lock"
    lock.write_text(json.dumps({"pid": 1, "host": "some-node", "since": "yesterday"}))
    here = presence(lock)
    assert here.alive and not here.at_work
    assert str(here).startswith("not seen at work from this machine: process 1 on some-node")
    lock.write_text("[]")
    assert str(presence(lock)) == "not at work"


def test_the_time_left_counts_what_questions_cost(tmp_path):
    lab = Laboratory(tmp_path, count=40, workers=2)
    lab.run("--no-report")
    folder = RunFolder(lab.folder)
    for dataset, seconds in {"ranked": 20.0, "generated": 2.0}.items():
        first, last = sorted((folder.root / "infer/chance" / dataset).glob("*.done.json"))
        first.write_text(json.dumps({**json.loads(first.read_text()), "seconds": seconds}))
        last.unlink()
        last.with_name("00000020.jsonl").unlink()
    left = {pair.dataset: pair.left for pair in progress(folder).pairs}
    assert left == {"ranked": 20.0, "generated": 2.0}
    # One that has no answer yet is compared by its estimate to one that has.
    for path in (folder.root / "infer/chance/ranked").iterdir():
        path.unlink()
    estimates = {one.dataset: one.seconds for one in folder.plan().estimates}
    left = {pair.dataset: pair.left for pair in progress(folder).pairs}
    ratio = estimates["ranked"] / estimates["generated"]
    assert left["ranked"] == pytest.approx(4.0 * ratio, abs=0.1)


def test_a_job_that_failed_is_counted(tmp_path):
    desk = Desk(tmp_path)
    desk.run(desk.model(fail=["q5"]))
    (pair,) = progress(desk.folder).pairs
    assert (pair.failed, pair.answered) == (1, 11)
    # Scoring met the hole, so all of it is looked at again by the next start.
    assert [part.state for part in pair.parts] == ["answered", "failed", "answered"]
    assert [part.failed for part in pair.parts] == [0, 1, 0]
    assert not presence(desk.folder.lock_file).broken_off


@pytest.mark.parametrize("text", ["[1, 2]", '{"stages": 3}', '{"stages": [[{}]]}'])
def test_a_plan_of_something_else_is_said(tmp_path, text):
    lab = Laboratory(tmp_path)
    (lab.out / "lab").mkdir(parents=True)
    (lab.out / "lab" / "plan.json").write_text(text)
    status(lab, code=5)


def test_a_folder_without_a_run_is_said(tmp_path):
    lab = Laboratory(tmp_path)
    (lab.out / "lab").mkdir(parents=True)
    status(lab, code=2)
