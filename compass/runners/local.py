"""Worker processes on this machine, each keeping its model loaded from job to job."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compass.errors import ConfigError
from compass.plan import Job
from compass.runfolder import RunFolder
from compass.runners.outcome import Monitor, Outcome
from compass.runners.slots import Slots, cores, cpu_workers, free_memory, threads, visible_gpus
from compass.specs import Experiment, ModelSpec

TRIES = 2
GRACE_SECONDS = 30.0
PARENT = Path(__file__).resolve().parents[2]


class Local:
    """Run jobs in worker processes.

    Args:
        workers: Most workers at a time; None takes one for every GPU, or on a machine
            without GPUs as many as cores and memory allow.
        gpus: How many of the visible GPUs to use; None takes them all.
    """

    def __init__(self, workers: int | None = None, gpus: int | None = None) -> None:
        if workers is not None and workers < 1:
            raise ConfigError(f"workers must be at least 1, got {workers!r}")
        self.workers = workers
        self.gpus = gpus

    def run(
        self, folder: RunFolder, jobs: Sequence[Job], monitor: Monitor, lock: int | None = None
    ) -> Outcome:
        """Do the jobs and return how they ended.

        Scoring of a model and dataset starts as soon as its answers are complete.  A
        failed job is tried once more, on another worker.  The first Ctrl-C lets the
        answers in flight finish, the second ends the workers.
        """
        gpus = visible_gpus()[: self.gpus]
        workers = self.workers or len(gpus) or cpu_workers(cores())
        experiment = _experiment(folder)
        needs = {m.abbr: m.resources.gpus for m in experiment.models}
        for abbr, need in needs.items():
            if need > len(gpus):
                raise ConfigError(
                    f"model {abbr!r} needs {need:g} GPUs, this machine shows {len(gpus)}",
                    hint="lower resources.gpus, or run where the GPUs are",
                )
        limits = {m.abbr: m.resources.workers or _fitting(m, gpus) for m in experiment.models}
        return _Crew(folder, Slots(workers, gpus), needs, limits, monitor, lock).work(jobs)


def _fitting(model: ModelSpec, gpus: Sequence[str]) -> int | None:
    """Return how many copies of a model the memory of a machine without GPUs holds."""
    footprint = getattr(model.backend.build(), "footprint", None)
    size = footprint() if footprint is not None and not gpus else 0
    return max(1, int(free_memory() * 0.8 / (2 * size))) if size else None


def _experiment(folder: RunFolder) -> Experiment:
    from compass.schema import experiment_from_dict
    from compass.store import read_document

    config = read_document(folder.config)
    return experiment_from_dict(config, name=config["name"], where=str(folder.config))


@dataclass
class _Hand:
    """One worker process."""

    process: subprocess.Popen[bytes]
    kind: str
    gpus: tuple[str, ...]
    need: float
    model: str = ""
    job: Job | None = None
    buffer: bytes = b""
    failed: set[str] = field(default_factory=set)


class _Crew:
    """The worker processes of one run and what is left to do."""

    def __init__(
        self,
        folder: RunFolder,
        slots: Slots,
        needs: dict[str, float],
        limits: dict[str, int | None],
        monitor: Monitor,
        lock: int | None,
    ) -> None:
        self.folder = folder
        self.slots = slots
        self.needs = needs
        self.limits = limits
        self.monitor = monitor
        self.lock = lock
        self.outcome = Outcome()
        self.hands: list[_Hand] = []
        self.infer: deque[Job] = deque()
        self.score: deque[Job] = deque()
        self.waiting: dict[tuple[str, str], int] = {}
        self.held: list[Job] = []
        self.tries: dict[str, int] = {}
        self.selector = selectors.DefaultSelector()
        self.stopping = 0

    def work(self, jobs: Sequence[Job]) -> Outcome:
        """Do all of it."""
        for job in jobs:
            if job.kind == "infer":
                self.infer.append(job)
                self.waiting[job.pair] = self.waiting.get(job.pair, 0) + 1
            else:
                self.held.append(job)
        self._release()
        before = (
            signal.signal(signal.SIGINT, self._interrupt),
            signal.signal(signal.SIGTERM, self._interrupt),
        )
        try:
            while self._hand_out() or any(hand.job for hand in self.hands):
                self._listen()
        finally:
            signal.signal(signal.SIGINT, before[0])
            signal.signal(signal.SIGTERM, before[1])
            self._dismiss_all()
        self.outcome.interrupted = self.stopping > 0
        return self.outcome

    def _release(self) -> None:
        """Make scoring jobs ready whose inference has ended, well or not."""
        ready = [job for job in self.held if not self.waiting.get(job.pair)]
        self.held = [job for job in self.held if self.waiting.get(job.pair)]
        self.score.extend(ready)

    def _hand_out(self) -> bool:
        """Give jobs to idle workers, start workers where there is room."""
        if self.stopping:
            return False
        if self.score:
            scorer = next((h for h in self.hands if h.kind == "score"), None)
            if scorer is None:
                scorer = self._start("score", (), 0.0)
            if scorer.job is None:
                self._give(scorer, self.score.popleft())
        for hand in [h for h in self.hands if h.kind == "infer" and h.job is None]:
            job = self._next_for(hand)
            if job is not None:
                self._give(hand, job)
            else:
                self._dismiss(hand)
        while self.infer:
            job = self._startable()
            if job is None:
                break
            need = self.needs[job.model]
            gpus = self.slots.take(need)
            if gpus is None:
                break
            self.infer.remove(job)
            self._give(self._start("infer", gpus, need), job)
        return bool(self.infer or self.score or self.held)

    def _startable(self) -> Job | None:
        """Return the first job whose model may have one more worker."""
        for job in self.infer:
            limit = self.limits[job.model]
            at_it = sum(h.model == job.model for h in self.hands if h.kind == "infer")
            if limit is None or at_it < limit:
                return job
        return None

    def _next_for(self, hand: _Hand) -> Job | None:
        """Return the next job for a worker: its own model's first, never one it failed."""
        fitting = [j for j in self.infer if self.needs[j.model] == hand.need]
        fitting = [j for j in fitting if j.id not in hand.failed]
        own = [j for j in fitting if j.model == hand.model]
        others = [j for j in fitting if self.limits[j.model] is None]
        for job in (*own, *others):
            self.infer.remove(job)
            return job
        return None

    def _start(self, kind: str, gpus: tuple[str, ...], need: float) -> _Hand:
        environment = dict(os.environ)
        # Components may lie beside the config; loading it put its folder on the path.
        environment["PYTHONPATH"] = os.pathsep.join([str(PARENT), *filter(None, sys.path)])
        if self.slots.gpus or kind == "score":
            environment["CUDA_VISIBLE_DEVICES"] = ",".join(gpus)
        environment.setdefault("OMP_NUM_THREADS", str(threads(cores(), self.slots.workers)))
        environment.setdefault("TOKENIZERS_PARALLELISM", "false")
        self.folder.root.joinpath("logs").mkdir(parents=True, exist_ok=True)
        with self.folder.root.joinpath("logs", "workers.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "compass.worker", str(self.folder.root.resolve())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                start_new_session=True,  # Ctrl-C reaches the runner alone
                pass_fds=() if self.lock is None else (self.lock,),
            )
        assert process.stdout is not None  # noqa: S101 - asked for above
        os.set_blocking(process.stdout.fileno(), False)
        hand = _Hand(process, kind, gpus, need)
        self.hands.append(hand)
        self.selector.register(process.stdout, selectors.EVENT_READ, hand)
        return hand

    def _give(self, hand: _Hand, job: Job) -> None:
        hand.job, hand.model = job, job.model
        self.outcome.ran += 1
        assert hand.process.stdin is not None  # noqa: S101 - a pipe, see _start
        try:
            hand.process.stdin.write(job.id.encode() + b"\n")
            hand.process.stdin.flush()
        except BrokenPipeError:
            pass  # its end is noticed by _listen

    def _listen(self) -> None:
        for key, _ in self.selector.select(timeout=1.0):
            hand: _Hand = key.data
            data = os.read(key.fd, 1 << 16)
            if not data:
                self._gone(hand)
                continue
            *lines, hand.buffer = (hand.buffer + data).split(b"\n")
            for line in lines:
                self._heard(hand, json.loads(line))

    def _heard(self, hand: _Hand, event: dict[str, Any]) -> None:
        if event["event"] == "broken":
            self._end(hand, event)
            return
        self.monitor.event(event)
        if event["event"] == "ended":
            self._end(hand, event)

    def _end(self, hand: _Hand, event: dict[str, Any]) -> None:
        """Book the end of a worker's job; try it again if there is hope."""
        job, hand.job = hand.job, None
        if job is None:
            return
        if not event.get("ok") and not event.get("interrupted"):
            self.tries[job.id] = self.tries.get(job.id, 0) + 1
            hopeless = job.kind == "score" or event.get("code") in (2, 3, 5)
            if self.tries[job.id] < TRIES and not hopeless and not self.stopping:
                hand.failed.add(job.id)
                self.infer.append(job)
                return
            self.outcome.fail(self.folder, job, str(event.get("error", "it ended without a word")))
        if job.kind == "infer":
            self.waiting[job.pair] -= 1
            self._release()

    def _gone(self, hand: _Hand) -> None:
        """A worker process ended; if it had a job, the job failed."""
        self._forget(hand)
        code = hand.process.wait()
        if hand.job is not None:
            how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            job = hand.job.id
            event = {"event": "ended", "job": job, "ok": False, "error": f"its worker died: {how}"}
            if self.stopping:
                event["interrupted"] = True
            self.monitor.event(event)
            self._end(hand, event)

    def _dismiss(self, hand: _Hand) -> None:
        """Let an idle worker go."""
        assert hand.process.stdin is not None  # noqa: S101 - a pipe, see _start
        self._forget(hand)
        hand.process.stdin.close()
        hand.process.stdout.close()  # type: ignore[union-attr]

    def _forget(self, hand: _Hand) -> None:
        if hand in self.hands:
            self.hands.remove(hand)
            self.selector.unregister(hand.process.stdout)  # type: ignore[arg-type]
            if hand.kind == "infer":
                self.slots.give(hand.gpus, hand.need)

    def _dismiss_all(self) -> None:
        processes = [hand.process for hand in self.hands]
        for hand in list(self.hands):
            self._dismiss(hand)
        until = time.monotonic() + GRACE_SECONDS
        for process in processes:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.selector.close()

    def _interrupt(self, *_: object) -> None:
        self.stopping += 1
        for hand in self.hands:
            number = signal.SIGTERM if self.stopping == 1 else signal.SIGKILL
            hand.process.send_signal(number)
