"""``compass status``: how far a run is."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from compass.cli.progress import clock
from compass.errors import ConfigError, ModelError
from compass.progress import Pair, Progress, progress
from compass.runfolder import RunFolder
from compass.runners.queue import HELD, Queue, is_here
from compass.runners.submitted import Submitted, read_submitted

MOST_JOBS = 20
"""Jobs that are begun and not ended that people are shown."""


def command(arguments: argparse.Namespace) -> int:
    """Print how far a run is and return the exit code."""
    folder = _folder(Path(arguments.run))
    submitted = read_submitted(folder)
    waiting, silent = _queue(submitted)
    if arguments.cancel:
        return _cancel(folder, submitted, waiting, silent)
    found = progress(folder, queued=bool(waiting))
    if arguments.json:
        print(json.dumps(_state(folder, found, waiting, silent), indent=1))
    else:
        _show(folder, found, waiting, silent)
    return 0 if found.complete else ModelError.exit_code


def _state(
    folder: RunFolder, found: Progress, waiting: dict[str, int], silent: str
) -> dict[str, Any]:
    pairs = [{**asdict(pair), "complete": pair.complete} for pair in found.pairs]
    return {
        "run": str(folder.root),
        "at_work": found.presence.at_work or bool(waiting),
        "broken_off": found.presence.broken_off,
        "owner": asdict(found.presence),
        "complete": found.complete,
        "queue": None if silent else waiting,
        "questions": sum(pair.questions for pair in found.pairs),
        "answered": sum(pair.answered for pair in found.pairs),
        "failed": sum(pair.failed for pair in found.pairs),
        "rate": round(found.rate, 3),
        "seconds_left": found.left,
        "pairs": pairs,
    }


def _cancel(folder: RunFolder, submitted: Submitted, waiting: dict[str, int], silent: str) -> int:
    """End the batches of a run."""
    where = str(folder.root)
    if silent:
        raise ModelError(silent, where=where, hint="try again")
    if submitted.runner != "slurm":
        raise ConfigError(
            "this run is not on Slurm", where=where, hint="press Ctrl-C where it was started"
        )
    if not waiting:
        raise ConfigError(
            "no batch of this run waits or runs", where=where,
            hint="without --cancel this command says how far it is",
        )  # fmt: skip
    if not Queue(0).cancel(submitted.jobs):
        raise ModelError("Slurm did not hear it", where=where, hint="try again")
    print(f"ended: {_listed(waiting)}; what was answered is kept, -r goes on")
    return 0


def _folder(path: Path) -> RunFolder:
    """Return a run's folder; of a configuration's the latest run."""
    for root in (path, *sorted(path.glob("*"), reverse=True)):
        if (root / "plan.json").exists():
            return RunFolder(root)
    below = sorted({str(plan.parents[1]) for plan in path.glob("*/*/plan.json")})
    hint = f"there are runs in {', '.join(below[:5])}" if below else "try outputs/CONFIG"
    raise ConfigError("there is no run here", where=str(path), hint=hint)


def _queue(submitted: Submitted) -> tuple[dict[str, int], str]:
    """Return how many batches of a Slurm run are in each state, or why that is not known."""
    if submitted.ended or not submitted.jobs:
        return {}, ""
    if not is_here():
        return {}, "whether its batches wait or run is not known: there is no squeue here"
    try:
        states = Queue(0).wait_for_states(submitted.jobs)
    except ModelError as error:
        return {}, f"whether its batches wait or run is not known: {error.what}"
    return dict(Counter(states.values())), ""


def _listed(waiting: dict[str, int]) -> str:
    return ", ".join(
        f"{n} {state if state.startswith(HELD) else state.lower()}" for state, n in waiting.items()
    )


def _show(folder: RunFolder, found: Progress, waiting: dict[str, int], silent: str) -> None:
    from compass.textsafe import clean_line

    state = "complete" if found.complete else clean_line(str(found.presence))
    print(f"{folder.root}: {'in the queue' if waiting and not found.presence.at_work else state}")
    if silent:
        print(silent)
    if waiting:
        print(f"batches: {_listed(waiting)}")
    answered, failed = (sum(getattr(p, n) for p in found.pairs) for n in ("answered", "failed"))
    line = f"{answered:,} of {sum(pair.questions for pair in found.pairs):,} questions answered"
    line += f", {failed:,} failed" if failed else ""
    if found.presence.at_work or waiting:
        line += f", {found.rate:.1f}/s, left {'?' if found.left is None else clock(found.left)}"
    print(line)
    print(f"{'model':<28} {'dataset':<36} {'jobs':>9} {'answered':>9} {'failed':>7}  state")
    for pair in found.pairs:
        print(
            f"{pair.model:<28} {pair.dataset:<36} {f'{pair.done}/{pair.jobs}':>9} "
            f"{pair.answered:>9,} {pair.failed:>7,}  {_words(pair)}"
        )
    begun = [part for pair in found.pairs for part in pair.parts
             if part.state in ("at work", "failed", "broken off")]  # fmt: skip
    for part in begun[:MOST_JOBS]:
        line = f"  {part.id}: {part.state}, {part.answered:,} of {part.questions:,} answered"
        line += f", {part.failed:,} failed" if part.failed else ""
        print(line + ("" if part.idle is None else f", last answer {part.idle:.0f} s ago"))
    if len(begun) > MOST_JOBS:
        print(f"  and {len(begun) - MOST_JOBS} more jobs")


def _words(pair: Pair) -> str:
    """Return the state of a model and dataset in words."""
    counts = Counter(part.state for part in pair.parts if part.state != "ended")
    if not counts:
        return "scored" if pair.scored else "not scored"
    return ", ".join(f"{number} {state}" for state, number in counts.items())
