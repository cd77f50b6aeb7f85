"""How often the gate says what, by simulation: false answers, power, equal models.

Each gate compares two right-or-wrong models on independent questions.  Discordance is the
share of questions on which they differ; at a true drop d, the candidate is worse on
(discordance + d) / 2 of the questions and better on (discordance - d) / 2.

    nice python benchmarks/gate.py --gates 2000
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy

from compass.gate.margin import drop_of
from compass.stats.paired import score_statistic

ALPHA = 0.05
QUESTIONS = 1319
TOLERANCE = 0.01
DISCORDANCES = (0.10, 0.20, 0.30)
CHECKED = 25
"""So many of the gates are also decided by the code of the gate itself."""


def counts(dice: Any, discordance: float, drop: float, n: int, gates: int) -> tuple[Any, Any]:
    """Return on how many questions the candidate is worse, and better, in each gate."""
    worse, better = (discordance + drop) / 2, (discordance - drop) / 2
    drawn = dice.multinomial(n, [worse, better, 1 - worse - better], size=gates)
    return drawn[:, 0], drawn[:, 1]


def answers(worse: Any, better: Any, n: int) -> tuple[Any, Any]:
    """Return which gates pass, and which fail."""
    limit = NormalDist().inv_cdf(1 - ALPHA)
    z = score_statistic(worse, better, n, TOLERANCE)
    return (z <= -limit) | (worse + better == 0), z >= limit


def check(worse: Any, better: Any, n: int) -> None:
    """Refuse to report what the gate itself would not say."""
    passes, fails = answers(worse, better, n)
    for place in range(min(CHECKED, len(worse))):
        w, b = int(worse[place]), int(better[place])
        drops = numpy.array([1.0] * w + [-1.0] * b + [0.0] * (n - w - b))
        drop = drop_of(drops, numpy.arange(n))
        said = (drop.below(TOLERANCE) <= ALPHA or drop.alike, drop.above(TOLERANCE) <= ALPHA)
        if said != (bool(passes[place]), bool(fails[place])):
            raise AssertionError(f"{w} worse, {b} better: the gate says {said}")


def score_power(discordance: float, drop: float, n: int) -> float:
    """Return the power of the score test with the tolerance as margin, to first order."""
    error = math.sqrt((discordance - drop**2) / n)
    return NormalDist().cdf((drop - TOLERANCE) / error - NormalDist().inv_cdf(1 - ALPHA))


def rows(gates: int, seed: int) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the table."""
    dice = numpy.random.default_rng(seed)
    for discordance in DISCORDANCES:
        shares = []
        for drop in (TOLERANCE, 0.03, 0.0):
            worse, better = counts(dice, discordance, drop, QUESTIONS, gates)
            check(worse, better, QUESTIONS)
            shares.append([float(one.mean()) for one in answers(worse, better, QUESTIONS)])
        (false_pass, false_fail), (_, power), (same_pass, same_fail) = shares
        yield (
            f"{discordance:.2f}",
            f"{100 * false_pass:.1f} %",
            f"{100 * false_fail:.1f} %",
            f"{100 * power:.1f} %",
            f"{100 * score_power(discordance, 0.03, QUESTIONS):.1f} %",
            f"{100 * same_pass:.1f} %",
            f"{100 * same_fail:.1f} %",
            f"{100 * (1 - same_pass - same_fail):.1f} %",
        )


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gates", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    heads = (
        "false pass",
        "false fail",
        "power",
        "by formula",
        "equal: pass",
        "fail",
        "cannot tell",
    )
    print(f"| discordance | {' | '.join(heads)} |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for row in rows(chosen.gates, chosen.seed):
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
