"""Same answers in several orders, same figures: Compass beside OpenCompass.

Both evaluators of OpenCompass judge made-up answers in its own interpreter: the older one (four
options, their shifts) and the newer one (2 to 6 options; shifts, and all orders of up to 4).
What is counted are figures that differ by more than 1e-9 from those of
``circular=dict(compat='opencompass')``.

    OPENCOMPASS_PY=… python -m benchmarks.agree_circular [SETS]

SETS is how many sets of 1 to 40 questions each evaluator gets (default 3000).  A third of the
models says nothing now and then, a third prefers a slot.  Prints one JSON line.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compass.circular import Circular, Order
from compass.evaluators.orders import order_scores
from compass.records import LETTERS, Score, Verdict

Asked = tuple[int, list[Order], list[str]]
"""The right option, the orders, and the letter answered in each; ``-`` is none."""


def main() -> None:
    """Print what was compared and what differs."""
    python = os.environ.get("OPENCOMPASS_PY")
    if not python:
        sys.exit("OPENCOMPASS_PY names no interpreter: see benchmarks/peers.sh")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    sets = {
        "older": [questions(seed, 4, "cyclic") for seed in range(count)],
        "newer-cyclic": [questions(seed, 2 + seed % 5, "cyclic") for seed in range(count)],
        "newer-all": [questions(seed, 2 + seed % 3, "all") for seed in range(count)],
    }
    script = Path(__file__).with_name("agree_circular_peer.py")
    done = subprocess.run(
        [python, str(script)], input=json.dumps(sets), capture_output=True, text=True, check=True
    )
    theirs = json.loads(done.stdout.rpartition("@@")[2])
    print(json.dumps({name: compared(sets[name], theirs[name]) for name in sets}))


def questions(seed: int, count: int, kind: Any) -> list[Asked]:
    """Return the questions of one set and made-up answers to them."""
    draw = random.Random(f"{kind}:{seed}")
    orders = list(Circular(kind=kind).of([f"option {n}" for n in range(count)]))
    knows, silent = draw.random(), 0.1 * (seed % 3 == 0)
    sticks = draw.random() * (seed % 3 == 1)
    return [made_up(draw, orders, knows, sticks, silent) for _ in range(draw.randint(1, 40))]


def made_up(
    draw: random.Random, orders: list[Order], knows: float, sticks: float, silent: float
) -> Asked:
    """Return a question and how a model of limited knowledge answers it."""
    count = len(orders[0])
    gold = draw.randrange(count)
    answers = []
    for order in orders:
        if draw.random() < silent:
            answers.append("-")
        elif draw.random() < sticks:
            answers.append("A")
        else:
            right = draw.random() < knows
            answers.append(LETTERS[order.index(gold) if right else draw.randrange(count)])
    return gold, orders, answers


def compared(sets: list[list[Asked]], theirs: list[dict[str, float]]) -> dict[str, Any]:
    """Return how many figures were compared, and the first that differ."""
    figures, different = 0, []
    for number, (asked, judged) in enumerate(zip(sets, theirs, strict=True)):
        ours = figures_of(asked)
        for name, value in judged.items():
            renamed = name.startswith("prior_") or name == "acc_circular"
            known = f"opencompass_{name}" if renamed else name
            figures += 1
            if known not in ours or abs(100 * ours[known] - value) > 1e-9:
                different.append([number, name, ours.get(known), value])
    return {"sets": len(sets), "figures": figures, "different": len(different), **(
        {"first": different[:3]} if different else {}
    )}  # fmt: skip


def figures_of(asked: list[Asked]) -> dict[str, float]:
    """Return what Compass makes of the same answers."""
    verdicts = list(verdicts_of(asked))
    plain = Score(metric="accuracy", value=0.0, low=None, high=None, n=len(asked))
    found = order_scores(verdicts, [plain], Circular(compat="opencompass"))
    return {score.metric: score.value for score in found if score.value is not None}


def verdicts_of(asked: list[Asked]) -> Iterator[Verdict]:
    """Yield the verdicts that `Choice` gives."""
    for number, (gold, orders, answers) in enumerate(asked):
        for variant, (order, answer) in enumerate(zip(orders, answers, strict=True)):
            target = LETTERS[order.index(gold)]
            yield Verdict(
                key=f"{number}-{variant}",
                sample_id=f"q{number}",
                variant=variant,
                values={"accuracy": float(answer == target)},
                answer=None if answer == "-" else answer,
                target=target,
                order=order,
            )


if __name__ == "__main__":
    main()
