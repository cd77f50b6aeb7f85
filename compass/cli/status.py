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
from compass.store import read_document

MOST_JOBS = 20
"""Jobs that are begun and not ended that people are shown."""


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
    found = progress(folder, queued=bool(waiting))
    if arguments.json:
        print(json.dumps(_state(folder, found, waiting), indent=1))
    else:
        _show(folder, found, waiting)
    return 0 if found.complete else ModelError.exit_code


def _state(folder: RunFolder, found: Progress, waiting: dict[str, int]) -> dict[str, Any]:
    pairs = [{**asdict(pair), "complete": pair.complete} for pair in found.pairs]
    return {
        "run": str(folder.root),
        "at_work": found.presence.at_work,
        "broken_off": found.presence.broken_off,
        "owner": asdict(found.presence),
        "complete": found.complete,
        "queue": waiting,
        "questions": sum(pair.questions for pair in found.pairs),
        "answered": sum(pair.answered for pair in found.pairs),
        "failed": sum(pair.failed for pair in found.pairs),
        "rate": round(found.rate, 3),
        "seconds_left": found.left,
        "pairs": pairs,
    }


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


def _show(folder: RunFolder, found: Progress, waiting: dict[str, int]) -> None:
    from compass.textsafe import clean_line

    state = "complete" if found.complete else clean_line(str(found.presence))
    print(f"{folder.root}: {'in the queue' if waiting and not found.presence.at_work else state}")
    if waiting:
        print("batches: " + ", ".join(f"{n} {state.lower()}" for state, n in waiting.items()))
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
