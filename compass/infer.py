"""Ask a model the questions of a job that have no answer on disk yet."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from compass.answers import Answers
from compass.errors import CompassError, ModelError
from compass.questions import Asking
from compass.records import Answer, Prediction, Question, Sample, record_to_dict
from compass.store import RowLog

Progress = Callable[[int, int], None]
"""Called with the numbers of answers and of failures so far."""

SETTLED_SECONDS = 0.2


class Interrupted(Exception):
    """The job was told to stop; what was answered is kept."""


def run_infer(
    asking: Asking,
    samples: Iterator[Sample],
    model: Any,
    answers: Answers,
    path: Path,
    stop: threading.Event,
    progress: Progress,
) -> None:
    """Ask what is unanswered and append a row for every answer.

    Args:
        asking: Makes the questions.
        samples: The samples of the slice.
        model: The back end.
        answers: What is answered already, over all slices.
        path: The log to append to.
        stop: Set when the job shall end early.
        progress: Told about every answer.

    Raises:
        ModelError: Some questions have no answer.  Their rows say why, the others are
            kept, and running the job again asks only the failed.
        Interrupted: ``stop`` was set.
    """
    flight = _Flight(asking, samples, answers, stop)
    done = failed = 0
    first_error = ""
    with RowLog(path) as log:
        for answer, seconds in _timed(_answers(flight, model), stop):
            question = flight.landed(answer.key)
            log.append(record_to_dict(_prediction(question, answer, seconds)))
            done += 1
            if answer.error is not None:
                failed += 1
                first_error = first_error or f"sample {question.sample.id!r}: {answer.error}"
            progress(done, failed)
    if stop.is_set():
        raise Interrupted
    if failed:
        raise ModelError(
            f"{failed} of {done} questions got no answer; the first: {first_error}",
            where=str(path),
            hint="run again with -r: only the failed questions are asked",
        )


class _Flight:
    """The questions on their way: handed to the model, not answered yet."""

    def __init__(
        self, asking: Asking, samples: Iterator[Sample], answers: Answers, stop: threading.Event
    ) -> None:
        self.asking = asking
        self.pending: dict[str, Question] = {}
        self._samples = samples
        self._answers = answers
        self._stop = stop

    def __iter__(self) -> Iterator[Question]:
        for sample in self._samples:
            for question in self.asking.of_sample(sample):
                if self._stop.is_set():
                    return
                if not self._answers.answered(question.key):
                    self.pending[question.key] = question
                    yield question

    def landed(self, key: str) -> Question:
        try:
            return self.pending.pop(key)
        except KeyError:
            raise ModelError(
                f"the back end answered a question that was not asked: key {key!r}",
                hint="every question is to be answered once",
            ) from None


def _answers(flight: _Flight, model: Any) -> Iterator[Answer]:
    """Yield the model's answers; if it breaks down, an error for every question in flight."""
    asking = flight.asking
    try:
        yield from asking.benchmark.ask.run(model, iter(flight), asking.settings)
        reason = "the back end gave no answer"
    except CompassError:
        raise
    except Exception as error:
        if not flight.pending:
            raise ModelError(
                f"the back end failed before any question: {type(error).__name__}: {error}"
            ) from error
        reason = f"{type(error).__name__}: {error}"
    if not flight._stop.is_set():
        for key in list(flight.pending):
            yield Answer(key=key, error=reason)


def _timed(answers: Iterator[Answer], stop: threading.Event) -> Iterator[tuple[Answer, float]]:
    """Yield answers with the seconds each took; after ``stop``, those already computed."""
    last = time.perf_counter()
    for answer in answers:
        now = time.perf_counter()
        seconds = now - last
        yield answer, seconds
        if stop.is_set() and seconds > SETTLED_SECONDS:
            return
        last = time.perf_counter()


def _prediction(question: Question, answer: Answer, seconds: float) -> Prediction:
    return Prediction(
        key=question.key,
        sample_id=question.sample.id,
        variant=question.variant,
        repeat=question.repeat,
        output=answer.output,
        likelihoods=answer.likelihoods,
        losses=answer.losses,
        error=answer.error,
        finish=answer.finish,
        prompt=answer.prompt,
        prompt_tokens=answer.prompt_tokens,
        tokens=answer.tokens,
        truncated=answer.truncated,
        seconds=round(seconds, 4),
    )
