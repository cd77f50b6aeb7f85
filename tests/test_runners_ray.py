"""Ray: a real cluster of two node processes on this machine, one of which is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from tests.laboratory import Laboratory

pytest.importorskip("ray")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]

RUNNER = "runner = dict(type='compass.runners.Ray', address={address!r}, actors=4)\n"
MORE = """
models = [models[0], dict(abbr='second', backend=dict(type=Instant, rule='right', pause={pause}))]
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A head without processors and two nodes of two each."""
    home = tmp_path_factory.mktemp("ray")
    program = (
        "import sys, ray.cluster_utils as c\n"
        "made = c.Cluster(initialize_head=True, head_node_args=dict(num_cpus=0,"
        " include_dashboard=False, object_store_memory=80_000_000))\n"
        "nodes = [made.add_node(num_cpus=2, object_store_memory=80_000_000) for _ in range(2)]\n"
        "print(made.address, flush=True)\n"
        "for line in sys.stdin:\n"
        "    made.remove_node(nodes.pop(), allow_graceful=False)\n"
        "    print('gone', flush=True)\n"
        "made.shutdown()\n"
    )
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", program], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    process.address = process.stdout.readline().strip()
    assert process.address, (home / "log").read_text()
    yield process
    process.stdin.close()
    process.wait(60)
    process.stdout.close()


def laboratory(home, address=None, pause=0.0):
    lab = Laboratory(home, count=40, rows=20, pause=pause)
    more = MORE.format(pause=pause) + (RUNNER.format(address=address) if address else "")
    lab.config.write_text(lab.config.read_text() + more)
    return lab


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    lab = laboratory(tmp_path_factory.mktemp("calm"))
    lab.run()
    return lab.board()["rows"]


def same(one, other):
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def test_a_run_on_two_nodes_scores_as_a_local_one(cluster, calm, tmp_path):
    lab = laboratory(tmp_path, cluster.address)
    lab.run()
    assert same(lab.board()["rows"], calm)
    assert len(lab.stored()) == 160
    assert lab.asked_by() == 0


def test_a_node_lost_in_the_middle_costs_its_answers_in_flight_only(cluster, calm, tmp_path):
    lab = laboratory(tmp_path, cluster.address, pause=0.2)
    process = subprocess.Popen(lab.command(), env=dict(os.environ))
    until = time.monotonic() + 90
    while not (list(lab.out.glob("lab/*/infer/*/*/*.jsonl")) and len(lab.stored()) > 12):
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.1)
    cluster.stdin.write("kill\n")
    cluster.stdin.flush()
    assert cluster.stdout.readline() == "gone\n"
    assert process.wait(240) == 0
    assert same(lab.board()["rows"], calm)
    assert 160 <= len(lab.stored()) <= 164, "asked twice is what was in flight"
    assert list(lab.out.glob("lab/*/infer/*/*/*.r1.jsonl")), "nothing was begun again"
