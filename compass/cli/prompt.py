"""``compass prompt``: exactly what a model will see."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import islice
from typing import Any

from compass.cli.experiment import experiment_of
from compass.errors import ConfigError
from compass.questions import Asking, open_benchmark
from compass.records import Question
from compass.specs import ModelSpec
from compass.textsafe import clean_terminal


def command(arguments: argparse.Namespace) -> int:
    """Print the prompts of the first samples of every pair."""
    if arguments.samples < 1:
        raise ConfigError(f"--samples must be at least 1, got {arguments.samples}")
    experiment = experiment_of(arguments)
    for model in experiment.models:
        backend = model.backend.build()
        for name in (dataset for abbr, dataset in experiment.combinations if abbr == model.abbr):
            benchmark = open_benchmark(experiment.dataset(name))
            asking = Asking("preview", model.generation, benchmark)
            for sample in islice(benchmark.samples(), arguments.samples):
                for question in asking.of_sample(sample):
                    _show(model, name, _seen_by(backend, asking, arguments.plain), question)
                    break
    return 0


Look = Callable[[Question], Any]


def _seen_by(backend: Any, asking: Asking, plain: bool) -> Look | None:
    """Return what shows a question as the back end sees it, None if nothing does."""
    if plain or not hasattr(backend, "preview"):
        return None
    generates = asking.benchmark.ask.mode == "gen"
    settings = asking.settings if generates else None
    return lambda question: backend.preview(question, settings)


def _show(model: ModelSpec, dataset: str, look: Look | None, question: Question) -> None:
    title = f"{model.abbr} on {dataset}, sample {question.sample.id}"
    print(f"=== {clean_terminal(title)}")
    if look is None:
        for message in question.dialogue.messages:
            print(f"--- {message.role}")
            print(clean_terminal(message.content))
    else:
        preview = look(question)
        print(clean_terminal(preview.text))
        cut = f", {preview.truncated} of them cut off to fit" if preview.truncated else ""
        print(f"--- {preview.tokens} tokens{cut}")
    for continuation in question.continuations:
        print(f"--- option: {clean_terminal(continuation.text)!r}")
    print()
