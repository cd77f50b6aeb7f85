"""A run as a whole: what is asked, what stands, what is left behind."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from compass import store
from compass.errors import CompassError, ConfigError, StoreError
from compass.evaluate import evaluate, run_folder
from compass.planner import make_plan
from compass.questions import Asking, open_benchmark
from compass.schema import experiment_from_dict
from tests.test_runners_local import Desk, ids


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def experiment_of(raw):
    return experiment_from_dict(raw, name="desk", where="desk")


def asked(desk):
    if not (desk.home / "diary").exists():
        return []
    return sorted(line[2] for line in desk.diary("asked"))


def test_a_lost_log_is_made_good_in_the_same_start(desk):
    desk.run(desk.model())
    second = sorted((desk.home / "run/infer/moody/quiz").glob("*.jsonl"))[1]
    second.write_bytes(second.read_bytes().replace(b"q5", b"\xff5"))
    (desk.home / "diary").unlink()
    run = desk.run(desk.model())  # its seal still stands: scoring finds the hole
    assert run.outcome.failures == []
    assert asked(desk) == ["q5"]
    assert desk.scores()["scores"][0]["n"] == 12


def test_what_failed_twice_is_not_asked_again_in_the_same_start(desk):
    desk.run(desk.model())
    first = min((desk.home / "run/infer/moody/quiz").glob("*.jsonl"))
    first.write_bytes(first.read_bytes().partition(b"\n")[2])
    (desk.home / "diary").unlink()
    run = desk.run(desk.model(fail=["q0"]))
    assert [f.job for f in run.outcome.failures] == [
        "infer/moody/quiz/00000000",
        "score/moody/quiz",
    ]
    assert asked(desk) == ["q0", "q0"]


def test_a_reader_that_fails_once_seals_nothing_it_did_not_ask(desk, monkeypatch):
    mark = desk.home / "mark"
    raw = desk.raw([desk.model()], rows=2)
    raw["datasets"][0]["reader"] = {"type": "tests.moody.Flaky", "mark": str(mark), "at": 3}
    raw["runner"] = {"type": "compass.runners.InProcess"}

    class Monitor(type(desk.monitor)):
        def begin(self, jobs, questions):
            super().begin(jobs, questions)
            mark.touch()

    run = evaluate(experiment_of(raw), desk.folder, Monitor(), mode="infer")
    (failure,) = run.outcome.failures
    assert failure.job == "infer/moody/quiz/00000002"
    assert "OSError: the disk is gone" in failure.first_error
    assert desk.failed() == []  # nothing of it is the model's doing
    assert desk.answered() == ["q0", "q1", "q2", "q4", "q5"]


def test_a_plan_counts_every_repeat(desk):
    raw = desk.raw([{"abbr": "m", "backend": {"type": "compass.models.Instant"}}])
    raw["datasets"][0]["ask"] = {"type": "compass.ask.Generate", "n": 20, "temperature": 1.0}
    planned = make_plan(experiment_of(raw), {})
    (estimate,) = planned.plan.estimates
    assert estimate.questions == 12 * 20
    benchmark = open_benchmark(planned.experiment.datasets[0])
    keys = [q.key for q in Asking("x", {}, benchmark).questions()]
    assert len(keys) == len(set(keys)) == 12 * 20


def test_a_plan_that_fails_leaves_no_folder_behind(desk):
    raw = desk.raw([desk.model()])
    (desk.home / "rows.jsonl").unlink()
    folder = run_folder(desk.home / "out", "desk", None)
    with pytest.raises(CompassError, match=r"rows\.jsonl"):
        evaluate(experiment_of(raw), folder, desk.monitor)
    assert not folder.root.exists()


def test_runs_are_found_by_their_start(tmp_path):
    for name in ("20240101_000000", "20240102_000000", "20240103_000000"):
        (tmp_path / "x" / name).mkdir(parents=True)
        if name < "20240103":
            store.write_document(tmp_path / "x" / name / "run.json", {})
    assert run_folder(tmp_path, "x", "latest").root.name == "20240102_000000"
    assert run_folder(tmp_path, "x", "20240101_000000").root.name == "20240101_000000"
    for wrong in ("20240103_000000", "../x/20240101_000000"):
        with pytest.raises(ConfigError, match="there is no run"):
            run_folder(tmp_path, "x", wrong)
    new = {run_folder(tmp_path, "y", None).root for _ in range(3)}
    assert len(new) == 3


def test_one_process_does_the_same_as_workers(desk):
    raw = desk.raw([desk.model(pause=0.01)], rows=5)
    desk.run(desk.model(), rows=5)
    before = desk.scores()
    run = evaluate(experiment_of(raw), desk.folder, desk.monitor, debug=True)
    assert run.outcome.ran == 0
    for path in desk.home.glob("run/infer/*/*/*"):
        path.unlink()
    run = evaluate(experiment_of(raw), desk.folder, desk.monitor, debug=True)
    assert run.outcome.failures == []
    assert desk.answered() == ids(12)
    assert desk.scores()["scores"] == before["scores"]


def test_a_file_system_without_locks_is_said(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(store.fcntl, "flock", refuse)
    with pytest.raises(StoreError, match="No locks available") as caught:
        store.Lock(tmp_path / "run.lock")
    assert "-w" in caught.value.hint


def test_the_workers_of_a_killed_run_keep_its_lock(tmp_path):
    path = tmp_path / "run.lock"
    code = (
        "import os, sys, time; from pathlib import Path; from compass.store import Lock\n"
        "lock = Lock(Path(sys.argv[1]))\n"
        "if os.fork(): os._exit(0)\n"
        "time.sleep(2.0)"
    )
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    with pytest.raises(StoreError, match="another run is at work here"):
        store.Lock(path, patience=0.1)
    store.Lock(path).release()
    assert time.monotonic() - began > 1.9


def test_secrets_of_the_environment_are_written_nowhere(desk, monkeypatch):
    secret = "sk-" + "a1b2c3d4" * 4
    for name in ("OPENAI_API_KEY", "HF_TOKEN", "COMPASS_SOMETHING"):
        monkeypatch.setenv(name, secret)
    desk.run(desk.model(kill=["q3"]))
    files = [path for path in desk.folder.root.rglob("*") if path.is_file()]
    assert {"config.json", "env.json", "plan.json", "run.json"} < {path.name for path in files}
    for path in files:
        assert secret.encode() not in path.read_bytes(), path


def test_the_first_samples_are_those_of_the_whole(desk):
    experiment = experiment_of(desk.raw([desk.model()]))
    desk.run(desk.model())
    (desk.home / "diary").unlink()
    few = replace(experiment, datasets=(replace(experiment.datasets[0], limit=3),))
    run = evaluate(few, desk.folder, desk.monitor)
    assert run.outcome.failures == []
    assert asked(desk) == []
    assert desk.scores()["scores"][0]["n"] == 3


def test_a_worker_takes_nothing_from_the_current_folder(desk, monkeypatch):
    # A folder of evaluations often holds a json.py or a datasets.py of its own.
    (desk.home / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.chdir(desk.home)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p not in ("", os.getcwd())])
    assert desk.run(desk.model()).outcome.failures == []
