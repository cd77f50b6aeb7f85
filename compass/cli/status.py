"""``compass status``: how far a run is."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from compass.errors import ConfigError, ModelError
from compass.progress import Pair, at_work, pairs
from compass.runfolder import RunFolder
from compass.runners.queue import HELD, Queue, is_here
from compass.runners.submitted import Submitted, read_submitted


def command(arguments: argparse.Namespace) -> int:
    """Print how far a run is and return the exit code."""
    folder = _folder(Path(arguments.run))
    submitted = read_submitted(folder)
    waiting, silent = _queue(submitted)
    if arguments.cancel:
        return _cancel(folder, submitted, waiting, silent)
    found = list(pairs(folder))
    complete = all(pair.scored and pair.done == pair.jobs and not pair.failed for pair in found)
    busy = at_work(folder)
    if arguments.json:
        state: dict[str, Any] = {
            "run": str(folder.root), "at_work": busy or bool(waiting), "complete": complete,
            "queue": None if silent else waiting, "pairs": [asdict(pair) for pair in found],
        }  # fmt: skip
        print(json.dumps(state, indent=1))
    else:
        _show(folder, found, busy, waiting, silent)
    return 0 if complete else ModelError.exit_code


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


def _show(
    folder: RunFolder, found: list[Pair], busy: bool, waiting: dict[str, int], silent: str
) -> None:
    print(f"{folder.root}: {'at work' if busy or waiting else 'not at work'}")
    if silent:
        print(silent)
    if waiting:
        print(f"batches: {_listed(waiting)}")
    print(f"{'model':<28} {'dataset':<36} {'jobs':>9} {'answered':>9} {'failed':>7}  state")
    for pair in found:
        state = "scored" if pair.scored else "not scored"
        if not pair.scored and pair.idle is not None:
            state += f", last answer {pair.idle:.0f} s ago"
        print(
            f"{pair.model:<28} {pair.dataset:<36} {f'{pair.done}/{pair.jobs}':>9} "
            f"{pair.answered:>9,} {pair.failed:>7,}  {state}"
        )
