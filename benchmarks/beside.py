"""Peers in processes of their own, asked in turn with us.

Importing this finds the project beside the benchmarks, and sets one thread and no hub
unless the environment says otherwise; so it is imported first.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

INTERPRETERS = {
    "lm-eval": "LM_EVAL_PY",
    "opencompass": "OPENCOMPASS_PY",
    "inspect": "INSPECT_PY",
}


class Peer:
    """A running peer."""

    def __init__(self, name: str, order: dict[str, Any]) -> None:
        variable = INTERPRETERS[name]
        python = os.environ.get(variable)
        if not python:
            raise SystemExit(f"set {variable} to the peer's interpreter (benchmarks/peers.sh)")
        self.name = name
        self.process = subprocess.Popen(
            [python, str(Path(__file__).with_name("peer.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if not os.environ.get("PEER_STDERR") else None,
            text=True,
        )
        self._tell(json.dumps({**order, "peer": name}))
        self._hear()

    def round(self) -> dict[str, Any]:
        """Let it answer once; return seconds, CPU seconds and answers."""
        self._tell("go")
        return self._hear()

    def close(self) -> None:
        """End it."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()

    def _tell(self, line: str) -> None:
        if self.process.stdin is None:
            raise SystemExit(f"{self.name} has no input")
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        for line in self.process.stdout or ():
            if line.startswith("@@"):
                heard: dict[str, Any] = json.loads(line[2:])
                return heard
        raise SystemExit(f"{self.name} ended with {self.process.wait()}; PEER_STDERR=1 shows why")


@dataclass
class Times:
    """Seconds of the rounds."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, wall: float, cpu: float) -> None:
        """Take a round's seconds."""
        self.wall.append(wall)
        self.cpu.append(cpu)

    def best(self, kind: str) -> float:
        """Return the least of the rounds: the one that was disturbed least."""
        return min(self.cpu if kind == "cpu" else self.wall)


def timed(run: Callable[[], Any], times: Times) -> Any:
    """Return what ``run`` returns; its seconds are added."""
    wall, cpu = time.perf_counter(), time.process_time()
    value = run()
    times.add(time.perf_counter() - wall, time.process_time() - cpu)
    return value


def peak_mb() -> float:
    """Return the most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
