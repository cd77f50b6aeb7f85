"""Whole runs on a served model: killed and resumed, stopped, ranked, through a storm."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from compass.store import read_rows
from tests.faultproxy import FaultProxy
from tests.hf_server import HFServer, Voice
from tests.hf_tiny import save_model
from tests.loopback import Oracle, Server, reply

ROOT = Path(__file__).resolve().parents[1]
KEY = "sk-secret-0123456789abcdef"

CONFIG = """
from compass.ask import Generate, Rank
from compass.data.rows import Rows
from compass.evaluators import Choice
from compass.models.api import API
from compass.prompts import Text
from compass.runners import Local
from compass.partitioners import BySize

models = [dict(abbr='served', backend=dict(
    type=API, model='m', base_url={url!r}, key='env:TEST_KEY', backoff=0.02, timeout=1.0,
    concurrency=16, log='bodies', **{more!r}))]
datasets = [dict(
    abbr='quiz',
    reader=dict(type=Rows, path={data!r}, question='question', choices='choices',
                answer='answer'),
    prompt=dict(type=Text, text={prompt!r}),
    ask={ask},
    evaluator=dict(type=Choice),
)]
partitioner = dict(type=BySize, rows=100)
runner = dict(type=Local, workers=2)
"""

PROMPT = "{{ question }}\n{{ options }}\nAnswer:"


class Runs:
    """A config and its rows in a folder."""

    def __init__(self, home: Path, count: int) -> None:
        self.home = home
        self.data = home / "rows.jsonl"
        rows = [
            {"question": f"What is {n} plus 1?", "choices": [str(n + 1), str(n)], "answer": "A"}
            for n in range(count)
        ]
        self.data.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def command(self, url: str, *arguments: str, ask="dict(type=Generate)", more=None) -> list:
        config = self.home / "api.py"
        config.write_text(
            CONFIG.format(url=url, data=str(self.data), prompt=PROMPT, ask=ask, more=more or {})
        )
        return [
            sys.executable, str(ROOT / "run.py"), str(config), "-w", str(self.home / "out"),
            *arguments,
        ]  # fmt: skip

    def run(self, url: str, *arguments: str, code: int = 0, **more) -> subprocess.CompletedProcess:
        done = subprocess.run(
            self.command(url, *arguments, **more), capture_output=True, text=True,
            timeout=200, env=self.environment, check=False,
        )  # fmt: skip
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "TEST_KEY": KEY}

    @property
    def folder(self) -> Path:
        (folder,) = (path.parent for path in self.home.glob("out/api/*/run.json"))
        return folder

    def rows(self) -> list[dict]:
        logs = sorted(self.folder.glob("infer/*/*/*.jsonl"))
        return [row for log in logs for row in read_rows(log)]

    def score(self) -> dict:
        path = self.folder / "score" / "served" / "quiz" / "scores.json"
        return json.loads(path.read_text())


def test_killed_in_mid_flight_it_asks_again_only_what_was_in_flight(tmp_path):
    runs = Runs(tmp_path, 300)
    oracle = Oracle(say=lambda _: "A", delay=0.05)
    with Server(oracle) as server:
        process = subprocess.Popen(
            runs.command(server.url), env=runs.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + 60
        while sum(oracle.asked.values()) < 120 and time.monotonic() < until:
            time.sleep(0.02)
        workers = subprocess.run(
            ["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True
        )
        for pid in [process.pid, *map(int, workers.stdout.split())]:
            os.kill(pid, signal.SIGKILL)
        process.wait()
        kept = len(runs.rows())
        assert 0 < kept < 300
        runs.run(server.url, "-r")
    again = [prompt for prompt, times in oracle.asked.items() if times > 1]
    assert len(oracle.asked) == 300
    assert max(oracle.asked.values()) == 2
    assert len(again) <= 16, "more than was in flight"
    assert Counter(row["key"] for row in runs.rows()).most_common(1)[0][1] == 1
    (score, *_) = runs.score()["scores"]
    assert (score["n"], score["failed"], score["value"]) == (300, 0, 1.0)


def test_stopped_by_the_user_it_keeps_what_is_in_flight(tmp_path):
    runs = Runs(tmp_path, 300)
    oracle = Oracle(say=lambda _: "A", delay=0.4)
    with Server(oracle) as server:
        process = subprocess.Popen(
            runs.command(server.url), env=runs.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 60
        while sum(oracle.asked.values()) < 40 and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert len(runs.rows()) == sum(oracle.asked.values()) < 300


@pytest.mark.parametrize("more", [{}, {"stream": True}])
def test_a_run_through_a_storm_scores_as_without_it_and_keeps_the_key_secret(more, tmp_path):
    runs = Runs(tmp_path, 200)

    def leak(request):
        return reply({"error": {"message": f"try again, {request.headers['authorization']}"}}, 500)

    class Leaky(FaultProxy):
        async def spoilt(self, fault, request):
            return leak(request) if fault == "500" else await super().spoilt(fault, request)

    with Server(Oracle(say=lambda _: "A")) as server:
        storm = Leaky(server.port, 0.25)
        with Server(storm) as proxy:
            done = runs.run(proxy.url, more=more)
    assert storm.met["500"]
    (score, *_) = runs.score()["scores"]
    assert (score["n"], score["failed"], score["value"]) == (200, 0, 1.0)
    for path in [p for p in tmp_path.rglob("*") if p.is_file()]:
        assert KEY.encode() not in path.read_bytes(), path
    assert KEY not in done.stdout + done.stderr
    calls = [r for p in runs.folder.glob("calls/served/*.jsonl") for r in read_rows(p)]
    assert sum("error" not in row for row in calls) == 200
    assert any("[key]" in row.get("error", "") for row in calls)


def test_a_failed_call_is_no_wrong_answer(tmp_path):
    runs = Runs(tmp_path, 20)

    async def picky(request):
        if "What is 7 plus" in request.json()["messages"][-1]["content"]:
            return reply({"error": {"message": "refused"}}, 400)
        return await Oracle(say=lambda _: "A")(request)

    with Server(picky) as server:
        runs.run(server.url, code=4)
    (score, *_) = runs.score()["scores"]
    assert (score["n"], score["failed"], score["value"]) == (19, 1, 1.0)
    assert "!1 failed" in (runs.folder / "summary.md").read_text()


def test_a_server_that_cannot_rank_says_so_before_the_run(tmp_path):
    runs = Runs(tmp_path, 5)
    oracle = Oracle()
    with Server(oracle) as server:
        done = runs.run(server.url, ask="dict(type=Rank)", code=2)
        assert "API cannot do what Rank asks" in done.stderr and "ranking=" in done.stderr
        top = {"ranking": "top", "retries": 0}
        done = runs.run(server.url, ask="dict(type=Rank)", more=top, code=4)
        assert "does not rank in the way 'top'" in done.stderr
        assert "model 'served'" in done.stderr
    assert sum(oracle.asked.values()) == 1, "only the check was asked"
    assert not list(tmp_path.rglob("infer/*/*/*.jsonl"))


def test_rankings_by_the_first_token_say_so_on_the_board(tmp_path):
    runs = Runs(tmp_path, 6)

    async def answer(request):
        tops = [{"token": t, "logprob": v} for t, v in (("A", -0.2), (" B", -2.0))]
        choice = {"message": {"content": "A"}, "finish_reason": "length"}
        choice["logprobs"] = {"content": [{"token": "A", "logprob": -0.2, "top_logprobs": tops}]}
        return reply({"choices": [choice]})

    with Server(answer) as server:
        done = runs.run(server.url, ask="dict(type=Rank)", more={"ranking": "top"})
    assert runs.score()["mode"] == "rank-first"
    assert runs.score()["scores"][0]["value"] == 1.0
    assert "ranked by the first token alone" in " ".join(done.stdout.split())
    assert "rank-first" in (runs.folder / "summary.csv").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("way", ["echo"])
def test_a_ranking_over_an_api_is_that_of_the_model_in_process(way, tmp_path):
    folder = save_model(tmp_path / "tiny", seed=3)
    runs = Runs(tmp_path, 12)
    with HFServer(Voice(str(folder))) as server:
        more = {"chat": False, "ranking": way}
        ask = "dict(type=Rank, options='texts', normalise=['sum', 'token', 'whole'])"
        runs.run(server.url, ask=ask, more=more)
        there = runs.rows()
        command = runs.command(server.url, ask=ask, more=more)
        text = Path(command[2]).read_text()
        text = text[: text.index("models = ")] + (
            "from compass.models.hf import HF\n"
            f"models = [dict(abbr='here', backend=dict(type=HF, path={str(folder)!r}, "
            "dtype='float32', device='cpu', chat=False))]\n"
        ) + text[text.index("datasets = ") :]  # fmt: skip
        Path(command[2]).write_text(text)
        subprocess.run([*command, "-r"], env=runs.environment, check=True, capture_output=True)
    here = {
        row["sample_id"]: row["likelihoods"]
        for log in runs.folder.glob("infer/here/*/*.jsonl")
        for row in read_rows(log)
    }
    assert len(there) == len(here) == 12
    for row in there:
        for mine, theirs in zip(row["likelihoods"], here[row["sample_id"]], strict=True):
            assert mine == pytest.approx(theirs, abs=1e-3)
