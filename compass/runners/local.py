"""Worker processes on this machine, each keeping its model loaded from job to job."""

from __future__ import annotations

import os
import selectors
import signal
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from compass.errors import ConfigError
from compass.plan import Job
from compass.runfolder import RunFolder
from compass.runners.backlog import Backlog
from compass.runners.hands import Hand, start
from compass.runners.needs import experiment_of, gpus_wanted
from compass.runners.outcome import HOPELESS, Monitor, Outcome
from compass.runners.slots import Slots, cores, cpu_workers, free_memory, threads, visible_gpus
from compass.specs import ModelSpec

TRIES = 2
GRACE_SECONDS = 30.0

SCORERS = 4
CORES_OF_SCORER = 4
"""Cores for each scorer after the first: programs that are judged run several at a time, and
against the clock."""


class Local:
    """Run jobs in worker processes.

    Args:
        workers: Most workers at a time; None takes one for every GPU or part of one that
            a model needs, or on a machine without GPUs as many as cores and memory allow.
        gpus: How many of the visible GPUs to use; None takes them all.
    """

    def __init__(self, workers: int | None = None, gpus: int | None = None) -> None:
        if workers is not None and workers < 1:
            raise ConfigError(f"workers must be at least 1, got {workers!r}")
        if gpus is not None and gpus < 0:
            raise ConfigError(f"gpus must be at least 0, got {gpus!r}")
        self.workers = workers
        self.gpus = gpus

    def width(self) -> int:
        """Return the most workers at a time."""
        return self.workers or len(visible_gpus()[: self.gpus]) or cpu_workers(cores())

    def run(
        self, folder: RunFolder, jobs: Sequence[Job], monitor: Monitor, lock: int | None = None
    ) -> Outcome:
        """Do the jobs and return how they ended.

        Scoring of a model and dataset starts as soon as its answers are complete.  A
        failed job is tried once more, on another worker.  The first Ctrl-C lets the
        answers in flight finish, the second ends the workers.
        """
        gpus = visible_gpus()[: self.gpus]
        experiment = experiment_of(folder)
        needs = {m.abbr: _need(m, gpus) for m in experiment.models}
        for abbr, need in needs.items():
            if need > len(gpus):
                raise ConfigError(
                    f"model {abbr!r} needs {need:g} GPUs, this machine shows {len(gpus)}",
                    hint="lower resources.gpus, or run where the GPUs are",
                )
        limits = {m.abbr: m.resources.workers or _most(m, gpus) for m in experiment.models}
        smallest = min((need for need in needs.values() if need), default=1.0)
        workers = self.workers or max(self.width(), int(len(gpus) / smallest + 1e-9))
        backlog = Backlog((job for job in jobs if job.kind == "infer"), needs, limits)
        return _Crew(folder, Slots(workers, gpus), needs, backlog, monitor, lock).work(jobs)


def _need(model: ModelSpec, gpus: Sequence[str]) -> float:
    """Return the GPUs a worker of a model gets: as told, else one if it can use one."""
    told = model.resources.gpus is not None
    return gpus_wanted(model) if told or gpus else 0.0


def _most(model: ModelSpec, gpus: Sequence[str]) -> int | None:
    """Return how many workers may hold a model: what it says itself, or what memory allows."""
    return getattr(model.backend.resolve(), "most_workers", None) or _fitting(model, gpus)


def _fitting(model: ModelSpec, gpus: Sequence[str]) -> int | None:
    """Return how many copies of a model the memory of a machine without GPUs holds."""
    footprint = getattr(model.backend.build(), "footprint", None)
    size = footprint() if footprint is not None and not gpus else 0
    return max(1, int(free_memory() * 0.8 / (2 * size))) if size else None


