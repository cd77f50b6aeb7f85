"""How long a run will still take, from how its jobs came along.

Questions of different models and datasets take different times, so they are weighed: the time
left is the weight of the questions left over the weight that was answered in a second.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from compass.plan import Job

ENOUGH = 5
"""Answers after the first that make a measured time worth more than an estimate."""

Pair = tuple[str, str]


@dataclass(slots=True)
class _Seen:
    """What was last heard of an open job."""

    done: int = 0
    known: int = 0
    at: float | None = None
    """When its first answers were there, or more of them."""


class TimeLeft:
    """The time left of a run.

    Args:
        jobs: What is to be done.
        questions: Job id to its number of questions.
        now: The clock.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        questions: Mapping[str, int],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._jobs = {job.id: job for job in jobs if job.kind == "infer"}
        self._questions = questions
        self._now = now
        self._seen: dict[str, _Seen] = {}
        self._left: Counter[Pair] = Counter()
        self._done: Counter[Pair] = Counter()
        self._estimated: dict[Pair, float] = {}
        self._taken: dict[Pair, float] = {}
        self._counted: Counter[Pair] = Counter()
        """Answers that the seconds in ``_taken`` are of."""

        self._began = now()
        self._first: tuple[float, Pair, int] | None = None
        for job in self._jobs.values():
            self._left[job.pair] += questions[job.id]
            self._estimated[job.pair] = self._estimated.get(job.pair, 0.0) + job.seconds
        for pair, count in self._left.items():
            self._estimated[pair] /= max(count, 1)

    def progress(self, name: str, done: int, known: int) -> None:
        """Take in how many questions of an open job were asked, and how many need not be."""
        if name not in self._jobs:
            return
        pair, now = self._jobs[name].pair, self._now()
        seen = self._seen.setdefault(name, _Seen())
        more = done - seen.done
        if more > 0:
            if seen.at is not None:
                self._taken[pair] = self._taken.get(pair, 0.0) + now - seen.at
                self._counted[pair] += more
            seen.at = now
        self._done[pair] += more
        self._left[pair] -= more + known - seen.known
        seen.done, seen.known = done, known
        if self._first is None and done:
            # Loading a model is no part of the rate.
            self._first = now, pair, done

    def again(self, name: str) -> None:
        """Take in that a job is begun anew."""
        seen = self._seen.pop(name, None)
        if seen is not None:
            self._left[self._jobs[name].pair] += seen.done + seen.known

    def ended(self, name: str) -> None:
        """Take in that a job is closed: what it did not answer is not waited for."""
        job = self._jobs.pop(name, None)
        if job is not None:
            seen = self._seen.pop(name, _Seen())
            self._left[job.pair] -= self._questions[name] - seen.done - seen.known

    def seconds(self) -> float | None:
        """Return the seconds left, None if nothing is known yet."""
        weights = self._weights()
        left = sum(max(count, 0) * weights[pair] for pair, count in self._left.items())
        if not left:
            return 0.0
        done = sum(count * weights[pair] for pair, count in self._done.items())
        began, before = self._began, 0.0
        if self._first is not None:
            at, pair, count = self._first
            if count * weights[pair] < done:
                began, before = at, count * weights[pair]
        passed = self._now() - began
        return left * passed / (done - before) if done > before else None

    def _weights(self) -> dict[Pair, float]:
        """Return the seconds of a question: measured, else estimated on the same scale."""
        measured = {
            pair: seconds / self._counted[pair]
            for pair, seconds in self._taken.items()
            if self._counted[pair] >= ENOUGH and seconds > 0
        }
        taken = sum(self._taken[pair] for pair in measured)
        expected = sum(self._estimated[pair] * self._counted[pair] for pair in measured)
        scale = taken / expected if expected else 1.0
        usual = taken / sum(self._counted[pair] for pair in measured) if measured else 1.0
        return {
            pair: measured.get(pair) or estimated * scale or usual
            for pair, estimated in self._estimated.items()
        }
