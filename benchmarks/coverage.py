"""How often a 95 % interval holds the truth, over what the truth may be.

Shares are averaged over p, uniform within 0..1.  Wilson's coverage is computed exactly, the
others are simulated.

    nice python benchmarks/coverage.py --trials 20000
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy
from scipy.stats import binom

from compass.stats import mean_interval, wilson
from compass.stats.draws import pass_at_k_interval
from compass.stats.paired import mcnemar, paired_difference


def wilson_coverage(n: int, points: int = 999) -> float:
    """Return the exact coverage of Wilson's interval for n answers, averaged over p."""
    shares = (numpy.arange(points) + 0.5) / points
    bounds = numpy.array([wilson(right, n)[1:] for right in range(n + 1)])
    held = (bounds[:, :1] <= shares) & (shares <= bounds[:, 1:])
    return float((held * binom.pmf(numpy.arange(n + 1)[:, None], n, shares)).sum(axis=0).mean())


def clustered(dice: Any, clusters: int, sizes: Sequence[int], icc: float, share: float) -> Any:
    """Return right-or-wrong values and their clusters; shares of clusters are Beta."""
    odds = (1 - icc) / icc
    values, labels = [], []
    chances = dice.beta(share * odds, (1 - share) * odds, size=clusters)
    for cluster, (chance, size) in enumerate(
        zip(chances, dice.choice(sizes, size=clusters), strict=True)
    ):
        values += (dice.random(size) < chance).astype(float).tolist()
        labels += [cluster] * int(size)
    return values, labels


def clustered_coverage(
    trials: int, clusters: int, sizes: Sequence[int], icc: float, naive: bool = False, seed: int = 0
) -> float:
    """Return the coverage of the clustered interval of shares (or of one that ignores them)."""
    dice = numpy.random.default_rng(seed)
    held = 0
    for share in dice.random(trials):
        values, labels = clustered(dice, clusters, sizes, icc, share)
        _, low, high = mean_interval(values, None if naive else labels)
        held += low <= share <= high
    return held / trials


def real_coverage(trials: int, clusters: int, sizes: Sequence[int], seed: int = 0) -> float:
    """Return the coverage of the clustered interval of real values."""
    dice = numpy.random.default_rng(seed)
    held = 0
    for _ in range(trials):
        labels = numpy.repeat(numpy.arange(clusters), dice.choice(sizes, size=clusters))
        values = dice.normal(size=clusters)[labels] + dice.normal(size=len(labels))
        _, low, high = mean_interval(values.tolist(), labels.tolist())
        held += low <= 0 <= high
    return held / trials


def paired_coverage(trials: int, n: int, seed: int = 0) -> float:
    """Return the coverage of the paired interval of right-or-wrong answers."""
    dice = numpy.random.default_rng(seed)
    held = []
    for discordance in (0.02, 0.05, 0.1, 0.2, 0.4):
        for lean in (0.5, 0.6, 0.75, 0.9):
            up, down = discordance * lean, discordance * (1 - lean)
            better, worse, _ = dice.multinomial(n, [up, down, 1 - discordance], size=trials // 20).T
            _, low, high, _ = mcnemar(better, worse, n)
            held.append(((low <= up - down) & (up - down <= high)).mean())
    return float(numpy.mean(held))


def paired_clustered_coverage(
    trials: int, clusters: int, sizes: Sequence[int], seed: int = 0
) -> float:
    """Return the coverage of the clustered interval of differences."""
    dice = numpy.random.default_rng(seed)
    held = 0
    for _ in range(trials):
        disagree, lean = dice.uniform(0.1, 0.5), dice.uniform(0.3, 0.7)
        labels = numpy.repeat(numpy.arange(clusters), dice.choice(sizes, size=clusters))
        chances = dice.beta(4 * lean, 4 * (1 - lean), size=clusters)[labels]
        signs = numpy.where(dice.random(len(labels)) < chances, 1, -1)
        values = signs * (dice.random(len(labels)) < disagree)
        _, low, high, *_ = paired_difference(values.tolist(), labels.tolist())
        held += low <= disagree * (2 * lean - 1) <= high
    return held / trials


def pass_coverage(trials: int, questions: int, n: int, k: int, seed: int = 0) -> float:
    """Return the coverage of pass@k: questions of mixed hardness, n answers each."""
    dice = numpy.random.default_rng(seed)
    a, b = 0.6, 1.2
    chances = dice.beta(a, b, size=400_000)
    truth = float((1 - (1 - chances) ** k).mean())
    held = 0
    for _ in range(trials):
        right = dice.binomial(n, dice.beta(a, b, size=questions))
        _, low, high = pass_at_k_interval([(n, int(c)) for c in right], k)
        held += low <= truth <= high
    return held / trials


def rows(trials: int) -> Iterator[tuple[str, float]]:
    """Yield what is covered and how often."""
    for n in (20, 50, 100, 1000):
        yield f"Wilson, n = {n}, exact", wilson_coverage(n)
    for clusters in (20, 40, 100):
        for sizes, icc in (([5], 0.05), ([5], 0.2), ([5], 0.5), ([2, 5, 9], 0.2), ([20], 0.2)):
            size = "-".join(str(one) for one in sizes[:: max(1, len(sizes) - 1)])
            name = f"right or wrong, {clusters} clusters of {size}, ICC {icc:g}"
            yield name, clustered_coverage(trials, clusters, sizes, icc)
    naive = clustered_coverage(trials, 40, [5], 0.35, naive=True)
    yield "the same, 40 clusters of 5, ICC 0.35, clusters ignored", naive
    yield "the same, clusters heeded", clustered_coverage(trials, 40, [5], 0.35)
    for clusters in (20, 40):
        yield f"real values, {clusters} clusters of 5", real_coverage(trials, clusters, [5])
        yield f"real values, {clusters} clusters of 2-9", real_coverage(trials, clusters, [2, 5, 9])
    for n in (50, 200, 1000):
        yield f"paired difference, right or wrong, n = {n}", paired_coverage(10 * trials, n)
    for clusters in (20, 40):
        name = f"paired difference, {clusters} clusters of 2-9"
        yield name, paired_clustered_coverage(trials, clusters, [2, 5, 9])
    for n, k in ((10, 1), (10, 5)):
        yield f"pass@{k} of {n} answers, 50 questions", pass_coverage(trials, 50, n, k)


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--trials", type=int, default=10000)
    trials = arguments.parse_args().trials
    error = 100 * math.sqrt(0.95 * 0.05 / trials)
    print(f"coverage in percent; simulated ones +- {2 * error:.1f}")
    for name, share in rows(trials):
        print(f"{100 * share:5.1f}  {name}", flush=True)


if __name__ == "__main__":
    main()
