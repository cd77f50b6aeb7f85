"""Ask a model the questions of a job that have no answer on disk yet."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from compass.answers import Answers
from compass.errors import CompassError, ModelError
from compass.models.thinking import parted
from compass.questions import Asking
from compass.records import Answer, Prediction, Question, Sample, record_to_dict
from compass.store import RowLog

Progress = Callable[[int, int, int], None]
"""Called with the numbers of answers, of failures among them, and of earlier answers met."""

SETTLED_SECONDS = 0.2

BREAKDOWNS = 5
"""Breakdowns of the back end, with no answer between them, that end a job."""


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
        for given, seconds in _timed(_answers(flight, model, stop), model, stop):
            question = flight.landed(given.key)
            answer = _checked(question, given)
            log.append(record_to_dict(_prediction(question, answer, seconds)))
            done += 1
            if answer.error is not None:
                failed += 1
                first_error = first_error or f"sample {question.sample.id!r}: {answer.error}"
            progress(done, failed, flight.known)
    progress(done, failed, flight.known)
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
        self.known = 0
        """Questions met that have an answer already."""

        self.making = False
        """True while a question is made: what fails then is not the back end."""

        self._samples = samples
        self._answers = answers
        self._stop = stop
        self._walk = self._unanswered()

    def __iter__(self) -> Iterator[Question]:
        return self

    def __next__(self) -> Question:
        self.making = True
        question = next(self._walk, None)
        self.making = False
        if question is None:
            raise StopIteration
        return question

    def _unanswered(self) -> Iterator[Question]:
        for sample in self._samples:
            for question in self.asking.of_sample(sample):
                if self._stop.is_set():
                    return
                if self._answers.answered(question.key):
                    self.known += 1
                    continue
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


def _answers(flight: _Flight, model: Any, stop: threading.Event) -> Iterator[Answer]:
    """Yield the model's answers, and errors for what it cannot answer.

    Where it breaks down with several questions in flight, these are asked one at a time:
    a question that breaks it costs itself only.
    """
    asking = flight.asking
    alone: deque[Question] = deque()
    breakdowns = 0
    while not stop.is_set():
        asked = iter([alone.popleft()]) if alone else flight
        reason = ""
        try:
            for answer in asking.benchmark.ask.run(model, asked, asking.settings):
                breakdowns = 0
                yield answer
        except CompassError:
            raise
        except Exception as error:
            if flight.making:
                raise
            reason = f"{type(error).__name__}: {error}"
            breakdowns += 1
            if not flight.pending:
                raise ModelError(f"the back end failed with nothing to answer: {reason}") from error
        waiting = {question.key for question in alone}
        left = [one for key, one in flight.pending.items() if key not in waiting]
        if breakdowns == BREAKDOWNS:
            left += alone
        elif reason and len(left) > 1:
            alone.extend(left)
            continue
        if not stop.is_set():
            for question in left:
                yield Answer(key=question.key, error=reason or "the back end gave no answer")
        if breakdowns == BREAKDOWNS or (asked is flight and not reason):
            return


def _timed(
    answers: Iterator[Answer], model: Any, stop: threading.Event
) -> Iterator[tuple[Answer, float]]:
    """Yield answers with the seconds each took; after ``stop``, those already computed.

    A patient model's calls in flight count as computed: they are paid.
    """
    last = time.perf_counter()
    for answer in answers:
        now = time.perf_counter()
        seconds = now - last
        yield answer, seconds
        if stop.is_set() and seconds > SETTLED_SECONDS and not getattr(model, "patient", False):
            return
        last = time.perf_counter()


def _checked(question: Question, answer: Answer) -> Answer:
    """Return the answer, or an error in place of one that cannot be used."""
    if answer.error is not None:
        return answer
    total = math.fsum(answer.losses) if answer.losses else 0.0
    beside = (answer.means, answer.spreads)
    for one in answer.likelihoods or ():
        total += one.logprob + one.first + (one.whole or 0.0)
    asked = len(question.continuations)
    if sum(x is not None for x in (answer.output, answer.likelihoods, answer.losses)) != 1:
        problem = "the back end gave no answer, or several in one"
    elif answer.likelihoods is not None and len(answer.likelihoods) != asked:
        problem = f"the back end gave {len(answer.likelihoods)} likelihoods of {asked} options"
    elif any(one is not None and len(one) != len(answer.losses or ()) for one in beside):
        problem = "the back end gave another number of means or spreads than of losses"
    elif not math.isfinite(total + sum(math.fsum(one) for one in beside if one)):
        problem = "the model's likelihood is not a finite number"
    else:
        return answer
    return Answer(
        key=answer.key, error=problem, prompt=answer.prompt, prompt_tokens=answer.prompt_tokens
    )


def _prediction(question: Question, answer: Answer, seconds: float) -> Prediction:
    output, reasoning = answer.output, answer.reasoning
    if output is not None and not reasoning:
        reasoning, output = parted(output, answer.prompt)
    return Prediction(
        key=question.key,
        sample_id=question.sample.id,
        variant=question.variant,
        repeat=question.repeat,
        output=output,
        reasoning=reasoning,
        likelihoods=answer.likelihoods,
        losses=answer.losses,
        means=answer.means,
        spreads=answer.spreads,
        error=answer.error,
        finish=answer.finish,
        prompt=answer.prompt,
        prompt_tokens=answer.prompt_tokens,
        tokens=answer.tokens,
        truncated=answer.truncated,
        seconds=round(seconds, 4),
    )