class _Crew:
    """The worker processes of one run and what is left to do."""

    def __init__(
        self,
        folder: RunFolder,
        slots: Slots,
        needs: dict[str, float],
        backlog: Backlog,
        monitor: Monitor,
        lock: int | None,
    ) -> None:
        self.folder = folder
        self.slots = slots
        self.needs = needs
        self.infer = backlog
        self.monitor = monitor
        self.lock = lock
        self.outcome = Outcome()
        self.hands: list[Hand] = []
        self.score: deque[Job] = deque()
        self.waiting: dict[tuple[str, str], int] = {}
        self.held: dict[tuple[str, str], Job] = {}
        self.tries: dict[str, int] = {}
        self.selector = selectors.DefaultSelector()
        self.stopping = 0

    def work(self, jobs: Sequence[Job]) -> Outcome:
        """Do all of it."""
        for job in jobs:
            if job.kind == "infer":
                self.waiting[job.pair] = self.waiting.get(job.pair, 0) + 1
        for job in jobs:
            if job.kind == "score" and job.pair in self.waiting:
                self.held[job.pair] = job
            elif job.kind == "score":
                self.score.append(job)
        before = (
            signal.signal(signal.SIGINT, self._interrupt),
            signal.signal(signal.SIGTERM, self._interrupt),
        )
        try:
            while self._hand_out() or any(hand.job for hand in self.hands):
                self._listen()
        finally:
            self._dismiss_all()
            signal.signal(signal.SIGINT, before[0])
            signal.signal(signal.SIGTERM, before[1])
        self.outcome.interrupted = self.stopping > 0
        return self.outcome

    def _hand_out(self) -> bool:
        """Give jobs to idle workers, start workers where there is room."""
        if self.stopping:
            return False
        self._hand_out_scoring()
        for hand in [hand for hand in self._inferring() if hand.idle]:
            job = self.infer.for_idle(hand, self._inferring())
            if job is not None:
                hand.give(job)
            else:
                hand.leave()
        while (new := self.infer.for_new(self._inferring(), self.slots)) is not None:
            job, gpus = new
            self._start("infer", gpus, self.needs[job.model]).give(job)
        return bool(self.score or self.held or self.infer)

    def _hand_out_scoring(self) -> None:
        """Let scorers work beside inference, as many as the processor has room for."""
        while self.score:
            scorers = [h for h in self.hands if h.kind == "score" and h.leaving is None]
            scorer = next((h for h in scorers if h.idle), None)
            if scorer is None:
                free = cores() - len(self._inferring())
                if len(scorers) >= max(1, min(SCORERS, free // CORES_OF_SCORER)):
                    return
                scorer = self._start("score", (), 0.0)
            scorer.give(self.score.popleft())

    def _inferring(self) -> list[Hand]:
        return [hand for hand in self.hands if hand.kind == "infer"]

    def _start(self, kind: str, gpus: tuple[str, ...], need: float) -> Hand:
        settings = {
            "OMP_NUM_THREADS": str(threads(cores(), self.slots.workers)),
            "TOKENIZERS_PARALLELISM": "false",
        }
        settings = {name: os.environ.get(name, value) for name, value in settings.items()}
        if self.slots.gpus or kind == "score":
            settings["CUDA_VISIBLE_DEVICES"] = ",".join(gpus)
        hand = start(self.folder, kind, (gpus, need), settings, self.lock)
        self.hands.append(hand)
        self.selector.register(hand.events, selectors.EVENT_READ, hand)
        if self.stopping:  # since it was decided to start it
            hand.signal(hard=self.stopping > 1)
        return hand

    def _listen(self) -> None:
        # A child of a worker may hold its output open after it died.
        dead = {hand for hand in self.hands if hand.process.poll() is not None}
        for key, _ in self.selector.select(timeout=0 if dead else 1.0):
            hand: Hand = key.data
            dead.discard(hand)
            events = hand.heard()
            if events is None:
                self._gone(hand)
                continue
            for event in events:
                self._heard(hand, event)
        for hand in dead:
            self._gone(hand)
        for hand in self.hands:
            if hand.leaving is not None and time.monotonic() - hand.leaving > GRACE_SECONDS:
                hand.signal(hard=True)

    def _heard(self, hand: Hand, event: dict[str, Any]) -> None:
        if event["event"] == "broken":
            hand.leave()
            self._lost(hand, event["error"], event["code"])
        elif event["event"] != "ended":
            self.monitor.event(event)
        elif event.get("interrupted") and not self.stopping:
            hand.leave()
            self._lost(hand, "its worker was told to stop, though not by this run")
        else:
            self._end(hand, event)

    def _lost(self, hand: Hand, error: str, code: int | None = None) -> None:
        """Book the end of a job whose worker did not say so."""
        if hand.job is not None:
            event = {"event": "ended", "job": hand.job.id, "ok": False, "error": error}
            if self.stopping:
                event["interrupted"] = True
            self._end(hand, {**event, "code": code})

    def _end(self, hand: Hand, event: dict[str, Any]) -> None:
        """Book the end of a worker's job; try it again if there is hope."""
        job, hand.job = hand.job, None
        if job is None:
            return
        failed = not event["ok"] and not event.get("interrupted")
        if failed and self._hopeful(job, event):
            hand.failed.add(job.id)
            self.infer.again(job)
            self.monitor.event({**event, "event": "again"})
            return
        self.monitor.event(event)
        self.outcome.ran += 1
        if failed:
            self.outcome.fail(self.folder, job, event["error"])
        if job.kind == "infer":
            self.waiting[job.pair] -= 1
            if not self.waiting[job.pair] and job.pair in self.held:
                self.score.append(self.held.pop(job.pair))

    def _hopeful(self, job: Job, event: dict[str, Any]) -> bool:
        """True if a failed job may do better on another worker."""
        self.tries[job.id] = self.tries.get(job.id, 0) + 1
        hopeless = job.kind == "score" or event.get("code") in HOPELESS
        return self.tries[job.id] < TRIES and not hopeless and not self.stopping

    def _gone(self, hand: Hand) -> None:
        """A worker process ended; if it had a job, the job failed."""
        self.hands.remove(hand)
        self.selector.unregister(hand.events)
        if hand.kind == "infer":
            self.slots.give(hand.gpus, hand.need)
        how = hand.end()
        self._lost(hand, f"its worker died: {how}")

    def _dismiss_all(self) -> None:
        """Let every worker end, and see that it does."""
        for hand in self.hands:
            hand.leave()
        until = time.monotonic() + GRACE_SECONDS
        for hand in self.hands:
            hand.end(max(0.1, until - time.monotonic()))
        self.selector.close()

    def _interrupt(self, *_: object) -> None:
        self.stopping += 1
        for hand in self.hands:
            hand.signal(hard=self.stopping > 1)
