"""Do every job in this process, one after the other: for debugging."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import Any

from compass.plan import Job
from compass.runfolder import RunFolder
from compass.runners.outcome import Monitor, Outcome
from compass.worker import Worker


class InProcess:
    """Do every job in this process.  Messages of the jobs appear where they are made."""

    def width(self) -> int:
        """Return 1: there is one process."""
        return 1

    def run(
        self, folder: RunFolder, jobs: Sequence[Job], monitor: Monitor, lock: int | None = None
    ) -> Outcome:
        """Do the jobs in order and return how they ended."""
        outcome = Outcome()

        def emit(event: dict[str, Any]) -> None:
            monitor.event(event)
            if event["event"] == "ended" and not event["ok"]:
                outcome.fail(folder, worker.jobs[event["job"]], event["error"])

        worker = Worker(folder, emit)
        # Started in the background by a shell, a process ignores Ctrl-C unless it says otherwise.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            for job in jobs:
                worker.run_batch([job.id])
                outcome.ran += 1
        except KeyboardInterrupt:
            outcome.interrupted = True
        finally:
            signal.signal(signal.SIGINT, before)
            worker.close()
        return outcome
