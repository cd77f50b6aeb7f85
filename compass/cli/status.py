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
from compass.store import read_document


def command(arguments: argparse.Namespace) -> int:
    """Print how far a run is and return the exit code."""
    folder = _folder(Path(arguments.run))
    submitted = read_document(folder.cluster) or {}
    waiting = _queue(submitted)
    if arguments.cancel:
        from compass.runners.slurm import cancel

        if not waiting:
            raise ConfigError("no batch of this run is in the queue", where=str(folder.root))
        cancel(submitted["jobs"])
    found = list(pairs(folder))
    complete = all(pair.scored and pair.done == pair.jobs and not pair.failed for pair in found)
    busy = at_work(folder)
    if arguments.json:
        state: dict[str, Any] = {
            "run": str(folder.root), "at_work": busy, "complete": complete, "queue": waiting,
            "pairs": [asdict(pair) for pair in found],
        }  # fmt: skip
        print(json.dumps(state, indent=1))
    else:
        _show(folder, found, busy, waiting)
    return 0 if complete else ModelError.exit_code


def _folder(path: Path) -> RunFolder:
    """Return a run's folder; of a configuration's the latest run."""
    for root in (path, *sorted(path.glob("*"), reverse=True)):
        if (root / "plan.json").exists():
            return RunFolder(root)
    raise ConfigError(
        "there is no run here", where=str(path), hint="name a folder such as outputs/eval_demo"
    )


def _queue(submitted: dict[str, Any]) -> dict[str, int]:
    """Return how many batches of a Slurm run are in each state."""
    if submitted.get("runner") != "slurm":
        return {}
    from compass.runners.slurm import queued

    return dict(Counter(queued(submitted.get("jobs", ())).values()))


def _show(folder: RunFolder, found: list[Pair], busy: bool, waiting: dict[str, int]) -> None:
    print(f"{folder.root}: {'at work' if busy or waiting else 'not at work'}")
    if waiting:
        print("batches: " + ", ".join(f"{n} {state.lower()}" for state, n in waiting.items()))
    print(f"{'model':<28} {'dataset':<36} {'jobs':>9} {'answered':>9} {'failed':>7}  state")
    for pair in found:
        state = "scored" if pair.scored else "not scored"
        if not pair.scored and pair.idle is not None:
            state += f", last answer {pair.idle:.0f} s ago"
        print(
            f"{pair.model:<28} {pair.dataset:<36} {f'{pair.done}/{pair.jobs}':>9} "
            f"{pair.answered:>9,} {pair.failed:>7,}  {state}"
        )
