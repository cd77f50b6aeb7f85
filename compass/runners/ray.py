"""Jobs on a Ray cluster: actors that keep a model loaded, placed by the GPUs they need.

An actor gets its next job when it is idle, so that quick ones take work from slow ones, and its
own model's first.  One that dies with its node is replaced, and its job begun again elsewhere,
writing into files of its own: a lost node may go on for a while.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compass.errors import ConfigError, ModelError
from compass.plan import Job, longest_first
from compass.runfolder import RunFolder
from compass.runners.actor import Actor
from compass.runners.events import Events
from compass.runners.hands import PARENT
from compass.runners.needs import experiment_of, gpus_wanted
from compass.runners.outcome import HOPELESS, Monitor, Outcome, Tally
from compass.runners.submitted import Submitted, next_start

log = logging.getLogger(__name__)

TRIES = 3
LOOK_SECONDS = 0.5
PLACE_SECONDS = 60.0
CONNECT_SECONDS = 10.0
OBJECT_BYTES = 100_000_000
"""Of Ray's store; what actors return is small."""


class Ray:
    """Run jobs as calls of Ray actors.

    Args:
        address: Of the cluster; ``auto`` finds the one this machine belongs to, None starts one
            on this machine.
        actors: Most actors at a time; those that find no place yet wait, and let a cluster grow.
        cpus: Processor cores of an actor.
        resources: More resources of an actor, as Ray names them.
        env: More environment variables of actors.
    """

    elsewhere = True
    """What this machine lacks says nothing about those of the jobs."""

    def __init__(
        self,
        *,
        address: str | None = "auto",
        actors: int = 16,
        cpus: float = 1.0,
        resources: Mapping[str, float] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        if actors < 1:
            raise ConfigError(f"actors must be at least 1, got {actors!r}")
        self.address, self.actors, self.cpus = address, actors, cpus
        self.resources, self.env = dict(resources or {}), dict(env or {})

    def width(self) -> int:
        """Return the most actors at a time."""
        return self.actors

    def run(
        self, folder: RunFolder, jobs: Sequence[Job], monitor: Monitor, lock: int | None = None
    ) -> Outcome:
        """Do the jobs and return how they ended.  Ctrl-C keeps the answers in flight."""
        try:
            import ray
        except ImportError as error:
            raise ModelError(str(error), hint="pip install 'compass-eval[ray]'") from error
        paths = [str(PARENT), *(path or os.getcwd() for path in sys.path)]
        environment = {
            "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
            "OMP_NUM_THREADS": str(max(1, int(self.cpus))),
            **self.env,
        }
        own: dict[str, Any] = {}
        _see(self.address)
        if self.address is None:
            # It tells its makers nothing, and the store for what actors hand over stays small.
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            own = {"include_dashboard": False, "object_store_memory": OBJECT_BYTES}
        try:
            ray.init(
                address=self.address or "local",
                **own,
                runtime_env={"env_vars": environment},
                log_to_driver=False,
                ignore_reinit_error=True,
                logging_level="ERROR",
            )
        except ConnectionError as error:
            raise ConfigError(
                f"no Ray cluster at {self.address!r}: {error}",
                hint="ray start --head, or runner=dict(type=Ray, address=None)",
            ) from error
        try:
            return _Troupe(ray, self, folder, jobs, monitor).work()
        finally:
            ray.shutdown()


def _see(address: str | None) -> None:
    """Refuse an address where nobody listens: Ray would try for minutes.

    Raises:
        ConfigError: There is no cluster there.
    """
    host, colon, port = (address or "").rpartition(":")
    if not colon or "/" in host or not port.isdigit():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except OSError as error:
        raise ConfigError(
            f"no Ray cluster at {address!r}: {error}",
            hint="ray start --head prints the address; address='auto' finds it on its machines",
        ) from error


@dataclass(eq=False)
class _Player:
    """An actor, and what it is at."""

    handle: Any
    kind: str
    need: float
    waits_for: Any
    """The call that is not answered yet: to be ready, or to do a job."""

    model: str
    job: Job | None = None
    idle: bool = False
    ready: bool = False


class _Troupe:
    """The actors of one run and what is left to do."""

    def __init__(
        self, ray: Any, runner: Ray, folder: RunFolder, jobs: Sequence[Job], monitor: Monitor
    ) -> None:
        self.ray, self.runner, self.folder = ray, runner, folder
        self.tally = Tally(jobs, monitor)
        experiment = experiment_of(folder)
        self.needs = {model.abbr: gpus_wanted(model) for model in experiment.models}
        self.most = {
            m.abbr: m.resources.workers or getattr(m.backend.resolve(), "most_workers", None)
            for m in experiment.models
        }
        self.infer: deque[Job] = deque(j for j in longest_first(jobs) if j.kind == "infer")
        self.waiting: dict[tuple[str, str], int] = {}
        for job in self.infer:
            self.waiting[job.pair] = self.waiting.get(job.pair, 0) + 1
        scores = [job for job in jobs if job.kind == "score"]
        self.score: deque[Job] = deque(job for job in scores if job.pair not in self.waiting)
        self.held = {job.pair: job for job in scores if job.pair in self.waiting}
        self.players: list[_Player] = []
        self.tries: dict[str, int] = {}
        self.started = 0
        self.unborn = 0
        """Actors lost before they could begin, since one could.  A node takes several with it."""

        self.stopping = False
        self.placeless = time.monotonic()
        self.told = False
        self.place, self.attempt = next_start(folder)
        self.events = Events(self.place)

    def work(self) -> Outcome:
        """Do all of it."""
        submitted = Submitted("ray", (), str(self.place.relative_to(self.folder.root)))
        submitted.write(self.folder)
        before = signal.signal(signal.SIGINT, self._stop), signal.signal(signal.SIGTERM, self._stop)
        try:
            while self._hand_out():
                self._listen()
        finally:
            signal.signal(signal.SIGINT, before[0])
            signal.signal(signal.SIGTERM, before[1])
        self._tell()
        submitted.end(self.folder)
        return self.tally.outcome(
            self.folder, interrupted=self.stopping, lost="its actor was lost too often"
        )

    def _hand_out(self) -> bool:
        """Give jobs to idle actors, start some and dismiss others; return whether to go on."""
        for player in [one for one in self.players if one.idle]:
            job = None if self.stopping else self._next_for(player)
            if job is None:
                self._dismiss(player)
            else:
                player.job, player.model, player.idle = job, job.model, False
                again = self.tries.get(job.id, 0)
                name = self.attempt + (f"r{again}" if again else "")
                player.waits_for = player.handle.do.remote(job.id, name)
        while not self.stopping and (wanted := self._wanted()) is not None:
            self._start(*wanted)
        if self.stopping or not (self.infer or self.score):
            # Nobody waits for a place when nothing is left to do there.
            for player in [one for one in self.players if one.job is None]:
                if self.stopping or not self.held or player.kind == "infer":
                    self._dismiss(player)
        return any(player.job for player in self.players) or (
            not self.stopping and bool(self.infer or self.score)
        )

    def _wanted(self) -> tuple[str, str, float] | None:
        """Return kind, model and GPUs of an actor that is worth having."""
        scorers = sum(one.kind == "score" for one in self.players)
        if self.score and not scorers:
            return "score", "", 0.0
        if len(self.players) - scorers >= self.runner.actors:
            return None
        unplaced = [one.model for one in self.players if one.kind == "infer" and one.job is None]
        for model in dict.fromkeys(job.model for job in self.infer):
            left = sum(job.model == model for job in self.infer) - unplaced.count(model)
            at_it = sum(one.model == model for one in self.players if one.kind == "infer")
            if left > 0 and at_it < (self.most[model] or self.runner.actors):
                return "infer", model, self.needs[model]
        return None

    def _start(self, kind: str, model: str, need: float) -> None:
        self.started += 1
        made = self.ray.remote(Actor).options(
            num_cpus=self.runner.cpus if kind == "infer" else 1,
            num_gpus=need,
            resources=self.runner.resources if kind == "infer" else {},
            max_concurrency=2,  # it hears stop while it works
        )
        events = self.place / f"{kind}-{self.started}.jsonl"
        handle = made.remote(str(self.folder.root.resolve()), str(events.resolve()))
        self.players.append(_Player(handle, kind, need, handle.ready.remote(), model))

    def _next_for(self, player: _Player) -> Job | None:
        """Return the next job of an actor: its own model's first."""
        if player.kind == "score":
            return self.score.popleft() if self.score else None
        fitting = [job for job in self.infer if self.needs[job.model] == player.need]
        own = [job for job in fitting if job.model == player.model]
        free = [job for job in fitting if self.most[job.model] is None]
        job = next(iter(own or free), None)
        if job is not None:
            self.infer.remove(job)
        return job

    def _listen(self) -> None:
        """Take in what actors answer, and what they tell meanwhile."""
        calls = {one.waits_for: one for one in self.players if not one.idle}
        if not calls:
            return
        done, _ = self.ray.wait(list(calls), num_returns=1, timeout=LOOK_SECONDS)
        self._tell()
        self._tell_of_waiting()
        for call in done:
            player = calls[call]
            try:
                answer = self.ray.get(call)
            except self.ray.exceptions.RayError as error:
                self._lost(player, error)
                continue
            player.idle = True
            player.ready, self.unborn = True, 0
            if player.job is not None:
                self._end(player, answer)

    def _end(self, player: _Player, event: dict[str, Any]) -> None:
        job, player.job = player.job, None
        if job is None:
            return
        if not event["ok"] and not self.stopping and job.kind == "infer":
            self.tries[job.id] = self.tries.get(job.id, 0) + 1
            if self.tries[job.id] < TRIES - 1 and event.get("code") not in HOPELESS:
                self.infer.append(job)
                return
        self._settle(job)

    def _settle(self, job: Job) -> None:
        """Let scoring begin when the last answers of a pair are there."""
        if job.kind == "infer":
            self.waiting[job.pair] -= 1
            if not self.waiting[job.pair] and job.pair in self.held:
                self.score.append(self.held.pop(job.pair))

    def _lost(self, player: _Player, error: Exception) -> None:
        """An actor is gone: its job is begun again by another."""
        self.players.remove(player)
        job, player.job = player.job, None
        if job is None:
            if not player.ready:
                self.unborn += 1
                if self.unborn >= TRIES * self.runner.actors:
                    raise ModelError(f"actors do not start: {error}")
            return
        self.tries[job.id] = self.tries.get(job.id, 0) + 1
        if self.tries[job.id] < TRIES and not self.stopping:
            (self.infer if job.kind == "infer" else self.score).append(job)
        else:
            self._settle(job)

    def _dismiss(self, player: _Player) -> None:
        self.players.remove(player)
        self.ray.kill(player.handle)

    def _tell_of_waiting(self) -> None:
        """Say once that no actor finds a place: it may be one that the cluster does not have."""
        if any(player.ready for player in self.players):
            self.placeless = time.monotonic()
        elif not self.told and time.monotonic() - self.placeless > PLACE_SECONDS:
            self.told = True
            wanted = {f"{self.runner.cpus:g} CPU and {one.need:g} GPU" for one in self.players}
            log.warning(
                "no actor has found a place for %.0f s: wanted are %s%s; the cluster has %s",
                PLACE_SECONDS,
                " or ".join(sorted(wanted)),
                f" and {self.runner.resources}" if self.runner.resources else "",
                {
                    name: amount
                    for name, amount in self.ray.cluster_resources().items()
                    if ":" not in name and not name.endswith("memory")
                },
            )

    def _tell(self) -> None:
        for event in self.events.new():
            self.tally.hear(event)

    def _stop(self, *_: object) -> None:
        if not self.stopping:
            self.stopping = True
            for player in self.players:
                if player.job is not None:
                    player.handle.stop.remote()
