"""Judge the stored answers of one model to one benchmark.  No model is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from compass import store
from compass.answers import Answers
from compass.circular import Order
from compass.evaluators.orders import in_order, order_scores
from compass.plan import Job
from compass.questions import Asking
from compass.records import (
    Prediction,
    Question,
    Sample,
    Score,
    Verdict,
    record_from_dict,
    record_to_dict,
)

Progress = Callable[[int, int], None]

MISSING = "no answer is stored"

Asked = tuple[Sample, Order, list[Prediction]]
"""A sample as asked, the order of its options if there are several, and what was answered."""


class VerdictFile:
    """The verdicts of a file, as often as they are asked for, one at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[Verdict]:
        for row in store.read_rows(self.path):
            yield record_from_dict(Verdict, row)


def run_score(
    asking: Asking,
    answers: Answers,
    verdicts: Path,
    progress: Progress,
) -> tuple[list[Score], int]:
    """Write the verdict of every question and return the scores.

    Returns:
        The scores, the headline first, and the number of questions without an answer.
    """
    missing = 0
    judged = 0

    def answered() -> Iterator[Asked]:
        nonlocal missing
        for sample, order, predictions in _settled(asking, answers):
            missing += sum(p.error is not None for p in predictions)
            yield sample, order, predictions

    def rows() -> Iterator[dict[str, object]]:
        nonlocal judged
        for verdict in _verdicts(asking.benchmark.evaluator, answered()):
            judged += 1
            yield record_to_dict(verdict)
            progress(judged, missing)

    store.write_rows(verdicts, rows())
    judgements = VerdictFile(verdicts)
    scores = asking.benchmark.evaluator.summarise(judgements)
    circular = asking.benchmark.circular
    if circular is not None:
        scores = order_scores(judgements, scores, circular)
    return scores, missing


def write_scores(
    path: Path,
    job: Job,
    version: str,
    mode: str,
    scores: list[Score],
    notes: Mapping[str, Any] | None = None,
) -> None:
    """Write ``scores.json``; ``notes`` is what an evaluator says about how it judged."""
    store.write_document(
        path,
        {
            "model": job.model,
            "dataset": job.dataset,
            "version": version,
            "mode": mode,
            "fingerprint": job.fingerprint,
            "scores": [asdict(score) for score in scores],
            **({"notes": dict(notes)} if notes else {}),
        },
    )


def _settled(asking: Asking, answers: Answers) -> Iterator[Asked]:
    """Yield each sample, as asked, with its predictions: variant by variant."""
    walk = asking.questions()
    for _, group in groupby(walk, key=lambda q: (q.sample.id, q.variant)):
        questions = list(group)
        first = questions[0]
        yield first.sample, first.order, [_prediction(asking, answers, q) for q in questions]


def _prediction(asking: Asking, answers: Answers, question: Question) -> Prediction:
    stored = answers.get(question.key)
    if stored is None:
        return Prediction(
            key=question.key,
            sample_id=question.sample.id,
            variant=question.variant,
            repeat=question.repeat,
            error=MISSING,
        )
    return asking.benchmark.ask.settle(question, stored)


def _verdicts(evaluator: Any, answered: Iterable[Asked]) -> Iterator[Verdict]:
    """Yield verdicts; an evaluator that has ``verdicts`` goes through all samples itself."""
    if hasattr(evaluator, "verdicts"):
        yield from evaluator.verdicts((sample, given) for sample, _, given in answered)
        return
    together = getattr(evaluator, "whole_sample", False)
    for sample, order, predictions in answered:
        for asked in [predictions] if together else [[one] for one in predictions]:
            verdict = evaluator.verdict(sample, asked)
            yield in_order(verdict, order, sample, asked) if order else verdict
