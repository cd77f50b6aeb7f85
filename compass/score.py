"""Judge the stored answers of one model to one benchmark.  No model is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from compass import store
from compass.answers import Answers
from compass.evaluators.orders import in_order
from compass.plan import Job
from compass.questions import Asking, Benchmark
from compass.records import (
    Prediction,
    Question,
    Score,
    Verdict,
    record_from_dict,
    record_to_dict,
)

Progress = Callable[[int, int], None]

MISSING = "no answer is stored"

Asked = tuple[Question, list[Prediction]]
"""A variant of a sample, its first repeat standing for all, and what was answered."""


class VerdictFile:
    """The verdicts of a file, as often as they are asked for, one at a time.

    Args:
        path: The file.
        variant: Only those on this variant; None for all.
    """

    def __init__(self, path: Path, variant: int | None = None) -> None:
        self.path = path
        self.variant = variant

    def __iter__(self) -> Iterator[Verdict]:
        for row in store.read_rows(self.path):
            if self.variant is None or row.get("variant", 0) == self.variant:
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
    benchmark = asking.benchmark
    missing = 0
    judged = 0

    def answered() -> Iterator[Asked]:
        nonlocal missing
        for question, predictions in _settled(asking, answers):
            missing += sum(p.error is not None for p in predictions)
            yield question, predictions

    def rows() -> Iterator[dict[str, object]]:
        nonlocal judged
        for verdict in _verdicts(benchmark, answered()):
            judged += 1
            yield record_to_dict(verdict)
            progress(judged, missing)

    store.write_rows(verdicts, rows())
    if benchmark.variants is None:
        return benchmark.evaluator.summarise(VerdictFile(verdicts)), missing
    plain = benchmark.evaluator.summarise(VerdictFile(verdicts, variant=0))
    return benchmark.variants.scores(VerdictFile(verdicts), plain), missing


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
        yield first, [_prediction(asking, answers, q) for q in questions]


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


def _verdicts(benchmark: Benchmark, answered: Iterable[Asked]) -> Iterator[Verdict]:
    """Yield verdicts; an evaluator that has ``verdicts`` goes through all samples itself."""
    evaluator, variants = benchmark.evaluator, benchmark.variants
    if hasattr(evaluator, "verdicts"):
        found = evaluator.verdicts((question.sample, given) for question, given in answered)
        yield from found if variants is None else map(variants.named, found)
        return
    together = getattr(evaluator, "whole_sample", False)
    for question, predictions in answered:
        for asked in [predictions] if together else [[one] for one in predictions]:
            verdict = evaluator.verdict(question.sample, asked)
            if variants is not None:
                verdict = variants.named(verdict)
                if question.order:
                    verdict = in_order(verdict, question.order, question.sample, asked)
            yield verdict
