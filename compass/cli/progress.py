"""How far a run is: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from compass.cli.timeleft import TimeLeft
from compass.plan import Job
from compass.runners.outcome import Monitor

LINE_SECONDS = 15.0
LONGEST = 200
"""Characters of an error that a line shows."""


def monitor() -> Monitor:
    """Return a bar if standard error is a terminal, lines otherwise."""
    return Bar() if sys.stderr.isatty() else Lines()


class Count:
    """Counts of a run, from the events of its jobs.

    Args:
        jobs: What is to be done.
        questions: Job id to its number of questions.
    """

    def __init__(self, jobs: Sequence[Job], questions: Mapping[str, int]) -> None:
        self.total = sum(questions.values())
        """Questions to be asked, without those that prove to be answered already."""

        self.jobs = len(jobs)
        self.ended = 0
        self.failed = 0
        self.answered = 0
        """Questions answered in this start, those of several tries once."""

        self.refused = 0
        """Questions that got an error, and no answer since."""

        self._began = time.monotonic()
        self._first: tuple[float, int] | None = None
        self._now: dict[str, tuple[int, int, int]] = {}
        self._open = set(questions)
        self._time = TimeLeft(jobs, questions)

    def event(self, event: dict[str, Any]) -> None:
        """Take in an event."""
        name = event["job"]
        if event["event"] == "progress" and name in self._open:
            self._add(name, event["done"], event["failed"], event["known"])
            self._time.progress(name, event["done"], event["known"])
            if self._first is None and event["done"]:
                # Loading a model is no part of the rate.
                self._first = (time.monotonic(), self.answered)
        elif event["event"] == "again":
            # The next try asks what failed, and counts from the start.
            done, failed, known = self._now.pop(name, (0, 0, 0))
            self.answered -= failed
            self.refused -= failed
            self.total += known + done - failed
            self._time.again(name)
        elif event["event"] == "ended":
            self.ended += 1
            self.failed += broken(event)
            self._open.discard(name)
            self._now.pop(name, None)
            self._time.ended(name)

    def _add(self, name: str, done: int, failed: int, known: int) -> None:
        before = self._now.get(name, (0, 0, 0))
        self._now[name] = done, failed, known
        self.answered += done - before[0]
        self.refused += failed - before[1]
        self.total -= known - before[2]

    @property
    def rate(self) -> float:
        """Questions a second since the first answers; before that is known since the start."""
        now = time.monotonic()
        began, had = self._first or (self._began, 0)
        if self.answered == had:
            began, had = self._began, 0
        return (self.answered - had) / max(now - began, 1e-9)

    def left(self) -> str:
        """Return the time left as text; questions of closed jobs need none."""
        seconds = self._time.seconds()
        return "?" if seconds is None else clock(seconds)

    def text(self) -> str:
        """Return one line that says it all."""
        line = (
            f"{self.answered:,}/{self.total:,} questions, {self.rate:.1f}/s, left {self.left()}, "
            f"jobs {self.ended}/{self.jobs}"
        )
        if self.refused or self.failed:
            line += f", {self.refused} questions and {self.failed} jobs failed"
        return line


def clock(seconds: float) -> str:
    """Return a time as hours, minutes and seconds."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def broken(event: dict[str, Any]) -> bool:
    """True if a job failed, and was not merely interrupted."""
    return event["event"] == "ended" and not event["ok"] and not event.get("interrupted")


def trouble(event: dict[str, Any]) -> str | None:
    """Return a line about a job that failed, None if all is well."""
    from compass.textsafe import clean_line

    if event["event"] != "again" and not broken(event):
        return None
    first = next(iter(str(event["error"]).strip().splitlines()), "")
    reason = clean_line(first if len(first) <= LONGEST else f"{first[:LONGEST]}…")
    tried = "is tried again" if event["event"] == "again" else "failed"
    return f"{event['job']} {tried}: {reason}"


class Lines:
    """A line on standard error every few seconds, and whenever a job fails."""

    def begin(self, jobs: Sequence[Job], questions: Mapping[str, int]) -> None:
        """Say what is to be done."""
        self._count = Count(jobs, questions)
        self._last = time.monotonic()
        infer = sum(job.kind == "infer" for job in jobs)
        total = self._count.total
        self._say(f"{infer} inference and {len(jobs) - infer} scoring jobs, {total:,} questions")

    def event(self, event: dict[str, Any]) -> None:
        """Say how far it is, now and then."""
        self._count.event(event)
        line = trouble(event)
        if line is not None:
            self._say(line)
        elif time.monotonic() - self._last > LINE_SECONDS:
            self._last = time.monotonic()
            self._say(self._count.text())

    def end(self) -> None:
        """Say how it went."""
        self._say(self._count.text())

    @staticmethod
    def _say(line: str) -> None:
        print(f"[{time.strftime('%H:%M:%S')}] {line}", file=sys.stderr, flush=True)


class Bar:
    """A bar that moves."""

    def begin(self, jobs: Sequence[Job], questions: Mapping[str, int]) -> None:
        """Show the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._count = Count(jobs, questions)
        self._bar = Progress(
            BarColumn(bar_width=24),
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
        )
        self._row = self._bar.add_task(self._count.text(), total=max(self._count.total, 1))
        self._bar.start()

    def event(self, event: dict[str, Any]) -> None:
        """Move the bar."""
        self._count.event(event)
        line = trouble(event)
        if line is not None:
            self._bar.console.print(line, markup=False, emoji=False, highlight=False)
        self._bar.update(
            self._row,
            completed=self._count.answered,
            total=max(self._count.total, 1),
            description=self._count.text(),
        )

    def end(self) -> None:
        """Leave the bar as it stands."""
        self._bar.stop()
