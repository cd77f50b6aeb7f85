"""From an experiment to a plan: settle what is open, check what can be checked, cut jobs.

Nothing here loads weights: what is wrong is said before the first second is spent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from compass import __version__
from compass.costs import GENERATED, Costs
from compass.errors import CompassError, ConfigError
from compass.partitioners.slices import tapering_slices
from compass.plan import Batch, Estimate, Job, Plan
from compass.questions import Asking, Benchmark, open_benchmark, version
from compass.records import Question
from compass.specs import Component, DatasetSpec, Experiment, ModelSpec, fingerprint

TRIED = 8
"""Questions of each pair that are made while planning, to find mistakes and estimate cost."""

WORTHWHILE = 50
WORTHWHILE_SECONDS = 10.0
"""Fewest samples of a job that is cut off only to keep another worker busy, or its seconds."""

GRAIN = 16
"""Parts of what a worker has to do in the whole run: none of them is cut."""


@dataclass(frozen=True)
class Planned:
    """A plan with the experiment whose open arguments were settled."""

    experiment: Experiment
    plan: Plan
    settled: Mapping[str, Mapping[str, Any]]
    """Model abbr to the arguments that were settled; a resumed run keeps them."""

    details: Mapping[str, Mapping[str, Any]]
    """Model abbr to what its identity is made of."""


def make_plan(
    experiment: Experiment,
    kept: Mapping[str, Mapping[str, Any]],
    costs: Costs | None = None,
    before: Sequence[Estimate] = (),
) -> Planned:
    """Return what is to be done.

    Args:
        experiment: What was asked for.
        kept: Arguments settled by an earlier start of the same run.
        costs: What earlier runs took, if that is known.
        before: Estimates of an earlier start of the same run.

    Raises:
        CompassError: Something about the configuration or the data is wrong.
    """
    models, settled, details = [], {}, {}
    for asked in experiment.models:
        with _At(f"model {asked.abbr!r}"):
            spec, settled[asked.abbr], details[asked.abbr] = _settle(
                asked, kept.get(asked.abbr, {})
            )
        models.append(spec)
    experiment = replace(experiment, models=tuple(models))
    identities = {abbr: fingerprint(detail) for abbr, detail in details.items()}
    benchmarks, data, sizes = _open(experiment)

    estimates = []
    for model, dataset in experiment.combinations:
        spec, benchmark = experiment.model(model), benchmarks[dataset]
        with _At(f"model {model!r} on dataset {dataset!r}"):
            counted = _try_out(spec, identities[model], benchmark, sizes[dataset])
            estimates.append(_costed(counted, costs or Costs(), before))

    infer: dict[str, list[Job]] = {m.abbr: [] for m in experiment.models}
    score: list[Job] = []
    cuts = _cuts(experiment, estimates)
    for estimate, slices in zip(estimates, cuts, strict=True):
        model, dataset = estimate.model, estimate.dataset
        spec, benchmark = experiment.model(model), benchmarks[dataset]
        asked_hash = _asked(identities[model], spec, benchmark.spec, data[dataset])
        infer[model] += _infer_jobs(estimate, asked_hash, slices)
        judged = fingerprint(asked_hash, benchmark.spec.meaning())
        score.append(Job(kind="score", model=model, dataset=dataset, fingerprint=judged))

    batches = tuple(
        Batch(jobs=tuple(infer[m.abbr]), gpus=m.resources.gpus or 0.0) for m in experiment.models
    )
    plan = Plan(
        identities=identities,
        versions={abbr: version(b.spec, data[abbr]) for abbr, b in benchmarks.items()},
        sizes=sizes,
        data=data,
        stages=(tuple(b for b in batches if b.jobs), (Batch(jobs=tuple(score)),)),
        estimates=tuple(estimates),
    )
    return Planned(experiment, plan, settled, details)


def _costed(counted: Estimate, costs: Costs, before: Sequence[Estimate]) -> Estimate:
    """Return an estimate with its seconds; those of an earlier start of the run stand."""
    for one in before:
        if replace(one, seconds=0.0, basis=counted.basis) == counted:
            return one
    pace, basis = costs.pace(counted.model, counted.dataset, counted.mode)
    return replace(counted, seconds=max(1e-6, round(pace * counted.work, 6)), basis=basis)


def _cuts(experiment: Experiment, estimates: Sequence[Estimate]) -> list[list[tuple[int, int]]]:
    """Return the slices of every estimate: as the partitioner says, and tapering to the end.

    With several workers no slice takes more than a small part of what each has to do, so that
    none waits long for another.  Only large datasets are cut for it.
    """
    partitioner, workers = experiment.partitioner.build(), experiment.runner.build().width()
    fair = sum(one.seconds for one in estimates) / workers
    found = []
    for one in estimates:
        spec = experiment.model(one.model)
        most = spec.resources.workers or getattr(spec.backend.resolve(), "most_workers", None)
        found.append(shared_out(one, partitioner.slices(one), min(workers, most or workers), fair))
    return found


def shared_out(
    estimate: Estimate, slices: list[tuple[int, int]], workers: int, fair: float
) -> list[tuple[int, int]]:
    """Return slices that several workers can share out.

    Args:
        estimate: What is cut.
        slices: As the partitioner wants them; none gets longer.
        workers: Most that may be at it.
        fair: Seconds that every worker has to do in the whole run.
    """
    least = max(_worthwhile(estimate), round(estimate.samples * fair / GRAIN / estimate.seconds))
    if workers == 1 or estimate.samples < 2 * least:
        return slices
    longest = max(stop - start for start, stop in slices)
    return tapering_slices(estimate.samples, workers, longest, min(least, longest))


def _worthwhile(estimate: Estimate) -> int:
    """Return the fewest samples of a job that is cut off only to keep another worker busy."""
    if not estimate.measured:
        return WORTHWHILE
    each = estimate.seconds / estimate.samples
    return max(1, min(WORTHWHILE, math.ceil(WORTHWHILE_SECONDS / each)))


def _open(
    experiment: Experiment,
) -> tuple[dict[str, Benchmark], dict[str, str], dict[str, int]]:
    """Return every benchmark with the digest of its data and its number of samples."""
    benchmarks, data, sizes = {}, {}, {}
    for spec in experiment.datasets:
        with _At(f"dataset {spec.abbr!r}"):
            benchmarks[spec.abbr] = benchmark = open_benchmark(spec)
            data[spec.abbr] = benchmark.reader.digest()
            sizes[spec.abbr] = benchmark.size()
    return benchmarks, data, sizes


def _infer_jobs(estimate: Estimate, asked: str, slices: Sequence[tuple[int, int]]) -> list[Job]:
    return [
        Job(
            kind="infer",
            model=estimate.model,
            dataset=estimate.dataset,
            start=start,
            stop=stop,
            fingerprint=fingerprint(asked, start, stop),
            seconds=round(estimate.seconds * (stop - start) / estimate.samples, 4),
        )
        for start, stop in slices
    ]


class _At:
    """Add a place to a CompassError that names none."""

    def __init__(self, where: str) -> None:
        self.where = where

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CompassError) and not error.where:
            error.where = self.where


def _settle(
    spec: ModelSpec, kept: Mapping[str, Any]
) -> tuple[ModelSpec, Mapping[str, Any], Mapping[str, Any]]:
    """Return the model with no argument left open, those arguments, and its identity."""
    model = spec.backend.build()
    open_arguments = model.settle()
    settled = {name: kept.get(name, value) for name, value in open_arguments.items()}
    backend = Component(spec.backend.type, {**spec.backend.kwargs, **settled})
    if settled:
        model = backend.build()
    return replace(spec, backend=backend), settled, model.identity()


def _try_out(spec: ModelSpec, identity: str, benchmark: Benchmark, size: int) -> Estimate:
    """Make the first questions, so that mistakes show before anything is loaded."""
    ask = benchmark.ask
    if not hasattr(spec.backend.resolve(), ask.needs):
        raise ConfigError(
            f"{spec.backend.type.rpartition('.')[2]} cannot do what "
            f"{benchmark.spec.ask.type.rpartition('.')[2]} asks: it has no {ask.needs!r}",
            hint="choose another back end, or another way to ask",
        )
    asking = Asking(identity, spec.generation, benchmark)
    questions = list(islice(asking.questions(), TRIED))
    _refuse(spec, benchmark, questions)
    per_sample = sum(1 for _ in asking.of_sample(questions[0].sample))
    written = asking.settings.max_new_tokens if ask.mode == "gen" else 0
    read = 0
    for question in questions:
        ranked = sum(text_tokens(c.text) for c in question.continuations)
        read += text_tokens(question.dialogue.plain()) + ranked
    each = read / max(len(questions), 1)
    total = size * per_sample
    return Estimate(
        model=spec.abbr,
        dataset=benchmark.spec.abbr,
        mode=ask.mode,
        samples=size,
        questions=total,
        tokens=round((each + written) * total),
        work=round((each + GENERATED * written) * total, 1),
        seconds=0.0,
        basis="tokens",
    )


def _refuse(spec: ModelSpec, benchmark: Benchmark, questions: Sequence[Question]) -> None:
    """Let a back end say of the first questions that it cannot answer such."""
    model = spec.backend.build()
    for question in questions if hasattr(model, "refuses") else ():
        reason = model.refuses(question, benchmark.ask.needs)
        if reason:
            raise ConfigError(
                f"{spec.backend.type.rpartition('.')[2]} cannot do what "
                f"{benchmark.spec.ask.type.rpartition('.')[2]} asks",
                hint=reason,
            )


def text_tokens(text: str) -> int:
    """Return a rough number of tokens: four ASCII characters, or one of any other kind."""
    plain = len(text.encode("ascii", "ignore"))
    return plain // 4 + len(text) - plain + 1


def _asked(identity: str, model: ModelSpec, dataset: DatasetSpec, data: str) -> str:
    """Return the hash of everything that decides which questions are asked."""
    spec = dataset.to_dict()
    del spec["evaluator"]
    return fingerprint(__version__, identity, dict(model.generation), spec, data)
