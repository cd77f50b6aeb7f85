"""Two models on four datasets, run on a cluster or here: the board must be the same."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

from tests.laboratory import Laboratory

MORE = """
_second = dict(type=Instant, rule='right', pause={pause})
models = [models[0], dict(abbr='second', backend=_second, resources=dict(gpus={gpus}))]
_twice = [dict(d, abbr=d['abbr'] + '-2') for d in datasets]
datasets = [*datasets, *_twice]
"""
COUNT = 40
"""Rows of each dataset."""

QUESTIONS = 2 * 4 * COUNT


def laboratory(home: Path, runner: str = "", pause: float = 0.0, gpus: float = 0) -> Laboratory:
    """Return the experiment, with a runner as a config writes it."""
    lab = Laboratory(home, count=COUNT, rows=20, pause=pause)
    text = lab.config.read_text() + MORE.format(pause=pause, gpus=gpus)
    lab.config.write_text(text + (f"runner = {runner}\n" if runner else ""))
    return lab


def started(lab: Laboratory, rows: int, env=None, **pipes) -> subprocess.Popen:
    """Start a run and return its process when it has so many answers."""
    process = subprocess.Popen(lab.command(), env={**os.environ, **(env or {})}, **pipes)
    until = time.monotonic() + 120
    while not (list(lab.out.glob("lab/*/infer/*/*/*.jsonl")) and len(lab.stored()) >= rows):
        assert process.poll() is None, "it has ended"
        assert time.monotonic() < until, "it does not get there"
        time.sleep(0.1)
    return process


def scores(lab: Laboratory) -> str:
    """Return all that a board says but its title."""
    return json.dumps(lab.board()["rows"], sort_keys=True)
