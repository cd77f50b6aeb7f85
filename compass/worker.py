"""Do jobs: the one function every runner calls, and a process that calls it.

As a process (``python -m compass.worker RUN_FOLDER``) it reads job ids from standard
input, one a line, and writes events to standard output, one JSON object a line.  What
jobs print goes to their log file.  When standard input ends, so does the process: a
worker never outlives its runner by more than the answers in flight.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from compass.answers import Answers
from compass.errors import EXIT_BUG, CompassError, ModelError
from compass.infer import Interrupted, run_infer
from compass.plan import Job
from compass.questions import Asking, Benchmark, open_benchmark
from compass.records import Sample
from compass.runfolder import RunFolder
from compass.schema import experiment_from_dict
from compass.score import run_score, write_scores
from compass.specs import ModelSpec
from compass.store import read_document

Emit = Callable[[dict[str, Any]], None]

EVENT_SECONDS = 0.25


class Worker:
    """Does the jobs of one run; keeps the model loaded from one to the next.

    Args:
        folder: The run.
        emit: Told about progress and the end of jobs.
        attempt: Names a try that may not write where an earlier one does.
    """

    def __init__(self, folder: RunFolder, emit: Emit, attempt: str = "") -> None:
        self.folder = folder
        self.attempt = attempt
        self.emit = emit
        self.stop = threading.Event()
        config = read_document(folder.config)
        self.experiment = experiment_from_dict(
            config, name=config["name"], where=str(folder.config)
        )
        self.plan = folder.plan()
        self.jobs = {job.id: job for job in self.plan.jobs}
        self._models: dict[str, Any] = {}
        self._benchmarks: dict[str, Benchmark] = {}
        self._streams: dict[str, _Stream] = {}
        self._answers: dict[tuple[str, str], Answers] = {}
        self._building = 0.0
        """Seconds that went into building a model while a job was done."""

    def run_batch(self, ids: list[str]) -> None:
        """Do jobs in order; each ends with an event, whatever happens."""
        for name in ids:
            job = self.jobs[name]
            self.emit({"event": "started", "job": name})
            event: dict[str, Any] = {"event": "ended", "job": name, "ok": True}
            try:
                self.run_job(job)
            except Interrupted:
                event.update(ok=False, interrupted=True, error="interrupted")
            except CompassError as error:
                event.update(ok=False, error=str(error), code=error.exit_code)
                _keep_trace()
            except Exception as error:  # noqa: BLE001 - the job boundary; the log keeps the trace
                event.update(ok=False, error=f"{type(error).__name__}: {error}", code=EXIT_BUG)
                _keep_trace()
            self.emit(event)

    def run_job(self, job: Job) -> None:
        """Do one job and seal it."""
        if job.kind == "infer":
            self._infer(job)
        else:
            self._score(job)

    def close(self) -> None:
        """Free the memory of the models."""
        for model in self._models.values():
            model.close()
        self._models.clear()

    def _infer(self, job: Job) -> None:
        asking = self._asking(job)
        if job.pair not in self._answers:
            self._answers = {job.pair: Answers(self.folder.all_rows(*job.pair))}
        answers = self._answers[job.pair]
        # What other workers append meanwhile is of other slices, but for a job taken over.
        rows = self.folder.rows(job, self.attempt)
        answers.update([self.folder.rows(job), rows])
        progress = _Progress(self.emit, job.id)
        if job.dataset not in self._streams:
            self._streams = {job.dataset: _Stream(asking.benchmark)}
        began, self._building = time.perf_counter(), 0.0
        try:
            run_infer(
                asking,
                self._streams[job.dataset].slice(job.start, job.stop),
                _Lazy(lambda: self._model(job.model)),
                answers,
                rows,
                self.stop,
                progress,
            )
        finally:
            progress.flush()
        seconds = time.perf_counter() - began - self._building
        self.folder.seal(job, progress.done, seconds)

    def _score(self, job: Job) -> None:
        asking = self._asking(job)
        progress = _Progress(self.emit, job.id)

        def judged(done: int, missing: int) -> None:
            progress(done, missing)
            if self.stop.is_set():  # the earlier verdicts stand
                raise Interrupted

        evaluator = asking.benchmark.evaluator
        notes: dict[str, Any] = {}
        with contextlib.closing(Answers(self.folder.all_rows(*job.pair))) as answers:
            try:
                scores, missing = run_score(asking, answers, self.folder.verdicts(job), judged)
                if hasattr(evaluator, "notes"):
                    notes = evaluator.notes()
            finally:
                if hasattr(evaluator, "close"):
                    evaluator.close()
        write_scores(
            self.folder.scores(job),
            job,
            self.plan.versions[job.dataset],
            self._mode(job, asking),
            scores,
            notes,
        )
        if missing:
            # The answers of sealed inference are gone: let the next run ask again.
            for other in self.plan.jobs:
                if other.kind == "infer" and other.pair == job.pair:
                    self.folder.unseal(other)
            raise ModelError(
                f"{missing} questions have no answer; the scores are of the others",
                where=str(self.folder.scores(job)),
                hint="run again with -r: only these questions are asked",
            )
        self.folder.seal(job)

    def _mode(self, job: Job, asking: Asking) -> str:
        """Return how the benchmark was asked; some back ends can rank by less than an option."""
        mode = asking.benchmark.ask.mode
        if mode != "rank":
            return mode
        return str(getattr(self.experiment.model(job.model).backend.build(), "rank_mode", mode))

    def _asking(self, job: Job) -> Asking:
        if job.dataset not in self._benchmarks:
            self._benchmarks[job.dataset] = open_benchmark(self.experiment.dataset(job.dataset))
        spec = self.experiment.model(job.model)
        benchmark = self._benchmarks[job.dataset]
        return Asking(self.plan.identities[job.model], spec.generation, benchmark)

    def _model(self, abbr: str) -> Any:
        """Return the loaded model; another one that is held makes room only after it.

        Two entries of the same weights share them, so the new one is built first.
        """
        if abbr not in self._models:
            began = time.perf_counter()
            held = list(self._models.values())
            self._models = {abbr: build_model(self.experiment.model(abbr))}
            if hasattr(self._models[abbr], "keep_in"):
                self._models[abbr].keep_in(self.folder.calls(abbr))
            prepare = getattr(self._models[abbr], "share", None)
            for model in held:
                if prepare is not None:
                    prepare(model)
                model.close()
            self._building = time.perf_counter() - began
        return self._models[abbr]


def _keep_trace() -> None:
    with contextlib.suppress(OSError):  # the disk of the log may be full
        traceback.print_exc()


def build_model(spec: ModelSpec) -> Any:
    """Build a back end, with those of its resources that its constructor takes."""
    accepted = inspect.signature(spec.backend.resolve()).parameters
    given = {
        name: value
        for name, value in asdict(spec.resources).items()
        if name in accepted and name not in spec.backend.kwargs and value is not None
    }
    return spec.backend.build(**given)


class _Lazy:
    """A model that is built at the first question: a job with nothing to ask loads nothing."""

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
        self.patient = False

    def generate(self, questions: Iterator[Any], generation: Any) -> Iterator[Any]:
        yield from self._ask("generate", questions, generation)

    def rank(self, questions: Iterator[Any]) -> Iterator[Any]:
        yield from self._ask("rank", questions)

    def losses(self, questions: Iterator[Any]) -> Iterator[Any]:
        yield from self._ask("losses", questions)

    def spreads(self, questions: Iterator[Any]) -> Iterator[Any]:
        yield from self._ask("spreads", questions)

    def _ask(self, method: str, questions: Iterator[Any], *settings: Any) -> Iterator[Any]:
        first = next(questions, None)
        if first is None:
            return

        def all_questions() -> Iterator[Any]:
            yield first
            yield from questions

        model = self._build()
        self.patient = getattr(model, "patient", False)
        yield from getattr(model, method)(all_questions(), *settings)


class _Stream:
    """The samples of a benchmark, read once by a worker whose slices go forward."""

    def __init__(self, benchmark: Benchmark) -> None:
        self._benchmark = benchmark
        self._samples: Iterator[Sample] | None = None
        self._place = 0

    def slice(self, start: int, stop: int) -> Iterator[Sample]:
        """Yield the samples from ``start`` to before ``stop``."""
        samples, self._samples = self._samples, None
        if samples is None or start < self._place:
            samples, self._place = self._benchmark.samples(), 0
        for sample in samples:
            self._place += 1
            if self._place > start:
                yield sample
            if self._place >= stop:
                self._samples = samples  # one that broke off is not gone on with
                return


class _Progress:
    """Emits at most a few events a second."""

    def __init__(self, emit: Emit, job: str) -> None:
        self._emit = emit
        self._job = job
        self._last = 0.0
        self._counts = (0, 0, 0)

    @property
    def done(self) -> int:
        """Questions that were asked."""
        return self._counts[0]

    def __call__(self, done: int, failed: int, known: int = 0) -> None:
        self._counts = (done, failed, known)
        now = time.monotonic()
        if now - self._last > EVENT_SECONDS:
            self._last = now
            self.flush()

    def flush(self) -> None:
        """Tell the counts now."""
        counts = dict(zip(("done", "failed", "known"), self._counts, strict=True))
        self._emit({"event": "progress", "job": self._job, **counts})


@contextlib.contextmanager
def logged(path: Path) -> Iterator[None]:
    """Send everything written to standard output and error into a log file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with path.open("ab") as file:
        kept = os.dup(1), os.dup(2)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for fd, number in zip(kept, (1, 2), strict=True):
                os.dup2(fd, number)
                os.close(fd)


