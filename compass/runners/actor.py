"""A worker as a Ray actor: it keeps its model loaded from job to job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compass.runfolder import RunFolder
from compass.runners.events import EventFile
from compass.worker import Worker, logged


class Actor:
    """Does jobs on whatever machine it was put.

    Args:
        root: The run folder, on a file system that all machines share.
        events: File of its events.
    """

    def __init__(self, root: str, events: str) -> None:
        self._folder = RunFolder(Path(root))
        self._events = EventFile(Path(events))
        self._ended: dict[str, Any] = {}
        self._worker = Worker(self._folder, self._emit)

    def ready(self) -> bool:
        """Return True: it has found a place."""
        return True

    def do(self, job: str, attempt: str) -> dict[str, Any]:
        """Do a job and return the event of its end."""
        self._worker.attempt = attempt
        with logged(self._folder.log(self._worker.jobs[job])):
            self._worker.run_batch([job])
        return self._ended

    def stop(self) -> None:
        """Let the job at hand end early; what was answered is kept."""
        self._worker.stop.set()

    def _emit(self, event: dict[str, Any]) -> None:
        if event["event"] == "ended":
            self._ended = event
        self._events(event)
