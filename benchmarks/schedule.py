"""How long a run takes beside the ideal, where questions cost very different amounts.

Plays the planner's slices and the local runner's order through in virtual time: no process is
started, so that many workers and GPUs can be had, and only the schedule is measured.

    python benchmarks/schedule.py --workers 8 --questions 14000
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from itertools import count as numbers
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from compass.partitioners import BySize  # noqa: E402 - see above
from compass.plan import Estimate, Job  # noqa: E402
from compass.planner import shared_out  # noqa: E402
from compass.runners.backlog import Backlog  # noqa: E402
from compass.runners.slots import Slots  # noqa: E402


@dataclass(eq=False)
class Virtual:
    """A worker that takes as long as a job really costs."""

    need: float
    gpus: tuple[str, ...]
    model: str = ""
    failed: set[str] = field(default_factory=set)
    job: Job | None = None


class Play:
    """A run in virtual time, as the local runner goes about it.

    Args:
        jobs: With their estimated seconds.
        real: Their real seconds, by id.
        needs: GPUs by model.
        limits: Most workers by model; None for all.
        slots: The places there are.
        watch: Looks at the workers whenever something has changed.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        real: Mapping[str, float],
        needs: Mapping[str, float],
        limits: Mapping[str, int | None],
        slots: Slots,
        watch: Callable[[list[Virtual]], None] = lambda _: None,
    ) -> None:
        self.log: list[tuple[Job, float, float]] = []
        self.now = 0.0
        self._real = real
        self._ends: list[tuple[float, int, Virtual]] = []
        self._numbers = numbers()
        hands: list[Virtual] = []
        backlog = Backlog(jobs, needs, limits)
        while backlog or self._ends:
            for hand in [one for one in hands if one.job is None]:
                job = backlog.for_idle(hand, hands)
                if job is None:
                    hands.remove(hand)
                    slots.give(hand.gpus, hand.need)
                else:
                    self._begin(hand, job)
            while (new := backlog.for_new(hands, slots)) is not None:
                hands.append(Virtual(needs[new[0].model], new[1]))
                self._begin(hands[-1], new[0])
            watch(hands)
            self.now, _, hand = heapq.heappop(self._ends)
            hand.job = None

    def _begin(self, hand: Virtual, job: Job) -> None:
        hand.job, hand.model = job, job.model
        end = self.now + self._real[job.id]
        self.log.append((job, self.now, end))
        heapq.heappush(self._ends, (end, next(self._numbers), hand))


def loads(count: int) -> dict[str, list[float]]:
    """Return the cost of every question, by the name of what is uneven about them."""
    draw = random.Random(0)
    late, early = range(count - count // 16, count), range(count // 16)
    return {
        "all alike": [1.0] * count,
        "answers of any length (lognormal, sigma 1)": [
            draw.lognormvariate(0, 1) for _ in range(count)
        ],
        "the first sixteenth ten times as long": [
            10.0 if n in early else 1.0 for n in range(count)
        ],
        "the last sixteenth ten times as long": [10.0 if n in late else 1.0 for n in range(count)],
        "from one to twenty, rising": [1 + 19 * n / count for n in range(count)],
        "from twenty to one, falling": [20 - 19 * n / count for n in range(count)],
    }


def over_ideal(costs: Sequence[float], workers: int, rows: int, taper: bool) -> float:
    """Return the makespan of one dataset over that of perfectly shared questions."""
    size, total = len(costs), sum(costs)
    estimate = Estimate(
        model="m", dataset="d", mode="gen", samples=size, questions=size, tokens=size,
        work=float(size), seconds=total, basis="pair",
    )  # fmt: skip
    slices = BySize(rows=rows).slices(estimate)
    if taper:
        slices = shared_out(estimate, slices, workers, total / workers)
    sums = [0.0, *accumulate(costs)]
    jobs = [
        Job(kind="infer", model="m", dataset="d", start=a, stop=b, fingerprint="",
            seconds=total * (b - a) / size)
        for a, b in slices
    ]  # fmt: skip
    real = {job.id: sums[job.stop] - sums[job.start] for job in jobs}
    play = Play(jobs, real, {"m": 0.0}, {"m": None}, Slots(workers, ()))
    return play.now / max(total / workers, *costs)


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--questions", type=int, default=14_000, metavar="N")
    arguments = parser.parse_args()
    count, workers = arguments.questions, arguments.workers
    found = {
        name: {
            "one slice a worker": round(over_ideal(costs, workers, -(-count // workers), False), 3),
            "slices of 1000": round(over_ideal(costs, workers, 1000, False), 3),
            "tapering": round(over_ideal(costs, workers, 10**9, True), 3),
            "tapering, at most 1000": round(over_ideal(costs, workers, 1000, True), 3),
        }
        for name, costs in loads(count).items()
    }
    for name, ways in found.items():
        print(f"{name:>44}: " + ", ".join(f"{way} {ratio:.2f}" for way, ratio in ways.items()))
    print(json.dumps({"workers": workers, "questions": count, "makespan over ideal": found}))


if __name__ == "__main__":
    main()
