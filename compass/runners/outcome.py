"""What became of the jobs, and what a runner tells while it works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from compass.board.table import Failure
from compass.plan import Job
from compass.runfolder import RunFolder

HOPELESS = (2, 3, 5)
"""Exit codes of errors that no other worker would be spared."""


@dataclass
class Outcome:
    """How a run's jobs ended."""

    failures: list[Failure] = field(default_factory=list)
    interrupted: bool = False
    ran: int = 0
    """Jobs run in this start."""

    detached: bool = False
    """True if the jobs go on elsewhere."""

    def fail(self, folder: RunFolder, job: Job, error: str) -> None:
        """Note a failed job; a worker that died early left its last words in another log."""
        log = next((path for path in (folder.log(job), folder.workers_log) if path.exists()), "")
        self.failures.append(
            Failure(
                job=job.id,
                model=job.model,
                dataset=job.dataset,
                first_error=error,
                log=str(log),
            )
        )


class Monitor(Protocol):
    """Shows how far a run is."""

    def begin(self, jobs: Sequence[Job], questions: Mapping[str, int]) -> None:
        """Learn what is to be done: the jobs, and by id the questions of inference."""

    def event(self, event: dict[str, Any]) -> None:
        """Learn of the start, progress or end of a job."""

    def end(self) -> None:
        """Stop showing."""


class Tally:
    """What became of each job, from events that workers elsewhere wrote.

    Args:
        jobs: Those that are to end.
        monitor: Told about each event once.
    """

    def __init__(self, jobs: Sequence[Job], monitor: Monitor) -> None:
        self._jobs = {job.id: job for job in jobs}
        self._ends: dict[str, dict[str, Any]] = {}
        self._monitor = monitor

    @property
    def complete(self) -> bool:
        """True if every job has ended."""
        return self._ends.keys() == self._jobs.keys()

    def again(self) -> list[Job]:
        """Return the jobs to be tried once more, and forget how they ended.

        Those are inference jobs of which no end was heard or that failed in a way that may pass,
        and the scoring of their answers.
        """
        ends = {name: self._ends.get(name, {"ok": False}) for name in self._jobs}
        failed = {name for name, end in ends.items() if not end["ok"]}
        hopeful = {name for name in failed if ends[name].get("code") not in HOPELESS}
        pairs = {job.pair for name, job in self._jobs.items()
                 if job.kind == "infer" and name in hopeful}  # fmt: skip
        lost = {name for name in failed if name not in self._ends}
        found = [
            job
            for name, job in self._jobs.items()
            if name in lost
            or (job.pair in pairs and (name in hopeful if job.kind == "infer" else True))
        ]
        for job in found:
            self._ends.pop(job.id, None)
        return found

    def hear(self, event: dict[str, Any]) -> None:
        """Take in an event; of several ends of a job a good one counts."""
        name = event.get("job")
        if name not in self._jobs or event.get("interrupted"):
            return
        if event["event"] == "ended":
            if self._ends.get(name, {}).get("ok"):
                return
            again = name in self._ends
            self._ends[name] = event
            if again:
                return
        self._monitor.event(event)

    def outcome(self, folder: RunFolder, *, interrupted: bool, lost: str) -> Outcome:
        """Return how the jobs ended.

        Args:
            folder: The run.
            interrupted: The user wanted it so.
            lost: What is said of a job of which no end was heard.
        """
        outcome = Outcome(interrupted=interrupted, ran=len(self._ends))
        for name, job in self._jobs.items():
            end = self._ends.get(name)
            if end is None and not interrupted:
                outcome.fail(folder, job, lost)
            elif end is not None and not end["ok"]:
                outcome.fail(folder, job, end.get("error", lost))
        return outcome
