"""Slurm: batches, and a real cluster of two nodes, one of which is lost in the middle."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.plan import Job
from compass.runfolder import RunFolder
from compass.runners import slurm
from compass.runners.batches import infer_batches, score_batches
from tests.cluster import experiment
from tests.cluster.experiment import QUESTIONS, scores, started
from tests.cluster.slurm import Cluster, missing

ROOT = Path(__file__).resolve().parents[1]


def real(test):
    """Mark a test that needs a cluster."""
    skip = pytest.mark.skipif(bool(missing()), reason=missing() or "here")
    return skip(pytest.mark.slow(pytest.mark.xdist_group("slurm")(test)))


def job(model: str, dataset: str, start: int, stop: int, kind: str = "infer") -> Job:
    return Job(
        kind=kind, model=model, dataset=dataset, start=start, stop=stop, fingerprint="f",
        seconds=float(stop - start) if kind == "infer" else 0.0,
    )  # fmt: skip


@given(
    sizes=st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 500)), min_size=1, max_size=40),
    most=st.integers(1, 20),
)
def test_every_job_is_in_one_batch_of_its_model(sizes, most):
    jobs = [job(model, f"d{n}", 0, size) for n, (model, size) in enumerate(sizes)]
    needs = {"a": 0.0, "b": 1.0, "c": 1.0}
    found = infer_batches(jobs, needs, most)
    ids = [name for batches in found.values() for batch in batches for name in batch]
    assert sorted(ids) == sorted(one.id for one in jobs)
    by_id = {one.id: one for one in jobs}
    for need, batches in found.items():
        for batch in batches:
            assert batch and len({by_id[name].model for name in batch}) == 1
            assert needs[by_id[batch[0]].model] == need
        weights = [sum(by_id[name].seconds for name in batch) for batch in batches]
        assert weights == sorted(weights, reverse=True), "the longest first"


def test_scoring_is_apart():
    jobs = [job("a", f"d{n}", 0, 9, "score") for n in range(5)] + [job("a", "d", 0, 9)]
    assert Counter(map(len, score_batches(jobs, 2))) == {3: 1, 2: 1}
    assert score_batches([], 3) == []


def test_scoring_waits_for_the_answers_of_its_own_model_alone(tmp_path, monkeypatch):
    jobs = [job(model, f"d{n}", 0, 9, kind) for kind in ("infer", "score") for model in "abc"
            for n in range(2) if (model, kind) != ("c", "infer")]  # fmt: skip
    models = [SimpleNamespace(abbr=abbr) for abbr in "abc"]
    monkeypatch.setattr(slurm, "experiment_of", lambda _: SimpleNamespace(models=models))
    monkeypatch.setattr(slurm, "gpus_wanted", lambda model: 2.0 * (model.abbr == "b"))
    arrays = []

    def array(self, folder, file, batches, attempt, extra):
        arrays.append((file.stem, [name for batch in batches for name in batch], extra))
        return str(len(arrays))

    monkeypatch.setattr(slurm.Slurm, "_array", array)
    submitted = slurm.Slurm(tasks=4)._submit(RunFolder(tmp_path), jobs)
    assert submitted.jobs == ("1", "2", "3", "4", "5")
    assert [(stem, extra) for stem, _, extra in arrays] == [
        ("infer0", ["--gres=gpu:2"]),
        ("infer1", []),
        ("score0", ["--dependency=afterany:2_0:2_1"]),
        ("score1", ["--dependency=afterany:1_0:1_1"]),
        ("score2", []),
    ]
    assert [names for _, names, _ in arrays[2:]] == [
        [f"score/{m}/d0", f"score/{m}/d1"] for m in "abc"
    ]


RUNNER = "dict(type='compass.runners.Slurm', tasks=4, poll=0.3, detach={detach}, {more})"


def laboratory(home, pause=0.0, detach=False, more=""):
    return experiment.laboratory(home, RUNNER.format(detach=detach, more=more), pause)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("slurm")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """The board of a local run."""
    lab = experiment.laboratory(tmp_path_factory.mktemp("calm"))
    lab.run()
    return scores(lab)


def status(lab, cluster, *arguments, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "compass", "status", str(lab.folder), *arguments],
        cwd=ROOT, env={**os.environ, **cluster.environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@real
def test_a_run_on_two_nodes_scores_as_a_local_one(cluster, calm, tmp_path):
    lab = laboratory(tmp_path)
    lab.run(env=cluster.environment)
    assert scores(lab) == calm
    assert len(lab.stored()) == QUESTIONS
    assert lab.asked_by() == 0


@real
def test_detached_it_is_found_again_and_nothing_else_may_touch_it(cluster, calm, tmp_path):
    lab = laboratory(tmp_path, detach=True, more="flags=['--hold']")
    done = lab.run(env=cluster.environment)
    assert "submitted; follow it with:" in done.stdout
    assert not (lab.folder / "summary.json").exists()
    state = json.loads(status(lab, cluster, "--json", code=4))
    assert state["at_work"] and not state["complete"] and sum(state["queue"].values()) > 1

    before = {name: (lab.folder / name).read_bytes() for name in ("config.json", "plan.json")}
    text = lab.config.read_text()
    lab.config.write_text(text.replace("Answer:", "Reply:"))
    refused = lab.run("-r", code=5, env=cluster.environment).stderr
    assert "with another configuration than this one: 24 of its 24 jobs" in refused
    lab.config.write_text(text)
    assert "cannot follow" in lab.run("-r", "--debug", code=5, env=cluster.environment).stderr
    assert before == {name: (lab.folder / name).read_bytes() for name in before}

    cluster.release()
    lab.run("-r", env=cluster.environment)
    assert scores(lab) == calm
    assert len(lab.stored()) == QUESTIONS
    assert json.loads(status(lab, cluster, "--json"))["queue"] == {}
    assert "no batch of this run" in status(lab, cluster, "--cancel", code=2)


@real
def test_where_slurm_cannot_be_asked_a_run_that_may_be_at_work_is_left_alone(
    cluster, calm, tmp_path
):
    lab = laboratory(tmp_path, detach=True, more="flags=['--hold']")
    lab.run(env=cluster.environment)
    here = {"PATH": str(Path(sys.executable).parent)}
    assert "there is no squeue here" in lab.run("-r", code=5, env=here).stderr
    with cluster.without("munge"):
        assert "is not known: Slurm has not answered" in status(lab, cluster, code=4)
    cluster.release()
    lab.run("-r", env=cluster.environment)
    assert scores(lab) == calm


@real
def test_stopped_by_the_user_the_batches_are_cancelled_and_answers_kept(cluster, tmp_path):
    lab = laboratory(tmp_path, pause=0.2)
    process = started(lab, 10, cluster.environment, stdout=subprocess.DEVNULL)
    process.send_signal(signal.SIGINT)
    assert process.wait(120) == 130
    kept = len(lab.stored())
    assert 10 < kept < QUESTIONS
    cluster.wait_for(lambda: cluster.states().count("idle") == 2, 60)
    lab.run("-r", env=cluster.environment)
    assert len(lab.stored()) == QUESTIONS


@real
def test_cancelled_from_elsewhere_it_is_not_submitted_again(cluster, tmp_path):
    lab = laboratory(tmp_path, pause=0.4)
    process = started(
        lab, 10, cluster.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert "what was answered is kept" in status(lab, cluster, "--cancel")
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 130
    assert "batches of this run were cancelled" in said
    assert not list(lab.folder.glob("infer/*/*/*.t2.jsonl"))


@real
def test_a_node_lost_in_the_middle_costs_its_answers_in_flight_only(cluster, calm, tmp_path):
    lab = laboratory(tmp_path, pause=0.15)
    process = started(lab, 20, cluster.environment, stdout=subprocess.DEVNULL)
    with cluster.without("n1"):
        assert process.wait(300) == 0
    assert scores(lab) == calm
    # Twice asked is what was in flight: at most a row of each of the two batches there.
    assert QUESTIONS <= len(lab.stored()) <= QUESTIONS + 2
    assert list(lab.out.glob("lab/*/infer/*/*/*.r1.jsonl")), "nothing was begun again"


@real
def test_slurm_that_does_not_answer_for_a_while_is_waited_for(cluster, calm, tmp_path):
    lab = laboratory(tmp_path, pause=0.15)
    process = started(
        lab, 1, cluster.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    for name in ("munge", "controller"):
        with cluster.without(name):
            time.sleep(5)
    said = process.communicate(timeout=300)[1]
    assert process.returncode == 0, said
    assert "Slurm does not answer, waiting for it: " in said
    assert scores(lab) == calm
    assert len(lab.stored()) == QUESTIONS


@real
def test_a_batch_that_dies_alone_is_submitted_again(cluster, calm, tmp_path):
    lab = laboratory(tmp_path, pause=0.15)
    process = started(lab, 10, cluster.environment, stdout=subprocess.DEVNULL)
    victim = next(pid for pid in cluster.steps("n2") if not cluster.is_stepd(pid))
    os.kill(victim, signal.SIGKILL)
    assert process.wait(300) == 0
    assert scores(lab) == calm
    assert list(lab.out.glob("lab/*/infer/*/*/*.t2.jsonl")), "nothing was tried again"


@real
def test_a_batch_that_slurm_holds_back_is_named_once(cluster, calm, tmp_path):
    lab = laboratory(tmp_path, more="flags=['--hold']")
    process = subprocess.Popen(
        lab.command(), env={**os.environ, **cluster.environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    cluster.wait_for(lambda: "JobHeldUser" in cluster.ask("squeue", "-h", "-o", "%r"), 60)
    held = json.loads((lab.folder / "cluster.json").read_text())["jobs"][0]
    time.sleep(3)
    cluster.release()
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 0
    assert said.count(f"batch {held}_0 is held (JobHeldUser)") == 1
    assert scores(lab) == calm


@real
def test_what_slurm_refuses_leaves_nothing_in_its_queue(cluster, tmp_path):
    lab = laboratory(tmp_path, pause=0.5, more="score_flags=['--partition=nowhere']")
    said = lab.run(code=2, env=cluster.environment).stderr
    assert "sbatch refuses: sbatch: error: invalid partition specified: nowhere" in said
    cluster.wait_for(lambda: not cluster.ask("squeue", "-h"), 60)


@real
def test_a_submission_whose_answer_was_lost_is_found_by_its_name(cluster, tmp_path):
    """The answer gets lost on the way, as between a busy controller and a login node."""
    deaf = tmp_path / "bin" / "sbatch"
    deaf.parent.mkdir()
    deaf.write_text(
        f'#!/bin/sh\n{shutil.which("sbatch")} "$@" > /dev/null\n'
        "echo 'sbatch: error: Socket timed out on send/recv operation' >&2; exit 1\n"
    )
    deaf.chmod(0o755)
    path = f"{deaf.parent}:{os.environ['PATH']}"
    lab = laboratory(tmp_path / "lab")
    lab.run(env={**cluster.environment, "PATH": path})
    assert len(lab.stored()) == QUESTIONS
    assert len(json.loads((lab.folder / "cluster.json").read_text())["jobs"]) == 3
