"""How often a leaderboard says something false: simulated boards of models with ties.

Each board has 20 models whose answers move together, since a question that is hard for one
is hard for all; some are exactly as good as others.  Counted are boards on which any two
equal models are called different, boards on which any pair is called different the wrong
way round, and boards whose rank ranges hold all true ranks at once (a tie being a range).

    nice python benchmarks/leaderboards.py --boards 1000 --json
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy

from compass.stats.ranks import pairwise, rank_ranges

TIED = (-0.9, -0.6, -0.6, -0.6, -0.3, -0.3, -0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.2, 0.2, 0.2, 0.5,
        0.6, 0.9, 0.9, 1.3)  # fmt: skip
"""Skills, in logits: groups of two to five equal models among singles."""

EQUAL = (0.0,) * 20

KINDS = {
    "ties": {"skills": TIED, "questions": 1000},
    "ties, 200 questions": {"skills": TIED, "questions": 200},
    "all equal": {"skills": EQUAL, "questions": 1000},
    "ties, passages of 5": {"skills": TIED, "questions": 1000, "passage": 5},
    "ties, real values": {"skills": TIED, "questions": 500, "real": True},
}


class Counts(NamedTuple):
    """Of how many boards something holds."""

    boards: int
    false: int
    """Equal models are called different."""
    turned: int
    """A worse model is called better."""
    ranged: int
    """Every range holds all true ranks of its model."""
    wins: float
    """Differences found a board, of those there are: 0..1."""


def simulate(
    boards: int,
    skills: Sequence[float],
    questions: int,
    passage: int = 1,
    real: bool = False,
    seed: int = 0,
) -> Counts:
    """Return what holds of how many boards.

    Args:
        boards: How many to draw.
        skills: Of the models, in logits.
        questions: Of each board.
        passage: Questions a passage; models find whole passages easy or hard, each its own.
        real: Draw marks within 0..1 instead of right or wrong.
        seed: Of the random numbers.
    """
    dice = numpy.random.default_rng(seed)
    skill = numpy.asarray(skills)
    better = skill[:, None] > skill[None]
    equal = skill[:, None] == skill[None]
    first, last = 1 + better.sum(axis=0), len(skill) - better.sum(axis=1)
    clusters = None if passage == 1 else [one // passage for one in range(questions)]
    false = turned = ranged = found = 0
    for _ in range(boards):
        table = answers(dice, skill, questions, passage, real)
        wins = pairwise(table, clusters).wins
        false += bool((wins & equal).any())
        turned += bool((wins & better.T).any())
        found += int((wins & better).sum())
        low, high = numpy.array(rank_ranges(wins)).T
        ranged += bool((low <= first).all() and (last <= high).all())
    real_pairs = int(better.sum())
    return Counts(boards, false, turned, ranged, found / boards / max(1, real_pairs))


def answers(dice: Any, skill: Any, questions: int, passage: int, real: bool) -> Any:
    """Return the answers of one board, questions x models."""
    logits = skill - 1.5 * dice.normal(size=(questions, 1))
    if passage > 1:
        lean = 0.8 * dice.normal(size=(questions // passage, len(skill)))
        logits = logits + numpy.repeat(lean, passage, axis=0)
    chance = 1 / (1 + numpy.exp(-logits))
    if real:
        return dice.beta(2 * chance, 2 * (1 - chance))
    return (dice.random(chance.shape) < chance).astype(float)


def main() -> None:
    """Print the share of boards."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--boards", type=int, default=1000)
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    rows = []
    for name, kind in KINDS.items():
        start = time.process_time()
        counts = simulate(chosen.boards, **kind)  # type: ignore[arg-type]
        seconds = time.process_time() - start
        rows.append({"kind": name, **counts._asdict(), "cpu_seconds": round(seconds, 1)})
        if not chosen.json:
            share = [100 * one / counts.boards for one in (counts[1:4])]
            print(
                f"{name:<22}{counts.boards} boards: equals called different {share[0]:.1f} %,"
                f" wrong way round {share[1]:.1f} %, ranges hold {share[2]:.1f} %,"
                f" differences found {100 * counts.wins:.0f} %, {seconds:.0f} s"
            )
    if chosen.json:
        print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
