"""One worker process, as its runner sees it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from compass.plan import Job
from compass.runfolder import RunFolder

PARENT = Path(__file__).resolve().parents[2]
LAST_SECONDS = 5.0
"""How long a worker that has closed its output may take to be gone."""


@dataclass(eq=False)
class Hand:
    """A worker process with its job, if it has one."""

    process: subprocess.Popen[bytes]
    kind: str
    gpus: tuple[str, ...]
    need: float
    commands: IO[bytes]
    events: IO[bytes]
    model: str = ""
    job: Job | None = None
    failed: set[str] = field(default_factory=set)
    """Jobs it failed; they are tried again elsewhere."""

    leaving: float | None = None
    """Since when it is to end; it gets no more jobs, and keeps its place until it is gone."""

    _buffer: bytes = b""

    @property
    def idle(self) -> bool:
        """True if it may get a job."""
        return self.job is None and self.leaving is None

    def give(self, job: Job) -> None:
        """Name it a job."""
        self.job, self.model = job, job.model
        with suppress(BrokenPipeError):  # that it ended is seen when its output ends
            self.commands.write(job.id.encode() + b"\n")

    def heard(self) -> Iterator[dict[str, Any]] | None:
        """Return the events it sent, None if its output has ended."""
        data = os.read(self.events.fileno(), 1 << 16)
        if not data:
            return None
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        return map(json.loads, lines)

    def leave(self) -> None:
        """Let it end once its answers in flight are kept."""
        if self.leaving is None:
            self.leaving = time.monotonic()
        self.commands.close()

    def signal(self, hard: bool) -> None:
        """Ask it to stop, or end it."""
        self.process.send_signal(signal.SIGKILL if hard else signal.SIGTERM)

    def end(self, patience: float = LAST_SECONDS) -> str:
        """Wait until it is gone, end it if that takes too long; return how it went."""
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.commands.close()
        self.events.close()
        if code >= 0:
            return f"exit code {code}"
        name = signal.strsignal(-code) or "unknown"
        memory = "; is there too little memory?" if -code == signal.SIGKILL else ""
        return f"signal {-code} ({name}){memory}"


def start(
    folder: RunFolder,
    kind: str,
    place: tuple[tuple[str, ...], float],
    settings: Mapping[str, str],
    lock: int | None,
) -> Hand:
    """Start a worker.

    Args:
        folder: The run.
        kind: ``infer`` or ``score``.
        place: The GPUs it has, and how much of each.
        settings: Environment variables of its own.
        lock: Descriptor of the run's lock, which it keeps while it lives.
    """
    environment = {**os.environ, **settings}
    # Components may lie beside the config; loading it put its folder on the path.
    paths = [str(PARENT), *(path or os.getcwd() for path in sys.path)]
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    folder.workers_log.parent.mkdir(parents=True, exist_ok=True)
    with folder.workers_log.open("ab") as log:
        # -P: no module of the current folder may hide one of Python's or ours.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "compass.worker", str(folder.root.resolve())],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches the runner alone
            pass_fds=() if lock is None else (lock,),
        )
    assert process.stdin is not None and process.stdout is not None  # noqa: S101 - asked for above
    return Hand(process, kind, *place, process.stdin, process.stdout)
