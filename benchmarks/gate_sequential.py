"""How often the gate that asks in rounds is wrong, and how much it saves, by simulation.

The first table: independent right-or-wrong questions, looked at after every round.  At a true
drop d, the candidate is worse on (discordance + d) / 2 of the questions and better on
(discordance - d) / 2.

The second: a pool of questions of which half are such that hardly any two models differ on
them; earlier models have shown which.  Asked in a random order, or the informative ones first.

    nice python benchmarks/gate_sequential.py --gates 2000
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy

from compass.gate.order import Order, order_of
from compass.gate.pairs import Pair
from compass.gate.sequential import Sequential
from compass.stats.betting import SHARES, STAKES, log_evidence
from compass.verdicts import Differences, Judged, Place

ALPHA = 0.05
QUESTIONS = 1319
TOLERANCE = 0.01
DISCORDANCES = (0.10, 0.20, 0.30)
FIRST, GROW = 100, 1.5
CHECKED = 25
"""So many of the gates are also decided by the code of the gate itself."""

ENOUGH = math.log(1 / ALPHA)


def rounds(questions: int) -> list[int]:
    """Return how many questions are asked after each round."""
    found = [FIRST]
    while found[-1] < questions:
        found.append(min(questions, math.ceil(found[-1] * GROW)))
    return found


def evidence(worse: Any, better: Any, asked: Any, sign: int) -> Any:
    """Return the log-evidence of a drop beyond the tolerance (sign 1) or within it (-1)."""
    stakes = numpy.array(STAKES)
    gains = [sign * (one - TOLERANCE) / (1 + sign * TOLERANCE) for one in (1, -1, 0)]
    counts = (worse, better, asked - worse - better)
    logs = numpy.log(SHARES) + sum(
        count[..., None] * numpy.log1p(stakes * gain)
        for count, gain in zip(counts, gains, strict=True)
    )
    most = logs.max(axis=-1)
    return most + numpy.log(numpy.exp(logs - most[..., None]).sum(axis=-1))


def gates(dice: Any, discordance: float, drop: float, count: int) -> tuple[Any, Any]:
    """Return after how many questions each gate passed, and failed; more than all: never."""
    sizes = rounds(QUESTIONS)
    worse, better = (discordance + drop) / 2, (discordance - drop) / 2
    steps = [
        dice.multinomial(step, [worse, better, 1 - worse - better], size=count)
        for step in numpy.diff([0, *sizes])
    ]
    seen = numpy.cumsum(steps, axis=0)
    asked = numpy.array(sizes, dtype=float)[:, None]
    found = []
    for sign in (-1, 1):
        logs = evidence(seen[..., 0].astype(float), seen[..., 1].astype(float), asked, sign)
        check(seen, sizes, logs, sign)
        told = logs >= ENOUGH
        when = numpy.array(sizes)[told.argmax(axis=0)]
        found.append(numpy.where(told.any(axis=0), when, QUESTIONS + 1))
    passed, failed = found
    # What comes first is the answer.
    return (
        numpy.where(passed <= failed, passed, QUESTIONS + 1),
        numpy.where(failed < passed, failed, QUESTIONS + 1),
    )


def check(seen: Any, sizes: list[int], logs: Any, sign: int) -> None:
    """Refuse to report what the code of the gate would not say."""
    for gate in range(min(CHECKED, logs.shape[1])):
        for number, size in enumerate(sizes):
            worse, better = seen[number, gate, :2]
            drops = numpy.zeros(size)
            drops[:worse], drops[worse : worse + better] = 1.0, -1.0
            own = log_evidence(sign * (drops - TOLERANCE), -1 - sign * TOLERANCE)
            if abs(own - logs[number, gate]) > 1e-6:
                raise AssertionError(f"{worse} worse, {better} better of {size}: {own}")


def population(count: int, seed: int) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the first table."""
    dice = numpy.random.default_rng(seed)
    for discordance in DISCORDANCES:
        (false_pass, false_fail), (_, small), (_, large), (same, _) = (
            gates(dice, discordance, drop, count) for drop in (TOLERANCE, 0.03, 0.08, 0.0)
        )
        asked = numpy.minimum(large, QUESTIONS) / QUESTIONS
        yield (
            f"{discordance:.2f}",
            *(share(one) for one in (false_pass, false_fail, small, large)),
            f"{100 * float(numpy.median(asked)):.0f} %",
            f"{100 * float(asked.mean()):.0f} %",
            share(same),
        )


def share(when: Any) -> str:
    """Return the share of gates that came to an answer."""
    return f"{100 * float((when <= QUESTIONS).mean()):.1f} %"


