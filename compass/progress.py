"""How far a run is, from nothing but its folder.

A job has ended if its seal stands; it is at work if the run is and something of it was written
since the run was last started.  The rate is that of the last answers of the jobs at work; the time
left counts what each question of a model and dataset took, not the questions alone.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from compass.answers import Answers
from compass.errors import StoreError
from compass.plan import Estimate, Job, Plan
from compass.presence import Presence, presence
from compass.runfolder import RunFolder
from compass.store import read_document

TAIL_BYTES = 1 << 17
TAIL_ROWS = 200
"""The last answers of a job at work that its rate is taken from."""

State = Literal["ended", "answered", "failed", "at work", "broken off", "waiting"]
"""*answered*: all of it, but looked at again because the seal does not stand; *failed*: all was
tried and some of it has no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How far one inference job is."""

    id: str
    state: State
    questions: int
    answered: int
    failed: int
    idle: float | None
    """Seconds since the last answer; None: there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """How far one model is on one dataset."""

    model: str
    dataset: str
    jobs: int
    """Inference jobs."""

    done: int
    """Of them, those that ended well."""

    questions: int
    """Questions in all; 0 if the plan does not say."""

    answered: int
    """Questions with an answer; some may be of an earlier form of the benchmark."""

    failed: int
    """Questions whose last call failed."""

    scored: bool
    """True if the scores are of all these answers."""

    idle: float | None
    """Seconds since the last answer; None: there is none."""

    rate: float
    """Questions a second of the jobs at work."""

    left: float | None
    """Seconds that one worker needs for the rest; None if nothing says how long that takes."""

    parts: tuple[Part, ...]

    @property
    def complete(self) -> bool:
        """True if everything is answered and scored."""
        return self.scored and self.done == self.jobs and not self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is."""

    presence: Presence
    pairs: tuple[Pair, ...]

    @property
    def complete(self) -> bool:
        """True if everything is answered and scored."""
        return all(pair.complete for pair in self.pairs)

    @property
    def rate(self) -> float:
        """Questions a second."""
        return sum(pair.rate for pair in self.pairs)

    @property
    def left(self) -> float | None:
        """Seconds of inference left with as many workers as are at work; None if unknown."""
        lefts = [pair.left for pair in self.pairs]
        workers = sum(part.state == "at work" for pair in self.pairs for part in pair.parts)
        if None in lefts or (any(lefts) and not workers):
            return None
        return sum(left or 0.0 for left in lefts) / max(workers, 1)


def progress(folder: RunFolder, queued: bool = False) -> Progress:
    """Return how far a run is.

    Args:
        folder: The run.
        queued: True if a cluster has batches of it.

    Raises:
        StoreError: The folder holds no plan that can be read.
    """
    try:
        plan = folder.plan()
    except (TypeError, KeyError, AttributeError) as error:
        raise StoreError(
            "this plan is not one that this version of Compass makes",
            where=str(folder.plan_file),
            hint="go on with the run (-r), which plans it anew; or name another folder",
        ) from error
    here = presence(folder.lock_file)
    since = _last_start(folder) if here.at_work or queued else math.inf
    found = [_pair(folder, plan, pair, since) for pair in dict.fromkeys(j.pair for j in plan.jobs)]
    estimates = {(one.model, one.dataset): one for one in plan.estimates}
    return Progress(presence=here, pairs=tuple(_timed(found, estimates)))


@dataclass(slots=True)
class _Seen:
    """A pair as it was found, without what follows from other pairs."""

    pair: Pair
    each: float | None
    """Seconds of a question, from this run's own."""

    rest: int
    """Questions of jobs that have not ended, without those answered there."""


