"""Jobs on a Slurm cluster: one array a stage, scoring after inference.

The login node needs no GPU.  Workers and this process share the run folder and nothing else:
the batches go there as a document, events come back as files (see `compass.runners.batch`).
Slurm starts a batch again when its node is lost.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compass.errors import ConfigError, StoreError
from compass.plan import Job
from compass.runfolder import RunFolder
from compass.runners.batches import Batch, infer_batches, score_batches
from compass.runners.events import Events
from compass.runners.hands import PARENT
from compass.runners.needs import experiment_of, gpus_wanted
from compass.runners.outcome import Monitor, Outcome, Tally
from compass.store import read_document, write_document

MOST_BATCHES = 1000
"""Slurm's default for the size of an array."""

TRIES = 2
"""How often a job is tried whose batch ended without it, or that failed."""

GONE_SECONDS = 30.0
"""How long files may take to appear on this machine after a batch has ended elsewhere."""


class Slurm:
    """Run jobs as Slurm arrays.

    Args:
        tasks: Most batches of a stage at a time.
        partition: Of the batches.
        account: Whom they are charged to.
        time: Limit of a batch, as Slurm writes it, such as ``8:00:00``.
        cpus: Processor cores of a batch.
        memory: Of a batch, such as ``64G``.
        gres: How a number of GPUs is asked for; ``{gpus}`` is put in.
        flags: More arguments of sbatch.
        score_flags: More arguments of sbatch for scoring, which needs no GPU.
        setup: Shell commands that come before, such as loading a module.
        python: Interpreter on the nodes; None: this one.
        poll: Seconds between looks at the queue.
        detach: Submit and leave; resuming the run attaches to it.
    """

    elsewhere = True
    """What this machine lacks says nothing about those of the jobs."""

    def __init__(  # noqa: PLR0913 - one argument for each thing a cluster may want
        self,
        *,
        tasks: int = 16,
        partition: str | None = None,
        account: str | None = None,
        time: str | None = None,
        cpus: int = 1,
        memory: str | None = None,
        gres: str = "gpu:{gpus}",
        flags: Sequence[str] = (),
        score_flags: Sequence[str] = (),
        setup: Sequence[str] = (),
        python: str | None = None,
        poll: float = 5.0,
        detach: bool = False,
    ) -> None:
        if tasks < 1 or cpus < 1:
            raise ConfigError("tasks and cpus must be at least 1")
        self.tasks, self.partition, self.account = tasks, partition, account
        self.time, self.cpus, self.memory, self.gres = time, cpus, memory, gres
        self.flags, self.score_flags, self.setup = flags, score_flags, setup
        self.python = python or sys.executable
        self.poll, self.detach = poll, detach

    def width(self) -> int:
        """Return the most batches at a time."""
        return self.tasks

    def run(
        self, folder: RunFolder, jobs: Sequence[Job], monitor: Monitor, lock: int | None = None
    ) -> Outcome:
        """Submit the jobs, or find them submitted, and follow them to their end.

        Ctrl-C cancels them; answers in flight are kept.
        """
        if shutil.which("sbatch") is None:
            raise ConfigError("there is no sbatch here", hint="start the run on a login node")
        earlier = read_document(folder.cluster) or {}
        submitted = earlier if queued(earlier.get("jobs", ())) else None
        tally, left, stopped = Tally(jobs, monitor), list(jobs), False
        for attempt in range(1, TRIES + 1):
            if submitted is None:
                submitted = self._submit(folder, left, "" if attempt == 1 else f"t{attempt}")
                if self.detach:
                    return Outcome(detached=True)
            stopped = self._follow(folder, submitted, tally)
            left = tally.again() if attempt < TRIES and not stopped else []
            if not left:
                break
            submitted = None
        return tally.outcome(folder, interrupted=stopped, lost="its batch is gone from the queue")

    def _submit(self, folder: RunFolder, jobs: Sequence[Job], attempt: str) -> Mapping[str, Any]:
        """Submit an array for each need of GPUs, and one for scoring after them."""
        experiment = experiment_of(folder)
        needs = {model.abbr: gpus_wanted(model) for model in experiment.models}
        place = folder.root / "batches" / f"{time.strftime('%Y%m%d_%H%M%S')}{attempt}"
        place.mkdir(parents=True)
        (folder.root / "logs").mkdir(exist_ok=True)
        arrays: list[str] = []
        for number, (need, batches) in enumerate(infer_batches(jobs, needs, self.tasks).items()):
            extra = [*self.flags]
            if need:
                extra.append(f"--gres={self.gres.format(gpus=_whole(need))}")
            arrays.append(
                self._array(folder, place / f"infer{number}.json", batches, attempt, extra)
            )
        scoring = score_batches(jobs, self.tasks)
        if scoring:
            extra = [*self.score_flags]
            if arrays:
                extra.append(f"--dependency=afterany:{':'.join(arrays)}")
            arrays.append(self._array(folder, place / "score.json", scoring, attempt, extra))
        where = str(place.relative_to(folder.root))
        submitted = {"runner": "slurm", "jobs": arrays, "events": where}
        write_document(folder.cluster, submitted)
        return submitted

    def _array(
        self,
        folder: RunFolder,
        file: Path,
        batches: Sequence[Batch],
        attempt: str,
        extra: Sequence[str],
    ) -> str:
        if len(batches) > MOST_BATCHES:
            raise ConfigError(f"{len(batches)} batches are more than an array may have")
        write_document(file, {"batches": list(batches), "attempt": attempt})
        command = [self.python, "-P", "-m", "compass.runners.batch"]
        command += [str(folder.root.resolve()), str(file.resolve())]
        script = "\n".join(
            ["#!/bin/bash", *self.setup, f"exec {shlex.join(command)} $SLURM_ARRAY_TASK_ID", ""]
        )
        named = {
            "--partition": self.partition,
            "--account": self.account,
            "--time": self.time,
            "--mem": self.memory,
        }
        words = ["sbatch", "--parsable", "--requeue", "--open-mode=append"]
        words += [f"--array=0-{len(batches) - 1}%{self.tasks}", f"--cpus-per-task={self.cpus}"]
        words += [f"--job-name=compass-{file.stem}"]
        words += [f"--output={folder.root.resolve()}/logs/slurm-%A_%a.log"]
        words += [f"{flag}={value}" for flag, value in named.items() if value is not None]
        paths = [str(PARENT), *(path or os.getcwd() for path in sys.path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
        environment.setdefault("OMP_NUM_THREADS", str(self.cpus))
        done = subprocess.run(
            [*words, *extra], input=script, capture_output=True, text=True, check=False,
            env=environment,
        )  # fmt: skip
        if done.returncode:
            raise ConfigError(
                f"sbatch refuses: {done.stderr.strip()}", hint=shlex.join([*words, *extra])
            )
        return done.stdout.strip().split(";")[0]

    def _follow(self, folder: RunFolder, submitted: Mapping[str, Any], tally: Tally) -> bool:
        """Hear what happens until nothing is left in the queue; return whether it was stopped."""
        events = Events(folder.root / submitted["events"])
        stopped = False

        def stop(*_: object) -> None:
            nonlocal stopped
            stopped = True

        before = signal.signal(signal.SIGINT, stop), signal.signal(signal.SIGTERM, stop)
        try:
            ended: float | None = None
            while True:
                for event in events.new():
                    tally.hear(event)
                if tally.complete:
                    break
                if stopped:
                    cancel(submitted["jobs"])
                if ended is None and not queued(submitted["jobs"]):
                    ended = time.monotonic()
                if ended is not None and (stopped or time.monotonic() - ended > GONE_SECONDS):
                    break
                time.sleep(min(self.poll, 1.0) if ended or stopped else self.poll)
        finally:
            signal.signal(signal.SIGINT, before[0])
            signal.signal(signal.SIGTERM, before[1])
        return stopped


def queued(jobs: Sequence[str]) -> dict[str, str]:
    """Return the batches that wait or run, with their states.

    Raises:
        StoreError: Slurm does not say.
    """
    if not jobs:
        return {}
    command = ["squeue", "--noheader", "--format=%i %T", "--jobs", ",".join(jobs)]
    for pause in (1.0, 3.0, 9.0, 0.0):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return dict(line.split()[:2] for line in done.stdout.splitlines() if line.strip())
        if "Invalid job id" in done.stderr:  # long gone
            return _one_by_one(jobs) if len(jobs) > 1 else {}
        time.sleep(pause)
    raise StoreError(f"squeue does not answer: {done.stderr.strip()}")


def _one_by_one(jobs: Sequence[str]) -> dict[str, str]:
    return {name: state for job in jobs for name, state in queued([job]).items()}


def cancel(jobs: Sequence[str]) -> None:
    """Ask the batches to end; what they have answered is kept."""
    if jobs:
        subprocess.run(["scancel", *jobs], capture_output=True, check=False)


def _whole(need: float) -> int:
    """Return the GPUs of a batch: Slurm shares none."""
    return max(1, round(need))
