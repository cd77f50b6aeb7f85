"""How far a run is, read from its folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.laboratory import Laboratory

ROOT = Path(__file__).resolve().parents[1]


def status(lab, *arguments, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "compass", "status", str(lab.out / "lab"), *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout


def test_it_tells_of_a_run_that_is_at_work_and_of_one_that_has_ended(tmp_path):
    lab = Laboratory(tmp_path, pause=0.05)
    process = subprocess.Popen(lab.command(), stdout=subprocess.DEVNULL, env=dict(os.environ))
    until = time.monotonic() + 60
    while not list(lab.out.glob("lab/*/infer/*/*/*.jsonl")):
        assert time.monotonic() < until
        time.sleep(0.05)
    state = json.loads(status(lab, "--json", code=4))
    assert state["at_work"] and not state["complete"]
    assert process.wait(60) == 0
    state = json.loads(status(lab, "--json"))
    assert not state["at_work"] and state["complete"]
    assert [(p["dataset"], p["answered"], p["failed"], p["done"], p["jobs"], p["scored"])
            for p in state["pairs"]] == [
        ("ranked", 50, 0, 3, 3, True), ("generated", 50, 0, 3, 3, True)
    ]  # fmt: skip
    assert "not at work" in status(lab)


def test_a_folder_without_a_run_is_said(tmp_path):
    lab = Laboratory(tmp_path)
    (lab.out / "lab").mkdir(parents=True)
    status(lab, code=2)
