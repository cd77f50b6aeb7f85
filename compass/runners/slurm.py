"""Jobs on a Slurm cluster: one array a stage, scoring after inference.

The login node needs no GPU.  Workers and this process share the run folder and nothing else:
the batches go there as a document, events come back as files (see `compass.runners.batch`).
Slurm starts a batch again when its node is lost.
"""

from __future__ import annotations

import logging
import os
import secrets
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from compass.errors import ConfigError
from compass.plan import Job
from compass.runfolder import RunFolder
from compass.runners.batches import Batch, infer_batches, score_batches
from compass.runners.events import Events
from compass.runners.hands import PARENT
from compass.runners.needs import experiment_of, gpus_wanted
from compass.runners.outcome import Monitor, Outcome, Tally
from compass.runners.queue import HELD, Queue
from compass.runners.submitted import Submitted, next_start, read_submitted
from compass.store import write_document

log = logging.getLogger(__name__)

MOST_BATCHES = 1000
"""Slurm's default for the size of an array."""

TRIES = 2
"""How often a job is tried whose batch ended without it, or that failed."""

GONE_SECONDS = 30.0
"""How long files may take to appear on this machine after a batch has ended elsewhere."""

STOP_SECONDS = 60.0
"""How long to try to cancel the batches of a run that the user stops, if Slurm does not answer."""


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
        patience: Seconds that Slurm may leave questions without an answer.
        detach: Submit and leave; resuming the run attaches to it.
    """

    elsewhere = True
    """What this machine lacks says nothing about those of the jobs."""

    follows = True
    """It goes on with a run that it finds at work."""

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
        patience: float = 1800.0,
        detach: bool = False,
    ) -> None:
        if tasks < 1 or cpus < 1:
            raise ConfigError("tasks and cpus must be at least 1")
        self.tasks, self.partition, self.account = tasks, partition, account
        self.time, self.cpus, self.memory, self.gres = time, cpus, memory, gres
        self.flags, self.score_flags, self.setup = flags, score_flags, setup
        self.python = python or sys.executable
        self.poll, self.detach = poll, detach
        self.queue = Queue(patience)

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
        earlier = read_submitted(folder)
        at_work = not earlier.ended and self.queue.wait_for_states(earlier.jobs)
        submitted = earlier if at_work else None
        tally, left, stopped = Tally(jobs, monitor), list(jobs), False
        for attempt in range(1, TRIES + 1):
            if submitted is None:
                submitted = self._submit(folder, left)
                if self.detach and attempt == 1:
                    return Outcome(detached=True)
            stopped = self._follow(folder, submitted, tally)
            if stopped or attempt == TRIES:
                break
            left = tally.again()
            if not left:
                break
            submitted = None
        return tally.outcome(folder, interrupted=stopped, lost="its batch is gone from the queue")

    def _submit(self, folder: RunFolder, jobs: Sequence[Job]) -> Submitted:
        """Submit an array for each need of GPUs, and for each model one for scoring after it."""
        experiment = experiment_of(folder)
        needs = {model.abbr: gpus_wanted(model) for model in experiment.models}
        place, attempt = next_start(folder)
        (folder.root / "logs").mkdir(exist_ok=True)
        submitted = Submitted("slurm", (), str(place.relative_to(folder.root)))
        models = {job.id: job.model for job in jobs}
        asked: dict[str, list[str]] = {}
        try:
            for number, (need, batches) in enumerate(
                infer_batches(jobs, needs, self.tasks).items()
            ):
                extra = [*self.flags]
                if need:
                    extra.append(f"--gres={self.gres.format(gpus=_whole(need))}")
                array = self._array(folder, place / f"infer{number}.json", batches, attempt, extra)
                submitted = submitted.with_job(array)
                submitted.write(folder)
                for element, batch in enumerate(batches):
                    asked.setdefault(models[batch[0]], []).append(f"{array}_{element}")
            for number, model in enumerate(dict.fromkeys(models.values())):
                scoring = score_batches([job for job in jobs if job.model == model], self.tasks)
                if not scoring:
                    continue
                extra = [*self.score_flags]
                if model in asked:
                    extra.append(f"--dependency=afterany:{':'.join(asked[model])}")
                array = self._array(folder, place / f"score{number}.json", scoring, attempt, extra)
                submitted = submitted.with_job(array)
                submitted.write(folder)
        except BaseException:
            self.queue.cancel(submitted.jobs)  # part of a run is of no use
            raise
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
        words += [f"--output={folder.root.resolve()}/logs/slurm-%A_%a.log"]
        words += [f"{flag}={value}" for flag, value in named.items() if value is not None]
        paths = [str(PARENT), *(path or os.getcwd() for path in sys.path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
        environment.setdefault("OMP_NUM_THREADS", str(self.cpus))
        name = f"compass-{secrets.token_hex(4)}-{file.stem}"
        return self.queue.submit([*words, *extra], script, name, environment)

    def _follow(self, folder: RunFolder, submitted: Submitted, tally: Tally) -> bool:
        """Hear what happens until nothing is left in the queue.

        Returns:
            Whether somebody wanted its end, here or with scancel.
        """
        events = Events(folder.root / submitted.events)
        stops: list[float] = []

        def stop(*_: object) -> None:
            stops.append(time.monotonic())

        before = signal.signal(signal.SIGINT, stop), signal.signal(signal.SIGTERM, stop)
        try:
            ended: float | None = None
            cancelled = False
            told: set[str] = set()
            while True:
                for event in events.new():
                    tally.hear(event)
                if tally.complete:
                    break
                if stops and not self._cancelled(submitted, stops):
                    return True
                if ended is None:
                    waiting = self.queue.states(submitted.jobs)
                    _tell_of_held(waiting or {}, told)
                    if waiting == {}:
                        ended = time.monotonic()
                        cancelled = not stops and self.queue.cancelled(submitted.jobs)
                        if cancelled:
                            log.warning("batches of this run were cancelled")
                elif cancelled or stops or time.monotonic() - ended > GONE_SECONDS:
                    break
                time.sleep(min(self.poll, 1.0) if ended or stops else self.poll)
        finally:
            signal.signal(signal.SIGINT, before[0])
            signal.signal(signal.SIGTERM, before[1])
        submitted.end(folder)
        return (bool(stops) or cancelled) and not tally.complete

    def _cancelled(self, submitted: Submitted, stops: Sequence[float]) -> bool:
        """Cancel the batches; return whether to wait for their last words."""
        heard = self.queue.cancel(submitted.jobs)
        if len(stops) == 1 and (heard or time.monotonic() - stops[0] < STOP_SECONDS):
            return True
        log.warning("batches may still be in the queue: scancel %s", " ".join(submitted.jobs))
        return False


def _tell_of_held(waiting: Mapping[str, str], told: set[str]) -> None:
    """Say once of each batch that Slurm holds back: it waits for somebody to let it go."""
    held = {name: state for name, state in waiting.items() if state.startswith(HELD)}
    for name in held.keys() - told:
        log.warning("batch %s is %s; let it go: scontrol release %s", name, held[name], name)
    told.update(held)


def _whole(need: float) -> int:
    """Return the GPUs of a batch: Slurm shares none."""
    return max(1, round(need))