class Pool:
    """A pool of questions of two kinds, and what earlier models said to them."""

    def __init__(self, dice: Any, discordance: float, drop: float) -> None:
        half = QUESTIONS // 2
        self.places = [Place(f"q{n}") for n in range(QUESTIONS)]
        chance = numpy.full(QUESTIONS, 2 * discordance - 0.02)
        chance[:half] = 0.02
        self.drops = _drops(dice, chance, discordance, drop)
        solid = dice.random(half) < 0.7
        past = []
        for _ in range(8):
            values = numpy.where(dice.random(QUESTIONS) < 0.6, 1.0, 0.0)
            values[:half] = numpy.where(dice.random(half) < 0.02, ~solid, solid)
            past.append(_judged(self.places, values))
        self.before, *self.past = past

    def answer(self, order: Order) -> tuple[str, int]:
        """Return what the gate says, and after how many questions."""
        method = Sequential({"d": order})
        index = {place.sample: number for number, place in enumerate(self.places)}
        for size in rounds(QUESTIONS):
            chosen = [index[unit] for unit in order.units[:size]]
            drops = self.drops[chosen]
            places = tuple(self.places[number] for number in chosen)
            before, after = (drops > 0) * 1.0, (drops < 0) * 1.0
            both = Differences(places, before, after, numpy.arange(size), 0, 0, 0, 0)
            judged = _judged(places, before)
            drop = method.drop(Pair("d", "accuracy", "share", 1, both, judged, judged))
            if drop.below(TOLERANCE) <= ALPHA:
                return "pass", size
            if drop.above(TOLERANCE) <= ALPHA:
                return "fail", size
        return "cannot tell", QUESTIONS


def _judged(places: Any, values: Any) -> Judged:
    return Judged(
        model="m",
        dataset="d",
        version="v",
        metric="accuracy",
        scores=(),
        values=dict(zip(places, values.tolist(), strict=True)),
    )


def _drops(dice: Any, chance: Any, discordance: float, drop: float) -> Any:
    """Return drops of a pool whose mean is ``drop``, to the next whole question above."""
    count = round(discordance * QUESTIONS)
    differ = dice.choice(QUESTIONS, count, replace=False, p=chance / chance.sum())
    dice.shuffle(differ)
    net = math.ceil(drop * QUESTIONS - 1e-9)
    worse = (count + net) // 2
    drops = numpy.zeros(QUESTIONS)
    drops[differ[:worse]] = 1.0
    drops[differ[worse : 2 * worse - net]] = -1.0
    return drops


def pools(count: int, seed: int) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the second table."""
    dice = numpy.random.default_rng(seed)
    for discordance in DISCORDANCES:
        cells = [f"{discordance:.2f}"]
        # The next whole question above the tolerance, or below: what is said there is wrong.
        for drop, wrong in ((TOLERANCE, "pass"), (TOLERANCE - 1 / QUESTIONS, "fail")):
            found = pool_answers(dice, discordance, drop, count, seed)
            cells.append(portion(found[True], wrong))
        for drop in (0.04, 0.08):
            for told in pool_answers(dice, discordance, drop, count, seed).values():
                asked = float(numpy.median([size for _, size in told]))
                cells.append(f"{portion(told, 'fail')}, {100 * asked / QUESTIONS:.0f} %")
        yield tuple(cells)


def pool_answers(
    dice: Any, discordance: float, drop: float, count: int, seed: int
) -> dict[bool, list[tuple[str, int]]]:
    """Return the answers of so many gates, in a random order and with informative ones first."""
    found: dict[bool, list[tuple[str, int]]] = {False: [], True: []}
    for gate in range(count):
        pool = Pool(dice, discordance, drop)
        for weighted, told in found.items():
            past = pool.past if weighted else None
            told.append(pool.answer(order_of(pool.before, seed + gate, past)))
    return found


def portion(told: list[tuple[str, int]], answer: str) -> str:
    """Return the share of gates that gave an answer."""
    return f"{100 * sum(one == answer for one, _ in told) / len(told):.1f} %"


def table(columns: str, lines: Iterator[tuple[str, ...]]) -> None:
    """Print a Markdown table."""
    print(columns)
    print("|---|" + "---:|" * (columns.count("|") - 2))
    for line in lines:
        print("| " + " | ".join(line) + " |", flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gates", type=int, default=2000)
    parser.add_argument("--pools", type=int, default=400)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    table(
        "| discordance | false pass | false fail | drop 3: fail | drop 8: fail | asked, median "
        "| asked, mean | equal: pass |",
        population(chosen.gates, chosen.seed),
    )
    print()
    table(
        "| discordance | first: false pass | false fail | drop 4: random | first | "
        "drop 8: random | first |",
        pools(chosen.pools, chosen.seed),
    )


if __name__ == "__main__":
    main()
