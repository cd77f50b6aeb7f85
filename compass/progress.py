"""How far a run is, from nothing but its folder."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from compass.answers import Answers
from compass.plan import Job
from compass.runfolder import RunFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """How far one model is on one dataset."""

    model: str
    dataset: str
    jobs: int
    """Inference jobs."""

    done: int
    """Of them, those that ended well."""

    answered: int
    """Questions with an answer; some may be of an earlier form of the benchmark."""

    failed: int
    """Questions whose last call failed."""

    scored: bool
    """True if the scores are of all these answers."""

    idle: float | None
    """Seconds since the last answer; None: there is none."""


def pairs(folder: RunFolder) -> Iterator[Pair]:
    """Yield how far each model is on each dataset, in the order of the plan."""
    jobs = folder.plan().jobs
    for model, dataset in dict.fromkeys(job.pair for job in jobs):
        own = [job for job in jobs if job.pair == (model, dataset)]
        infer = [job for job in own if job.kind == "infer"]
        paths = folder.all_rows(model, dataset)
        answers = Answers(paths)
        failed = answers.failures
        yield Pair(
            model=model,
            dataset=dataset,
            jobs=len(infer),
            done=_ended(folder, infer),
            answered=len(answers) - failed,
            failed=failed,
            scored=_ended(folder, [job for job in own if job.kind == "score"]) > 0,
            idle=_idle(paths),
        )
        answers.close()


def at_work(folder: RunFolder) -> bool:
    """Return whether a process of this machine, or a file system's other, holds the run."""
    try:
        with folder.lock_file.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _ended(folder: RunFolder, jobs: Iterable[Job]) -> int:
    return sum(folder.reason_to_run(job) is None for job in jobs)


def _idle(paths: Iterable[Path]) -> float | None:
    times = [path.stat().st_mtime for path in paths]
    return max(0.0, time.time() - max(times)) if times else None
