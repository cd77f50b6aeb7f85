"""Jobs in batches for machines that are asked for in advance: by model, the longest first.

A batch holds jobs of one model, so that it is loaded once.  Scoring has batches of its own: it
needs no GPU and begins when the answers are there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compass.plan import Job

Batch = list[str]
"""Ids of jobs."""


def infer_batches(
    jobs: Sequence[Job], needs: Mapping[str, float], most: int
) -> dict[float, list[Batch]]:
    """Return batches of inference jobs by the GPUs they need.

    Args:
        jobs: Of any kind and model.
        needs: GPUs of each model.
        most: Batches of one need that may run at a time; each model gets its share of them.
    """
    found: dict[float, list[Batch]] = {}
    for need in sorted({needs[job.model] for job in jobs if job.kind == "infer"}, reverse=True):
        mine = [job for job in jobs if job.kind == "infer" and needs[job.model] == need]
        sized: list[tuple[float, Batch]] = []
        for model in dict.fromkeys(job.model for job in mine):
            own = [job for job in mine if job.model == model]
            share = max(1, round(most * sum(map(_size, own)) / sum(map(_size, mine))))
            sized += _packed(own, min(share, len(own)))
        sized.sort(key=lambda one: -one[0])
        found[need] = [batch for _, batch in sized]
    return found


def score_batches(jobs: Sequence[Job], most: int) -> list[Batch]:
    """Return batches of scoring jobs."""
    mine = [job for job in jobs if job.kind == "score"]
    return [batch for _, batch in _packed(mine, min(most, len(mine)))]


def _packed(jobs: Sequence[Job], count: int) -> list[tuple[float, Batch]]:
    """Return jobs in ``count`` batches of about one size: the longest first, to the emptiest.

    Graham 1969, "Bounds on multiprocessing timing anomalies": at most 4/3 of the best.
    """
    batches: list[tuple[float, Batch]] = [(0.0, []) for _ in range(count)]
    for job in sorted(jobs, key=_size, reverse=True):
        place = min(range(count), key=lambda number: batches[number][0])
        size, ids = batches[place]
        batches[place] = (size + _size(job), [*ids, job.id])
    return [one for one in batches if one[1]]


def _size(job: Job) -> float:
    """Return what a job is estimated to cost; of scoring nothing is known."""
    return job.seconds or 1.0
