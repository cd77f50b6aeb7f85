"""What became of the jobs, and what a runner tells while it works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from compass.board.table import Failure
from compass.plan import Job
from compass.runfolder import RunFolder


@dataclass
class Outcome:
    """How a run's jobs ended."""

    failures: list[Failure] = field(default_factory=list)
    interrupted: bool = False
    ran: int = 0
    """Jobs run in this start."""

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

    def begin(self, jobs: Sequence[Job], questions: int) -> None:
        """Learn what is to be done: the jobs and their number of questions."""

    def event(self, event: dict[str, Any]) -> None:
        """Learn of the start, progress or end of a job."""

    def end(self) -> None:
        """Stop showing."""
