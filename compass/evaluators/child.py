"""A process of our own that answers requests, and is killed when it takes too long.

Computer algebra can run for ever, and inside C code, where no signal is heard; signals
also reach the main thread only.  Killing a process works from any thread and any worker.
The child limits its own processor time, so that a busy machine judges as an idle one does;
here the clock is watched as well, with patience.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from compass.errors import ConfigError

PATIENCE = 20
"""Seconds of the clock waited for each second of work allowed."""

_START = 300.0
"""Seconds a child may take to load its libraries."""


class Overtime(Exception):
    """The child did not answer in time, or died; it has been killed."""


class Child:
    """A process that runs a module: a JSON line in, a JSON line out.

    The module says ``{"ready": true}`` first, or ``{"missing": "…"}``.

    Args:
        module: Dotted name of the module.
        extra: The extra of Compass that brings what the module needs.
    """

    def __init__(self, module: str, extra: str = "metrics") -> None:
        self._module = module
        self._extra = extra
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._owner = 0

    def ask(self, request: dict[str, Any], seconds: float) -> Any:
        """Return the answer to a request; ``seconds`` is the work it may take.

        Raises:
            Overtime: There is none within that.
            ConfigError: The module cannot be run.
        """
        with self._lock:
            process = self._running()
            line = json.dumps({**request, "seconds": seconds}) + "\n"
            try:
                _send(process, line)
            except OSError as error:
                self._kill()
                raise Overtime("it died") from error
            answer = self._line(PATIENCE * seconds)
            if answer is None:
                self._kill()
                raise Overtime(f"no answer within {seconds:g} s")
            return json.loads(answer)

    def close(self) -> None:
        """End the process, if it runs."""
        with self._lock:
            self._kill()

    def _line(self, seconds: float) -> str | None:
        """Return the next line; None if there is none in time, or no more."""
        try:
            return self._lines.get(timeout=seconds) or None
        except queue.Empty:
            return None

    def _running(self) -> subprocess.Popen[str]:
        # After a fork the pipes belong to the parent's child.
        if self._process is not None and self._owner == os.getpid():
            if self._process.poll() is None:
                return self._process
            self._kill()
        self._lines = queue.SimpleQueue()
        self._owner = os.getpid()
        self._process = process = _started(self._module)
        weakref.finalize(self, _end, process)
        threading.Thread(target=_pump, args=(process.stdout, self._lines), daemon=True).start()
        first = self._line(_START)
        said = json.loads(first) if first else {}
        if "ready" not in said:
            self._kill()
            raise ConfigError(
                f"{self._module} cannot run: {said.get('missing', 'it does not start')}",
                hint=f"pip install 'compass-eval[{self._extra}]'",
            )
        return process

    def _kill(self) -> None:
        if self._process is not None and self._owner == os.getpid():
            _end(self._process)
        self._process = None


def need_package(name: str, evaluator: str, extra: str = "metrics") -> None:
    """Raise unless a package is installed; it is not loaded here.

    Raises:
        ConfigError: It is not.
    """
    if find_spec(name) is None:
        raise ConfigError(
            f"{evaluator} needs the package {name.replace('_', '-')}",
            hint=f"pip install 'compass-eval[{extra}]'",
        )


def _started(module: str) -> subprocess.Popen[str]:
    root = str(Path(__file__).resolve().parents[2])
    known = os.environ.get("PYTHONPATH")
    return subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{known}" if known else root},
        start_new_session=True,
    )


def _send(process: subprocess.Popen[str], line: str) -> None:
    if process.stdin is not None:
        process.stdin.write(line)
        process.stdin.flush()


def _pump(stream: IO[str], lines: queue.SimpleQueue[str]) -> None:
    """Pass lines on; an empty one says that there are no more."""
    with suppress(ValueError):
        for line in stream:
            lines.put(line)
    lines.put("")


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
