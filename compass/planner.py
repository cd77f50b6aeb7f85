"""From an experiment to a plan: settle what is open, check what can be checked, cut jobs.

Nothing here loads weights: what is wrong is said before the first second is spent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from compass import __version__
from compass.errors import CompassError, ConfigError
from compass.partitioners.slices import equal_slices
from compass.plan import Batch, Job, Plan
from compass.questions import Asking, Benchmark, open_benchmark, version
from compass.records import Question
from compass.specs import Component, DatasetSpec, Experiment, ModelSpec, fingerprint

TRIED = 8
"""Questions of each pair that are made while planning, to find mistakes and estimate cost."""

WORTHWHILE = 50
"""Fewest samples of a job that is cut off only to keep another worker busy."""


@dataclass(frozen=True)
class Estimate:
    """What one model and one dataset will cost."""

    model: str
    dataset: str
    samples: int
    questions: int
    tokens: int
    """Estimated from the length of the first prompts; answers at their longest."""


@dataclass(frozen=True)
class Planned:
    """A plan with the experiment whose open arguments were settled."""

    experiment: Experiment
    plan: Plan
    estimates: tuple[Estimate, ...]
    settled: Mapping[str, Mapping[str, Any]]
    """Model abbr to the arguments that were settled; a resumed run keeps them."""

    details: Mapping[str, Mapping[str, Any]]
    """Model abbr to what its identity is made of."""


def make_plan(experiment: Experiment, kept: Mapping[str, Mapping[str, Any]]) -> Planned:
    """Return what is to be done.

    Args:
        experiment: What was asked for.
        kept: Arguments settled by an earlier start of the same run.

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
    infer: dict[str, list[Job]] = {m.abbr: [] for m in experiment.models}
    score: list[Job] = []
    partitioner = experiment.partitioner.build()
    spread = _spread(experiment)
    for model, dataset in experiment.combinations:
        spec, benchmark = experiment.model(model), benchmarks[dataset]
        with _At(f"model {model!r} on dataset {dataset!r}"):
            estimate = _try_out(spec, identities[model], benchmark, sizes[dataset])
        estimates.append(estimate)
        asked_hash = _asked(identities[model], spec, benchmark.spec, data[dataset])
        slices = partitioner.slices(sizes[dataset], estimate.tokens)
        if len(slices) < spread[model] and sizes[dataset] >= 2 * WORTHWHILE:
            parts = min(spread[model], sizes[dataset] // WORTHWHILE)
            slices = equal_slices(sizes[dataset], parts)
        infer[model] += _infer_jobs(model, dataset, asked_hash, slices)
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
    )
    return Planned(experiment, plan, tuple(estimates), settled, details)


def _spread(experiment: Experiment) -> dict[str, int]:
    """Return into how many jobs a model's datasets are cut at least, so that no worker idles."""
    workers: int = experiment.runner.build().width()
    asked = Counter(model for model, _ in experiment.combinations)
    return {model: -(-workers // count) for model, count in asked.items()}


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


def _infer_jobs(
    model: str, dataset: str, asked: str, slices: Sequence[tuple[int, int]]
) -> list[Job]:
    return [
        Job(
            kind="infer",
            model=model,
            dataset=dataset,
            start=start,
            stop=stop,
            fingerprint=fingerprint(asked, start, stop),
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
    tokens = 0
    for question in questions:
        ranked = sum(text_tokens(c.text) for c in question.continuations)
        tokens += text_tokens(question.dialogue.plain()) + ranked + written
    total = size * per_sample
    return Estimate(
        model=spec.abbr,
        dataset=benchmark.spec.abbr,
        samples=size,
        questions=total,
        tokens=round(tokens / max(len(questions), 1) * total),
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
