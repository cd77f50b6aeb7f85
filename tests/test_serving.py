"""Servers that are started for a run: found, logged, ended, and replaced when they die."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from compass.errors import ConfigError, ModelError
from compass.models.api import API
from compass.models.api.serving import Serving, plan_of
from compass.specs import Generation
from tests.engine_record import NAMES
from tests.hf_tiny import question

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = Generation(max_new_tokens=4)

STANDIN = """
import http.server, json, os, sys, time
print('the stand-in begins', os.getpid(), flush=True)
time.sleep(0.3)
class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self): self.send({'data': []})
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers['content-length'])))
        said = {'content': str(os.getpid())}
        self.send({'choices': [{'message': said, 'finish_reason': 'stop'}]})
    def send(self, value):
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Page).serve_forever()
"""
SERVE = {"engine": "command", "command": [sys.executable, "-c", STANDIN, "{port}"], "wait": 60}


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"


def wait_until(fact) -> bool:
    until = time.monotonic() + 30
    while not fact() and time.monotonic() < until:
        time.sleep(0.05)
    return fact()


@pytest.fixture
def serve():
    return SERVE


def said(model) -> int:
    (answer,) = model.generate(iter([question("00", "who?")]), SETTINGS)
    assert answer.error is None
    return int(answer.output)


def test_it_is_started_at_the_first_question_and_ended_at_the_last(serve, tmp_path):
    model = API("m", serve=serve)
    model.keep_in(tmp_path)
    model.prepare({"generate"})
    assert not (tmp_path / "server.log").exists()
    pid = said(model)
    assert said(model) == pid
    model.close()
    assert wait_until(lambda: gone(pid))
    assert f"the stand-in begins {pid}" in (tmp_path / "server.log").read_text()


def test_one_that_died_is_started_again_by_the_next_job(serve):
    model = API("m", serve=serve)
    first = said(model)
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: not model._serving.alive)
    second = said(model)
    model.close()
    assert first != second


def test_it_ends_when_its_owner_is_killed(serve, tmp_path):
    program = (
        "import sys, json, time; from compass.models.api.serving import *\n"
        "s = Serving(plan_of(json.loads(sys.argv[1])), 'm', None, Path(sys.argv[2]))\n"
        "print('up', flush=True); time.sleep(100)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program, json.dumps(serve), str(tmp_path)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert owner.stdout.readline() == "up\n"
    pid = int((tmp_path / "server.log").read_text().split("begins ")[1].split()[0])
    assert not gone(pid)
    owner.kill()
    owner.communicate()
    assert wait_until(lambda: gone(pid))


def test_one_that_fails_says_why(tmp_path):
    broken = [sys.executable, "-c", "print('no such weights'); raise SystemExit(3)"]
    plan = plan_of({"engine": "command", "command": broken})
    with pytest.raises(ModelError, match=r"exit code 3; it said last:\n.*no such weights"):
        Serving(plan, "m", None, tmp_path)


def test_one_that_never_answers_is_ended(tmp_path):
    idle = [sys.executable, "-c", "import time; time.sleep(100)"]
    plan = plan_of({"engine": "command", "command": idle, "wait": 0.5})
    with pytest.raises(ModelError, match=r"did not answer within 0\.5 seconds"):
        Serving(plan, "m", None, tmp_path)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"engine": "tgi"}, "needs an engine"),
        ({"engine": "vllm", "prot": 1}, "no key 'prot'"),
        ({"engine": "command"}, "go together"),
        ({"engine": "vllm", "command": ["x"]}, "go together"),
        ({"engine": "lmdeploy", "dtype": "float32"}, "not in float32"),
    ],
)
def test_what_serve_says_is_checked(given, message):
    with pytest.raises(ConfigError, match=message):
        API("m", serve=given)
    with pytest.raises(ConfigError, match="exclude each other"):
        API("m", base_url="http://localhost:1/v1", serve={"engine": "vllm"})


def test_the_commands_of_the_engines(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    more = {"path": "org/m", "context": 4096, "dtype": "float16", "python": "py", "args": ["--x"]}

    def line(engine, ranking=None):
        return " ".join(plan_of({"engine": engine, **more}).line("m", ranking, 99))

    assert line("vllm") == (
        "py -m vllm.entrypoints.cli.main serve org/m --host 127.0.0.1 --port 99 "
        "--served-model-name m --tensor-parallel-size 2 --enable-prefix-caching "
        "--generation-config vllm --max-model-len 4096 --dtype float16 --x"
    )
    assert line("sglang") == (
        "py -m sglang.launch_server --model-path org/m --host 127.0.0.1 --port 99 "
        "--served-model-name m --tp-size 2 --sampling-defaults openai "
        "--context-length 4096 --dtype float16 --x"
    )
    start = (
        "py -m lmdeploy serve api_server org/m --server-name 127.0.0.1 --server-port 99 "
        "--model-name m --tp 2 --generation-config lmdeploy "
    )
    end = " --session-len 4096 --dtype float16 --x"
    assert line("lmdeploy") == f"{start}--enable-prefix-caching{end}"
    ranks = "--backend pytorch --logprobs-mode raw_logprobs"
    assert line("lmdeploy", "lmdeploy") == start + ranks + end


def test_the_engines_know_the_flags_they_are_given():
    commands = {
        "vllm": "vllm serve",
        "sglang": "sglang.launch_server",
        "lmdeploy": "lmdeploy serve api_server",
    }
    more = {"context": 4096, "dtype": "float16", "revision": "v1"}
    for engine, command in commands.items():
        for ranking in (None, "echo"):
            line = plan_of({"engine": engine, **more}).line("m", ranking, 99)
            assert {word for word in line if word.startswith("--")} <= NAMES[command]


def test_an_engine_that_is_not_installed_is_said_before_the_run():
    with pytest.raises(ModelError, match="vllm is not installed here"):
        API("m", serve={"engine": "vllm"}).prepare({"generate"})


def test_weights_are_its_identity_and_ports_are_not():
    def identity(**serve):
        return API("m", serve={"engine": "vllm", "path": "org/m", **serve}).identity()

    assert identity() == identity(port=8123, wait=5.0, tp=4)
    assert identity() != identity(revision="v2")
    assert identity() != identity(args=["--quantization", "fp8"])
    assert API("m", serve={"engine": "vllm"}).uses_gpu
    assert not API("m").uses_gpu
