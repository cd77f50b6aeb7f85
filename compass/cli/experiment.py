"""From arguments to an experiment."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from compass.errors import ConfigError
from compass.robust import PRESETS
from compass.specs import DatasetSpec, Experiment


def experiment_of(arguments: argparse.Namespace) -> Experiment:
    """Return the experiment that the arguments of a command describe.

    Raises:
        ConfigError: They describe none, or a wrong one.
    """
    from compass.config import experiment, experiment_from_names, summarizer

    named = bool(arguments.models or arguments.datasets or arguments.hf)
    if arguments.config and not named:
        made = experiment(Path(arguments.config), arguments.set)
        if arguments.summarizer:
            made = replace(made, summarizer=summarizer(arguments.summarizer))
    elif named and not arguments.config:
        made = experiment_from_names(
            models=arguments.models,
            datasets=arguments.datasets,
            summarizer=arguments.summarizer,
            hf=arguments.hf,
            sets=arguments.set,
        )
    elif named:
        raise ConfigError(
            "a configuration file and --models, --datasets or --hf do not go together",
            where=arguments.config,
            hint="write them into the file, or leave the file out",
        )
    else:
        raise ConfigError(
            "nothing to evaluate",
            hint="name a configuration, such as configs/eval_demo.py, "
            "or say --models NAME --datasets NAME",
        )
    if arguments.engine is not None:
        made = _on_engine(made, arguments.engine)
    if arguments.limit is not None:
        if arguments.limit < 1:
            raise ConfigError(f"--limit must be at least 1, got {arguments.limit}")
        datasets = tuple(replace(d, limit=arguments.limit) for d in made.datasets)
        made = replace(made, datasets=datasets)
    if arguments.circular is not None or arguments.robust is not None:
        datasets = tuple(_robust(_circular(d, arguments), arguments) for d in made.datasets)
        made = replace(made, datasets=datasets)
    return made


def _on_engine(made: Experiment, engine: str) -> Experiment:
    """Return the experiment with its local models on another engine."""
    from compass.models.engines.switch import switched

    models = tuple(switched(spec, engine) for spec in made.models)
    return replace(made, models=models)


def _circular(dataset: DatasetSpec, arguments: argparse.Namespace) -> DatasetSpec:
    """Return the dataset asked in other orders too, where its options can change places."""
    kind = arguments.circular
    if kind is None:
        return dataset
    if kind == "off":
        return replace(dataset, circular=None)
    if dataset.circular is not None:
        return replace(dataset, circular={**dataset.circular, "kind": kind})
    return replace(dataset, circular={"kind": kind, "optional": True})


def _robust(dataset: DatasetSpec, arguments: argparse.Namespace) -> DatasetSpec:
    """Return the dataset asked in other wordings too, as far as it has what is varied."""
    kind = arguments.robust
    if kind == "off":
        dataset = replace(dataset, robust=None)
    elif kind is not None:
        given = dataset.robust or {"optional": True}
        dataset = replace(dataset, robust={**given, **PRESETS[kind]})
    if dataset.robust is not None and dataset.circular is not None:
        raise ConfigError(
            f"dataset {dataset.abbr!r} is to be both circular and robust",
            hint="run one after the other: --circular off, or --robust off",
        )
    return dataset
