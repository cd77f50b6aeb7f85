"""How far a run is: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

from compass.plan import Job
from compass.runners.outcome import Monitor

LINE_SECONDS = 15.0


def monitor() -> Monitor:
    """Return a bar if standard error is a terminal, lines otherwise."""
    return Bar() if sys.stderr.isatty() else Lines()


class Count:
    """Counts of a run, from the events of its jobs."""

    def __init__(self, jobs: Sequence[Job], questions: int) -> None:
        self.total = questions
        self.jobs = len(jobs)
        self.ended = 0
        self.failed = 0
        self.began = time.monotonic()
        self._done: dict[str, tuple[int, int]] = {}
        self._share = {job.id: job.stop - job.start for job in jobs if job.kind == "infer"}
        self._samples = sum(self._share.values())
        self._closed = 0

    def event(self, event: dict[str, Any]) -> None:
        """Take in an event."""
        name = event["job"]
        if event["event"] == "progress" and name in self._share:
            self._done[name] = (event["done"], event["failed"])
        elif event["event"] == "ended":
            self.ended += 1
            self.failed += not event["ok"]
            self._closed += self._share.pop(name, 0)

    @property
    def answered(self) -> int:
        """Questions answered in this start."""
        return sum(done for done, _ in self._done.values())

    @property
    def refused(self) -> int:
        """Questions that got an error."""
        return sum(failed for _, failed in self._done.values())

    @property
    def rate(self) -> float:
        """Questions a second since the start."""
        return self.answered / max(time.monotonic() - self.began, 1e-9)

    def left(self) -> str:
        """Return the time left as text; questions of closed jobs need none."""
        running = sum(done for name, (done, _) in self._done.items() if name in self._share)
        per_sample = self.total / max(self._samples, 1)
        questions = max(0.0, (self._samples - self._closed) * per_sample - running)
        if not self.rate:
            return "?"
        seconds = round(questions / self.rate)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"

    def text(self) -> str:
        """Return one line that says it all."""
        line = (
            f"{self.answered:,}/{self.total:,} questions, {self.rate:.1f}/s, left {self.left()}, "
            f"jobs {self.ended}/{self.jobs}"
        )
        if self.refused or self.failed:
            line += f", {self.refused} questions and {self.failed} jobs failed"
        return line


class Lines:
    """A line on standard error every few seconds, and whenever a job fails."""

    def begin(self, jobs: Sequence[Job], questions: int) -> None:
        """Say what is to be done."""
        self._count = Count(jobs, questions)
        self._last = time.monotonic()
        infer = sum(job.kind == "infer" for job in jobs)
        self._say(
            f"{infer} inference and {len(jobs) - infer} scoring jobs, {questions:,} questions"
        )

    def event(self, event: dict[str, Any]) -> None:
        """Say how far it is, now and then."""
        self._count.event(event)
        if event["event"] == "ended" and not event["ok"]:
            self._say(f"{event['job']} failed: {str(event['error']).splitlines()[0]}")
        elif time.monotonic() - self._last > LINE_SECONDS:
            self._last = time.monotonic()
            self._say(self._count.text())

    def end(self) -> None:
        """Say how it went."""
        self._say(self._count.text())

    @staticmethod
    def _say(line: str) -> None:
        from compass.textsafe import clean_terminal

        print(f"[{time.strftime('%H:%M:%S')}] {clean_terminal(line)}", file=sys.stderr, flush=True)


class Bar:
    """A bar that moves."""

    def begin(self, jobs: Sequence[Job], questions: int) -> None:
        """Show the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._count = Count(jobs, questions)
        self._bar = Progress(
            BarColumn(bar_width=24),
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
        )
        self._row = self._bar.add_task(self._count.text(), total=max(questions, 1))
        self._bar.start()

    def event(self, event: dict[str, Any]) -> None:
        """Move the bar."""
        from compass.textsafe import clean_terminal

        self._count.event(event)
        if event["event"] == "ended" and not event["ok"]:
            reason = clean_terminal(str(event["error"]).splitlines()[0])
            self._bar.console.print(f"{event['job']} failed: {reason}", markup=False)
        self._bar.update(self._row, completed=self._count.answered, description=self._count.text())

    def end(self) -> None:
        """Leave the bar as it stands."""
        self._bar.stop()
