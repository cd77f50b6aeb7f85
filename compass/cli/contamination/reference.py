"""``compass contamination reference``."""

from __future__ import annotations

import argparse
import inspect
import sys
from dataclasses import replace
from pathlib import Path

from compass import __version__, store
from compass.contamination.rewrite.reference import rewritten, summary
from compass.contamination.rewrite.wording import Rewording
from compass.errors import ConfigError, DataError, ModelError
from compass.questions import Asking, open_benchmark
from compass.records import Answer
from compass.specs import Component, DatasetSpec, ModelSpec, fingerprint
from compass.textsafe import clean_terminal
from compass.worker import build_model

REWORD = (
    "Rewrite the following question in other words. Do not answer it. Keep every number, every "
    "name and what is asked. Reply with the new question only.\n\n{{ question }}"
)
_ARGUMENTS = {"--datasets": "DATASET", "--models": "--model"}
"""What this command calls the arguments of `compass run`."""


def command(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if arguments.limit is not None and arguments.limit < 1:
        raise ConfigError(f"--limit must be at least 1, got {arguments.limit}")
    model, dataset = _named(arguments)
    if arguments.split is not None:
        dataset = _of_split(dataset, arguments.split)
    if arguments.limit is not None:
        dataset = replace(dataset, limit=arguments.limit)
    benchmark = open_benchmark(dataset)
    reword = Rewording(_asked(model, dataset)) if arguments.model else None
    rows = list(rewritten(benchmark.samples(), arguments.rules, arguments.seed, reword))
    size = sum(1 for _ in benchmark.samples())
    code = 0 if reword is None else _told(reword, size)
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
        "samples": size,
        "rules": arguments.rules,
        "seed": arguments.seed,
        "model": model.to_dict() if arguments.model else None,
        "prompt": REWORD if arguments.model else None,
        "not_reworded": None if reword is None else dict(reword.refused),
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
    return code


def _told(reword: Rewording, size: int) -> int:
    """Say what a model could not reword; return the exit code."""
    refused = reword.refused
    print(f"the model reworded {size - refused.total()} of {size} questions")
    for reason, often in refused.most_common():
        print(f"  {often:>6} {reason}")
    failed = [one.error for one in reword.said.values() if one.error is not None]
    if failed:
        first = clean_terminal(failed[0].strip().partition("\n")[0])
        print(f"{len(failed)} calls failed, the first with {first}", file=sys.stderr)
        return ModelError.exit_code
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


def _named(arguments: argparse.Namespace) -> tuple[ModelSpec, DatasetSpec]:
    """Return the model, ``chance`` where none is named, and the dataset.

    Raises:
        ConfigError: A name is unknown, or stands for several.
    """
    from compass.config import experiment_from_names

    try:
        made = experiment_from_names(
            models=[arguments.model or "chance"], datasets=[arguments.dataset]
        )
    except ConfigError as error:
        where = _ARGUMENTS.get(error.where, error.where)
        raise ConfigError(error.what, where=where, hint=error.hint) from error
    for kind, word, found in (
        ("datasets", arguments.dataset, made.datasets),
        ("models", arguments.model, made.models),
    ):
        if len(found) > 1:
            names = ", ".join(one.abbr for one in found)
            raise ConfigError(
                f"{word!r} is several {kind}: {names}",
                where=_ARGUMENTS[f"--{kind}"],
                hint="name one of them",
            )
    return made.models[0], made.datasets[0]


def _asked(model: ModelSpec, dataset: DatasetSpec) -> dict[str, Answer]:
    """Return what a model says to each sample when it is asked for other words."""
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
    answers = asking.benchmark.ask.run(backend, asking.questions(), asking.settings)
    said = {keys[answer.key]: answer for answer in answers}
    backend.close()
    return said
