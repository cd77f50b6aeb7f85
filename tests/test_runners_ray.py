"""Ray: a real cluster of two node processes on this machine, one of which is killed."""

from __future__ import annotations

import importlib.util
import json

import pytest

from tests.cluster.experiment import QUESTIONS, laboratory, scores, started
from tests.cluster.ray_nodes import Cluster

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("ray"),
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed"),
]


@pytest.fixture(scope="module")
def cluster():
    with Cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """The board of a local run."""
    lab = laboratory(tmp_path_factory.mktemp("calm"))
    lab.run()
    return scores(lab)


def runner(cluster: Cluster) -> str:
    return f"dict(type='compass.runners.Ray', address={cluster.address!r}, actors=4)"


def test_a_run_on_two_nodes_scores_as_a_local_one(cluster, calm, tmp_path):
    lab = laboratory(tmp_path, runner(cluster), gpus=1)
    lab.run(env=cluster.environment)
    assert scores(lab) == calm
    assert len(lab.stored()) == QUESTIONS
    jobs = [
        {json.loads(line)["job"].split("/")[1] for line in file.read_text().splitlines()}
        for file in lab.folder.glob("batches/*/infer-*.jsonl")
    ]
    assert jobs.count({"second"}) == 1, "there is one GPU, so one actor can need it"
    assert lab.asked_by() == 0


def test_a_node_lost_in_the_middle_costs_its_answers_in_flight_only(cluster, calm, tmp_path):
    lab = laboratory(tmp_path, runner(cluster), pause=0.1)
    process = started(lab, 20, cluster.environment)
    cluster.kill_node()
    assert process.wait(240) == 0
    assert scores(lab) == calm
    # Asked twice is what was in flight: at most one of each of the two actors there.
    assert QUESTIONS <= len(lab.stored()) <= QUESTIONS + 2
    assert list(lab.out.glob("lab/*/infer/*/*/*.r1.jsonl")), "nothing was begun again"


def test_an_address_where_nobody_listens_is_said_at_once(tmp_path):
    lab = laboratory(tmp_path, "dict(type='compass.runners.Ray', address='127.0.0.1:9')")
    said = lab.run(code=2).stderr
    assert "no Ray cluster at '127.0.0.1:9'" in said