def _private_pipes() -> tuple[IO[bytes], IO[str]]:
    """Return the ways to and from the runner, where nothing that a job runs finds them.

    What prints to standard output goes to standard error, what reads standard input finds
    its end.
    """
    events, commands = os.fdopen(os.dup(1), "wb", buffering=0), os.fdopen(os.dup(0))
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return events, commands


def main() -> None:
    """Serve jobs named on standard input until it ends."""
    events, commands = _private_pipes()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")

    def emit(event: dict[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):
            events.write(json.dumps(event, ensure_ascii=True).encode() + b"\n")

    folder = RunFolder(Path(sys.argv[1]))
    try:
        worker = Worker(folder, emit)
    except CompassError as error:
        emit({"event": "broken", "error": str(error), "code": error.exit_code})
        raise
    except Exception as error:
        emit({"event": "broken", "error": f"{type(error).__name__}: {error}", "code": EXIT_BUG})
        raise
    signal.signal(signal.SIGTERM, lambda *_: worker.stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jobs: list[str] = []
    ready = threading.Condition()
    ended = False

    def listen() -> None:
        nonlocal ended
        for line in commands:
            with ready:
                jobs.append(line.strip())
                ready.notify()
        worker.stop.set()
        with ready:
            ended = True
            ready.notify()

    threading.Thread(target=listen, daemon=True).start()
    while True:
        with ready:
            while not jobs and not ended:
                ready.wait()
            if not jobs or worker.stop.is_set():
                break
            name = jobs.pop(0)
        with logged(folder.log(worker.jobs[name])):
            worker.run_batch([name])
    worker.close()


if __name__ == "__main__":
    main()
