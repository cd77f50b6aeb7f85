"""Which job comes next: the widest model's first, then the longest; small ones fill the gaps.

Pure decisions on what is left, who is there and which GPUs are free; no process is touched here.

- A worker keeps its model; of it, the longest job comes first (Graham 1969, "Bounds on
  multiprocessing timing anomalies": of one model at most 4/3 of the best makespan).  When its
  model is done it takes over the one with most left for each of its workers.
- A new worker goes to the model that needs most GPUs, as long as it has jobs: several free GPUs
  at a time are rarer than single ones.  What fits beside it gets the rest.
- A model that nobody works on, and for which narrower ones leave no room, is not left waiting:
  idle workers then leave instead of going on, until it has its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from compass.plan import Job, longest_first
from compass.runners.slots import Slots


class Hand(Protocol):
    """A worker of inference, as far as the order of jobs goes."""

    model: str
    need: float
    failed: set[str]


class Backlog:
    """What is left to infer.

    Args:
        jobs: In the order of the plan.
        needs: GPUs by model.
        limits: Most workers by model; None: as many as there are.
    """

    def __init__(
        self,
        jobs: Iterable[Job],
        needs: Mapping[str, float],
        limits: Mapping[str, int | None],
    ) -> None:
        self._needs, self._limits = needs, limits
        self._jobs: dict[str, list[Job]] = {}
        self._left: dict[str, float] = {}
        for job in longest_first(jobs):
            self._add(job)

    def __len__(self) -> int:
        return sum(map(len, self._jobs.values()))

    def again(self, job: Job) -> None:
        """Take a job back; it comes last."""
        self._add(job)

    def for_idle(self, hand: Hand, hands: Sequence[Hand]) -> Job | None:
        """Take and return the next job of a worker, never one it failed; None lets it go."""
        if hand.need and self._starving(hands) > hand.need:
            return None
        for model in self._for(hand, hands):
            for job in self._jobs.get(model, ()):
                if job.id not in hand.failed:
                    return self._taken(job)
        return None

    def for_new(self, hands: Sequence[Hand], slots: Slots) -> tuple[Job, tuple[str, ...]] | None:
        """Take and return a job that is worth one more worker, and the GPUs of that."""
        starving = self._starving(hands)
        at_it = Counter(hand.model for hand in hands)
        for model in self._ranked(hands):
            need, limit = self._needs[model], self._limits[model]
            if (limit is not None and at_it[model] >= limit) or 0 < need < starving:
                continue
            gpus = slots.take(need)
            if gpus is not None:
                return self._taken(self._jobs[model][0]), gpus
        return None

    def _for(self, hand: Hand, hands: Sequence[Hand]) -> Iterator[str]:
        """Yield the models a worker may be given: its own, then others of the same need."""
        yield hand.model
        for model in self._ranked(hands):
            if self._limits[model] is None and self._needs[model] == hand.need:
                yield model

    def _ranked(self, hands: Iterable[Hand]) -> list[str]:
        """Return the models with jobs left: the widest first, then those with most to do."""
        at_it = Counter(hand.model for hand in hands)
        left = {model: self._left[model] / (at_it[model] + 1) for model in self._waiting()}
        return sorted(left, key=lambda model: (-self._needs[model], -left[model]))

    def _starving(self, hands: Iterable[Hand]) -> float:
        """Return the most GPUs needed by a model with jobs left, if no worker has as many."""
        widest = max((hand.need for hand in hands), default=0.0)
        wanted = max((self._needs[model] for model in self._waiting()), default=0.0)
        return wanted if wanted > widest else 0.0

    def _waiting(self) -> Iterator[str]:
        return (model for model, jobs in self._jobs.items() if jobs)

    def _add(self, job: Job) -> None:
        self._jobs.setdefault(job.model, []).append(job)
        self._left[job.model] = self._left.get(job.model, 0.0) + job.seconds

    def _taken(self, job: Job) -> Job:
        self._jobs[job.model].remove(job)
        self._left[job.model] -= job.seconds
        return job
