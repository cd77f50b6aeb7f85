"""What questions cost, from what they took before.

A finished job's seal keeps its seconds; the end of a start sums them up in ``costs.json``; the
plans of later runs read that.  An estimate decides the size and the order of jobs, never what is
asked or how it is scored.

The unit of *work* is a prompt's token; a generated token counts `GENERATED` of them.  A *pace* is
the seconds of one unit of work.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from compass import store
from compass.errors import StoreError
from compass.plan import Basis, Estimate, Plan
from compass.runfolder import RunFolder

GENERATED = 8
"""Prompt tokens that take as long as one generated token, roughly: they are read at once."""

NOMINAL = 1e-4
"""The pace where nothing is known: it orders jobs, and is shown to nobody."""

RUNS = 20
"""Earlier runs that are looked at, the newest."""

ENOUGH = 20
"""Questions that make a record worth believing."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one model took for one dataset in one run."""

    model: str
    dataset: str
    mode: str
    """How it was asked: ``gen``, ``rank``, ``loss`` …"""

    questions: int
    seconds: float
    work: float
    """Of all these questions, as the plan estimated it."""

    @property
    def pace(self) -> float:
        """Seconds of a unit of work."""
        return self.seconds / self.work


class Costs:
    """What earlier runs took.

    Args:
        costs: The newest first.
    """

    def __init__(self, costs: Iterable[Cost] = ()) -> None:
        self._costs: dict[tuple[str, str], Cost] = {}
        for cost in costs:
            kept = self._costs.get((cost.model, cost.dataset))
            if kept is None or kept.questions < min(ENOUGH, cost.questions):
                self._costs[cost.model, cost.dataset] = cost

    def pace(self, model: str, dataset: str, mode: str) -> tuple[float, Basis]:
        """Return the seconds of a unit of work, and what that is known from.

        A dataset's answers are shorter or longer than their limit whoever gives them, and a
        model is fast or slow whatever it is asked: what is known of either is put together.
        """
        own = self._costs.get((model, dataset))
        if own is not None:
            return own.pace, "pair"
        usual = self._usual(mode, model)
        shapes = [
            (cost.pace, self._usual(mode, cost.model) or cost.pace)
            for cost in self._costs.values()
            if cost.dataset == dataset
        ]
        if shapes:
            shape = _mean([pace / of_model for pace, of_model in shapes])
            return (usual or _mean([of_model for _, of_model in shapes])) * shape, "dataset"
        if usual is not None:
            return usual, "model"
        return self._usual(mode) or NOMINAL, "tokens"

    def _usual(self, mode: str, model: str | None = None) -> float | None:
        """Return the mean pace over datasets, those asked in the same way if there are any."""
        found = [cost for cost in self._costs.values() if model in (None, cost.model)]
        alike = [cost for cost in found if cost.mode == mode]
        return _mean([cost.pace for cost in alike or found]) if found else None


def _mean(values: list[float]) -> float:
    """Return the geometric mean: paces differ by factors."""
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def past_costs(runs: Path) -> Costs:
    """Return what the runs in a folder took."""
    found = runs.glob("*/*/costs.json")
    newest = sorted(found, key=lambda path: (path.parent.name, path), reverse=True)[:RUNS]
    return Costs(cost for path in newest for cost in _read(path))


def _read(path: Path) -> list[Cost]:
    """Return the costs of a run; a damaged document is as none."""
    try:
        costs = [Cost(**one) for one in store.read_document(path)["costs"]]
        return [cost for cost in costs if cost.work > 0 and cost.seconds > 0]
    except (StoreError, TypeError, KeyError):
        return []


def record_costs(folder: RunFolder, plan: Plan) -> None:
    """Sum up what the finished jobs of a run took."""
    estimates = {(one.model, one.dataset): one for one in plan.estimates}
    taken: dict[tuple[str, str], tuple[int, float]] = {}
    for job in plan.jobs:
        if job.kind == "infer":
            asked, seconds = folder.taken(job)
            before = taken.get(job.pair, (0, 0.0))
            taken[job.pair] = before[0] + asked, before[1] + seconds
    costs = [
        _cost(estimates[pair], questions, seconds)
        for pair, (questions, seconds) in taken.items()
        if questions and seconds > 0
    ]
    store.write_document(folder.costs, {"costs": [asdict(cost) for cost in costs]})


def _cost(estimate: Estimate, questions: int, seconds: float) -> Cost:
    return Cost(
        model=estimate.model,
        dataset=estimate.dataset,
        mode=estimate.mode,
        questions=questions,
        seconds=round(seconds, 4),
        work=round(estimate.work * questions / estimate.questions, 1),
    )
