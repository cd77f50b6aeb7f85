"""What a run has given to a cluster: known from its folder, whoever looks.

Every start has a place of its own for its batches and events, and from the second on a name:
workers of an earlier one that were lost may still be writing into its files.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from compass.errors import StoreError
from compass.plan import Plan
from compass.runfolder import RunFolder
from compass.runners.queue import Queue, is_here
from compass.store import read_document, write_document

LOOK_SECONDS = 60.0
"""How long Slurm may take to say whether a run is at work."""


@dataclass(frozen=True)
class Submitted:
    """The jobs of a cluster that do a run."""

    runner: str = ""
    """``slurm`` or ``ray``; empty: nothing was submitted."""

    jobs: tuple[str, ...] = ()
    """Their numbers, where they have some."""

    events: str = ""
    """Where their events are, in the run folder."""

    ended: bool = False
    """True if the end of all of them was heard."""

    def with_job(self, job: str) -> Submitted:
        """Return it with one more job."""
        return replace(self, jobs=(*self.jobs, job))

    def write(self, folder: RunFolder) -> None:
        """Note it in the run folder."""
        write_document(folder.cluster, asdict(self))

    def end(self, folder: RunFolder) -> None:
        """Note that the end of all was heard."""
        replace(self, ended=True).write(folder)


def read_submitted(folder: RunFolder) -> Submitted:
    """Return what was submitted last."""
    found = read_document(folder.cluster) or {}
    return Submitted(
        found.get("runner", ""),
        tuple(found.get("jobs", ())),
        found.get("events", ""),
        found.get("ended", False),
    )


def next_start(folder: RunFolder) -> tuple[Path, str]:
    """Make a place for a start's batches and events; return it and the name of the attempt."""
    parent = folder.root / "batches"
    parent.mkdir(exist_ok=True)
    number = 1 + sum(path.is_dir() for path in parent.iterdir())
    place = parent / f"{time.strftime('%Y%m%d_%H%M%S')}_{number}"
    place.mkdir()
    return place, "" if number == 1 else f"t{number}"


def batches_at_work(folder: RunFolder, force: bool) -> dict[str, str]:
    """Return the batches of a run that wait or run on Slurm, with their states.

    Args:
        folder: The run.
        force: Believe that none does where Slurm cannot be asked.

    Raises:
        StoreError: This machine cannot ask, and some may be at work.
        ModelError: Slurm does not answer.
    """
    submitted = read_submitted(folder)
    if submitted.ended or not submitted.jobs:
        return {}
    if is_here():
        return Queue(LOOK_SECONDS).wait_for_states(submitted.jobs)
    if force:
        return {}
    raise StoreError(
        f"Slurm jobs {', '.join(submitted.jobs)} may be at work on this run, and there is no "
        "squeue here to ask",
        where=str(folder.root),
        hint="go on where Slurm is, or say --force if they have ended",
    )


def refuse_others(folder: RunFolder, plan: Plan, runner: Any, count: int) -> None:
    """Refuse to do more to a run that is at work on a cluster than to follow it.

    Args:
        folder: The run.
        plan: What is wanted now.
        runner: Who is to do it.
        count: Batches that wait or run.

    Raises:
        StoreError: It is another plan, or the runner cannot follow.
    """
    why = f"{count} batches of this run wait or run on Slurm"
    hint = (
        "follow it with the configuration it was submitted with, or end it first: "
        f"compass status {folder.root} --cancel"
    )
    if not getattr(runner, "follows", False):
        name = type(runner).__name__
        raise StoreError(
            f"{why}, which the runner {name} cannot follow", where=str(folder.root), hint=hint
        )
    theirs = {job.id: job.fingerprint for job in folder.plan().jobs}
    mine = {job.id: job.fingerprint for job in plan.jobs}
    differ = [name for name in theirs | mine if theirs.get(name) != mine.get(name)]
    if differ:
        raise StoreError(
            f"{why}, with another configuration than this one: {len(differ)} of its "
            f"{len(theirs)} jobs are not the same, such as {differ[0]}",
            where=str(folder.root),
            hint=hint,
        )