def _pair(folder: RunFolder, plan: Plan, pair: tuple[str, str], since: float) -> _Seen:
    own = [job for job in plan.jobs if job.pair == pair]
    infer = [job for job in own if job.kind == "infer"]
    samples = sum(job.stop - job.start for job in infer)
    questions = sum(e.questions for e in plan.estimates if (e.model, e.dataset) == pair)
    files: dict[int, list[Path]] = {}
    paths = folder.all_rows(*pair)
    for path in paths:
        start = path.name.partition(".")[0]
        files.setdefault(int(start) if start.isdecimal() else -1, []).append(path)
    answers = Answers(paths)
    counts = answers.by_path()
    total, failed = len(answers), answers.failures
    answers.close()
    parts, taken, rate = [], (0, 0.0), 0.0
    for job in infer:
        mine = files.get(job.start, [])
        size = round(questions * (job.stop - job.start) / max(samples, 1))
        part = _part(folder, job, mine, counts, (size, since))
        parts.append(part)
        latest = folder.taken(job) if part.state == "ended" else _tail(mine)
        taken = taken[0] + latest[0], taken[1] + latest[1]
        if part.state == "at work" and latest[1]:
            rate += latest[0] / latest[1]
    rest = sum(max(0, p.questions - p.answered) for p in parts if p.state != "ended")
    idles = [part.idle for part in parts if part.idle is not None]
    found = Pair(
        model=pair[0],
        dataset=pair[1],
        jobs=len(infer),
        done=sum(part.state == "ended" for part in parts),
        questions=questions,
        answered=total - failed,
        failed=failed,
        scored=any(not folder.reason_to_run(job) for job in own if job.kind == "score"),
        idle=min(idles, default=None),
        rate=round(rate, 3),
        left=None,
        parts=tuple(parts),
    )
    return _Seen(found, taken[1] / taken[0] if taken[0] else None, rest)


def _part(
    folder: RunFolder,
    job: Job,
    paths: Sequence[Path],
    counts: Mapping[Path, tuple[int, int]],
    known: tuple[int, float],
) -> Part:
    """Return how far a job is, given its number of questions and when the run was started."""
    size, since = known
    answered = sum(counts.get(path, (0, 0))[0] for path in paths)
    failed = sum(counts.get(path, (0, 0))[1] for path in paths)
    written = [path.stat().st_mtime for path in paths]
    log = folder.log(job)
    touched = max([*written, *([log.stat().st_mtime] if log.exists() else [])], default=0.0)
    state: State = "waiting"
    if folder.reason_to_run(job) is None:
        state = "ended"
    elif 0 < size <= answered + failed:
        state = "failed" if failed else "answered"
    elif touched >= since:
        state = "at work"
    elif answered or failed:
        state = "broken off" if since == math.inf else "waiting"
    return Part(
        id=job.id,
        state=state,
        questions=size,
        answered=answered,
        failed=failed,
        idle=max(0.0, round(time.time() - max(written), 1)) if written else None,
    )


def _timed(found: Sequence[_Seen], estimates: Mapping[tuple[str, str], Estimate]) -> Iterator[Pair]:
    """Yield the pairs with the time they still need.

    A pair without answers is judged by its estimate; one that nothing earlier says is compared,
    by the same estimate, to what was answered in this run.
    """
    guesses = {pair: one.seconds / one.questions for pair, one in estimates.items()}
    factors = [
        one.each / guesses[one.pair.model, one.pair.dataset]
        for one in found
        if one.each and (one.pair.model, one.pair.dataset) in guesses
    ]
    factor = sum(factors) / len(factors) if factors else None
    for one in found:
        each = one.each
        estimate = estimates.get((one.pair.model, one.pair.dataset))
        if each is None and estimate is not None:
            guess = guesses[one.pair.model, one.pair.dataset]
            each = guess if estimate.measured else factor and guess * factor
        left = 0.0 if not one.rest else None if each is None else round(each * one.rest, 1)
        yield replace(one.pair, left=left)


def _tail(paths: Sequence[Path]) -> tuple[int, float]:
    """Return how many of a job's last answers there are, and the seconds they took.

    The first row of a log is left out: a model may have been loaded before it.
    """
    if not paths:
        return 0, 0.0
    path = max(paths, key=lambda one: one.stat().st_mtime)
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL_BYTES))
        lines = file.read().split(b"\n")[1:-1][-TAIL_ROWS:]
    seconds = [_seconds(line) for line in lines]
    return len(seconds), math.fsum(seconds)


def _seconds(line: bytes) -> float:
    try:
        return float(json.loads(line).get("seconds", 0.0))
    except (ValueError, AttributeError, TypeError):
        return 0.0  # damaged; inference tells of it


def _last_start(folder: RunFolder) -> float:
    run = read_document(folder.run) or {}
    last = [run.get("started"), *run.get("resumed", [])][-1]
    try:
        return datetime.strptime(str(last), "%Y-%m-%dT%H:%M:%S%z").timestamp()
    except ValueError:
        return 0.0
