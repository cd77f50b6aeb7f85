"""A server that is started for a run and stopped after it.

The commands are those of LMDeploy 0.18 (``lmdeploy serve api_server``), vLLM 0.33 (``vllm serve``)
and SGLang 0.5.23 (``sglang.launch_server``), with prefix caching on where it does not stand in the
way of rankings.  All three would fill in what a request leaves open (a penalty for repetition, …)
from the model's ``generation_config.json``; here they are told not to.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from compass.errors import ConfigError, ModelError, did_you_mean
from compass.models.api.guard import PATIENCE
from compass.textsafe import clean_line

ENGINES = ("lmdeploy", "vllm", "sglang", "command")
LAST_LINES = 12

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to start: the keys of ``serve=dict(…)``."""

    engine: str
    path: str = ""
    """Weights; empty: the model's name."""

    revision: str | None = None
    tp: int | None = None
    """GPUs over which each layer is spread; None: all that the worker has."""

    context: int | None = None
    dtype: str | None = None
    port: int | None = None
    """None: a free one."""

    args: Sequence[str] = ()
    """More arguments of the server."""

    python: str = ""
    """Interpreter of the environment that has the engine; empty: this one."""

    env: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = ()
    """For the engine ``command``: what to run, with ``{port}``, ``{path}``, ``{model}``."""

    wait: float = 1800.0
    """Seconds the server may take until it answers."""

    def line(self, model: str, ranking: str | None, port: int) -> list[str]:
        """Return the command."""
        path, python = self.path or model, self.python or sys.executable
        tp = str(self.tp or _gpus())
        if self.engine == "command":
            values = {"{port}": str(port), "{path}": path, "{model}": model}
            return [_filled(word, values) for word in self.command]
        if self.engine == "lmdeploy":
            words = [python, "-m", "lmdeploy", "serve", "api_server", path]
            words += ["--server-name", "127.0.0.1", "--server-port", str(port)]
            words += ["--model-name", model, "--tp", tp, "--generation-config", "lmdeploy"]
            if ranking is not None:
                words += ["--backend", "pytorch", "--logprobs-mode", "raw_logprobs"]
            else:
                words += ["--enable-prefix-caching"]
            names = {"revision": "--revision", "context": "--session-len", "dtype": "--dtype"}
        elif self.engine == "vllm":
            words = [python, "-m", "vllm.entrypoints.cli.main", "serve", path]
            words += ["--host", "127.0.0.1", "--port", str(port), "--served-model-name", model]
            words += ["--tensor-parallel-size", tp, "--enable-prefix-caching"]
            words += ["--generation-config", "vllm"]
            names = {"revision": "--revision", "context": "--max-model-len", "dtype": "--dtype"}
        else:
            words = [python, "-m", "sglang.launch_server", "--model-path", path]
            words += ["--host", "127.0.0.1", "--port", str(port), "--served-model-name", model]
            words += ["--tp-size", tp, "--sampling-defaults", "openai"]
            names = {"revision": "--revision", "context": "--context-length", "dtype": "--dtype"}
        for name, flag in names.items():
            value = getattr(self, name)
            words += [] if value is None else [flag, str(value)]
        return [*words, *self.args]

    def check(self) -> None:
        """Raise a ModelError if the engine is not installed."""
        if self.engine == "command" or self.python:
            return
        if importlib.util.find_spec(self.engine) is None:
            raise ModelError(
                f"{self.engine} is not installed here",
                hint=f"pip install 'compass-eval[{self.engine}]', or name the interpreter of its "
                "environment: serve=dict(python=…)",
            )


def plan_of(given: Mapping[str, Any]) -> Plan:
    """Return what ``serve=dict(…)`` says.

    Raises:
        ConfigError: A key is unknown, or one is missing.
    """
    known = [one.name for one in fields(Plan)]
    for name in given:
        if name not in known:
            raise ConfigError(f"serve= has no key {name!r}", hint=did_you_mean(name, known))
    engine = given.get("engine")
    if engine not in ENGINES:
        raise ConfigError(
            f"serve= needs an engine, got {engine!r}", hint=did_you_mean(str(engine), ENGINES)
        )
    if (engine == "command") != bool(given.get("command")):
        raise ConfigError("serve=: the engine 'command' and command=[…] go together")
    if engine == "lmdeploy" and given.get("dtype") == "float32":
        raise ConfigError("LMDeploy computes in float16 or bfloat16, not in float32")
    return Plan(**given)


class Serving:
    """A server that runs; it ends with this process at the latest.

    Args:
        plan: What to start.
        model: Name under which it serves.
        ranking: How it will be asked to rank.
        place: Folder of its log; None for one that goes away.

    Raises:
        ModelError: It ends, or does not answer in time.
    """

    def __init__(self, plan: Plan, model: str, ranking: str | None, place: Path | None) -> None:
        port = plan.port or _free_port()
        self.url = f"http://127.0.0.1:{port}/v1"
        folder = place or Path(tempfile.mkdtemp(prefix="compass-server-"))
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "server.log"
        guard = [sys.executable, "-I", str(Path(__file__).with_name("guard.py"))]
        line = plan.line(model, ranking, port)
        log.info("starting a server: %s", " ".join(line))
        settings = {**os.environ, **plan.env}
        if plan.python:
            settings.pop("PYTHONPATH", None)  # its packages are its own
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                [*guard, *line],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=settings,
            )
        try:
            self._wait(time.monotonic() + plan.wait, plan.wait)
        except BaseException:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """True while it runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self, until: float, patience: float) -> None:
        pause = 0.1
        while True:
            if not self.alive:
                raise self._failed(f"the server ended with exit code {self._process.returncode}")
            try:
                with urllib.request.urlopen(f"{self.url}/models", timeout=5):  # noqa: S310 - ours
                    return
            except urllib.error.HTTPError as error:
                error.close()
                if error.code < 500:
                    return  # it answers, and lists no models
            except OSError:
                pass
            if time.monotonic() > until:
                raise self._failed(f"the server did not answer within {patience:g} seconds")
            time.sleep(pause)
            pause = min(2.0, pause * 1.3)

    def _failed(self, what: str) -> ModelError:
        text = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        lines = [clean_line(line) for line in text.splitlines() if line.strip()]
        last = "\n    ".join(lines[-LAST_LINES:])
        return ModelError(
            f"{what}; it said last:\n    {last}" if last else what, where=str(self.log)
        )


def _filled(word: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(name, value)
    return word


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _gpus() -> int:
    """Return how many GPUs this process was given."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return max(1, len([one for one in visible.split(",") if one.strip()]))
