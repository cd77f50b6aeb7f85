"""``compass contamination reference``."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from compass import __version__, store
from compass.contamination.rewrite.reference import rewritten, summary
from compass.errors import ConfigError, DataError
from compass.questions import Asking, open_benchmark
from compass.records import Sample
from compass.specs import Component, DatasetSpec, ModelSpec, fingerprint
from compass.worker import build_model

REWORD = (
    "Rewrite the following question in other words. Keep every number, every name and what is "
    "asked. Reply with the question only.\n\n{{ question }}"
)


def command(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from compass.config import experiment_from_names

    if arguments.limit is not None and arguments.limit < 1:
        raise ConfigError(f"--limit must be at least 1, got {arguments.limit}")
    made = experiment_from_names(models=[arguments.model or "chance"], datasets=[arguments.dataset])
    if len(made.datasets) > 1:
        names = ", ".join(dataset.abbr for dataset in made.datasets)
        raise ConfigError(
            f"{arguments.dataset!r} is several datasets: {names}", hint="name one of them"
        )
    (dataset,) = made.datasets
    if arguments.split is not None:
        dataset = _of_split(dataset, arguments.split)
    if arguments.limit is not None:
        dataset = replace(dataset, limit=arguments.limit)
    benchmark = open_benchmark(dataset)
    reword = _rewording(made.models[0], dataset) if arguments.model else None
    rows = list(rewritten(benchmark.samples(), arguments.rules, arguments.seed, reword))
    if not rows:
        raise DataError(
            f"no rule could change any question of {dataset.abbr!r}",
            hint="choose other --rules, or let a --model reword them",
        )
    out = Path(arguments.out)
    store.write_rows(out, iter(rows))
    how = {
        "source": dataset.abbr,
        "split": arguments.split,
        "digest": benchmark.reader.digest(),
        "samples": sum(1 for _ in benchmark.samples()),
        "rules": arguments.rules,
        "seed": arguments.seed,
        "model": made.models[0].to_dict() if arguments.model else None,
        "prompt": REWORD if arguments.model else None,
        "compass": __version__,
        **summary(rows),
    }
    store.write_document(out.with_name(f"{out.name}.how.json"), how)
    print(f"{how['rows']} of {how['samples']} questions rewritten: {out}")
    for name in ("changed", "flags"):
        counts = how[name]
        if isinstance(counts, dict):
            for word, count in counts.items():
                print(f"  {count:>6} {word}")
    return 0


def _of_split(dataset: DatasetSpec, split: str) -> DatasetSpec:
    """Return a dataset that reads another split.

    Raises:
        ConfigError: Its reader knows no splits.
    """
    known = inspect.signature(dataset.reader.resolve()).parameters
    if "split" not in known:
        raise ConfigError(f"the reader of {dataset.abbr!r} knows no splits", where="--split")
    reader = replace(dataset.reader, kwargs={**dataset.reader.kwargs, "split": split})
    return replace(dataset, reader=reader)


def _rewording(model: ModelSpec, dataset: DatasetSpec) -> Callable[[Sample], str | None]:
    """Return what gives a sample's question in the model's words; all are asked at once."""
    asked = replace(
        dataset,
        prompt=Component("compass.prompts.Chat", {"user": REWORD}),
        ask=Component("compass.ask.Generate", {"max_new_tokens": 512}),
        evaluator=Component("compass.evaluators.Exact"),
        circular=None,
    )
    backend = build_model(model)
    identity = fingerprint(backend.identity())
    asking = Asking(identity, model.generation, open_benchmark(asked))
    keys = {question.key: question.sample.id for question in asking.questions()}
    words = {
        keys[answer.key]: answer.output
        for answer in asking.benchmark.ask.run(backend, asking.questions(), asking.settings)
    }
    backend.close()

    def reword(sample: Sample) -> str | None:
        return words.get(sample.id) or None

    return reword
