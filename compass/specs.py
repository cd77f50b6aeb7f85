"""What was asked for, as frozen data.

Every spec has a JSON form (`to_dict`) from which `compass.schema` rebuilds it.
What can change an answer is part of an identity; what cannot is not.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from compass.errors import ConfigError, did_you_mean
from compass.jsontext import canonical


def fingerprint(*parts: Any) -> str:
    """Return a hash (32 hexadecimal digits) of JSON values."""
    return hashlib.sha256(canonical(parts)).hexdigest()[:32]


@dataclass(frozen=True)
class Component:
    """A class or function named by its dotted path, and its arguments.

    This is what ``dict(type=Thing, …)`` in a config becomes; it replaces registries.
    """

    type: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def resolve(self) -> Any:
        """Import and return the named class or function.

        Raises:
            ConfigError: There is no such module or name.
        """
        module_name, _, name = self.type.rpartition(".")
        try:
            module = importlib.import_module(module_name)
        except (ImportError, ValueError) as error:
            raise ConfigError(
                f"cannot import {self.type!r}: {error}",
                hint="write dict(type=Name, ...) with an imported Name, or its dotted path",
            ) from error
        if not hasattr(module, name):
            raise ConfigError(
                f"module {module_name!r} has no {name!r}",
                hint=did_you_mean(name, [n for n in vars(module) if not n.startswith("_")]),
            )
        return getattr(module, name)

    def build(self, **extra: Any) -> Any:
        """Return ``type(**kwargs, **extra)``, with nested components built first."""
        return self.resolve()(**{k: _built(v) for k, v in self.kwargs.items()}, **extra)

    def to_dict(self) -> dict[str, Any]:
        """Return the config form: ``{"type": …, **kwargs}``."""
        return {"type": self.type, **{k: _plain(v) for k, v in self.kwargs.items()}}


def _built(value: Any) -> Any:
    if isinstance(value, Component):
        return value.build()
    if isinstance(value, list):
        return [_built(one) for one in value]
    if isinstance(value, dict):
        return {k: _built(v) for k, v in value.items()}
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Component):
        return value.to_dict()
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


@dataclass(frozen=True, kw_only=True)
class Generation:
    """Settings of generation that can change an answer."""

    max_new_tokens: int = 512
    temperature: float = 0.0
    """0 is greedy."""

    top_p: float = 1.0
    top_k: int = 0
    """0 keeps every token."""

    stop: tuple[str, ...] = ()
    """Strings that end the output; they are not part of it."""

    seed: int = 0
    n: int = 1
    """Answers asked of each sample; each is a question of its own."""

    def identity(self) -> dict[str, Any]:
        """Return what can change one answer: not ``n``; no sampling settings when greedy."""
        settings = asdict(self)
        settings["stop"] = sorted(self.stop)
        del settings["n"]
        if self.temperature == 0:
            for name in ("top_p", "top_k", "seed"):
                del settings[name]
        return settings


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a model may use.  None of it may change an answer."""

    gpus: float | None = None
    """GPUs of one worker; 0.5 lets two workers share one.  None: one, if the machine has
    any and the back end can use it."""

    batch_tokens: int | None = None
    """Most tokens in one forward pass; None lets the back end choose from free memory."""

    concurrency: int | None = None
    """Most calls in flight, for served models."""

    workers: int | None = None
    """Most workers that may hold this model at a time."""


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """One column of the leaderboard."""

    abbr: str
    backend: Component
    generation: Mapping[str, Any] = field(default_factory=dict)
    """Settings that override those of the datasets."""

    resources: Resources = Resources()

    def to_dict(self) -> dict[str, Any]:
        """Return the config form."""
        return {
            "abbr": self.abbr,
            "backend": self.backend.to_dict(),
            "generation": dict(self.generation),
            "resources": asdict(self.resources),
        }


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """A configured benchmark: how it is read, prompted, asked and scored."""

    abbr: str
    reader: Component
    prompt: Component
    ask: Component
    evaluator: Component
    limit: int | None = None
    """First samples to take, or how many to draw where ``sample_seed`` is given."""

    sample_seed: int | None = None
    """Draw ``limit`` samples at random with this seed instead of taking the first."""

    only: tuple[str, ...] | None = None
    """Ids of the samples to ask, of those that ``limit`` leaves; None asks all."""

    circular: Mapping[str, Any] | None = None
    """Arguments of `compass.circular.Circular`; None asks in the benchmark's order only."""

    robust: Mapping[str, Any] | None = None
    """Arguments of `compass.robust.Robust`; None asks in the benchmark's wording only."""

    def to_dict(self) -> dict[str, Any]:
        """Return the config form."""
        return {
            "abbr": self.abbr,
            "reader": self.reader.to_dict(),
            "prompt": self.prompt.to_dict(),
            "ask": self.ask.to_dict(),
            "evaluator": self.evaluator.to_dict(),
            "limit": self.limit,
            "sample_seed": self.sample_seed,
            **({"only": list(self.only)} if self.only is not None else {}),
            **({"circular": dict(self.circular)} if self.circular is not None else {}),
            **({"robust": _plain(dict(self.robust))} if self.robust is not None else {}),
        }

    def meaning(self) -> dict[str, Any]:
        """Return what gives the scores their meaning.

        ``abbr`` and which samples are asked are left out, and where the data lie: their
        digest, not their place, belongs to the meaning.
        """
        meant = self.to_dict()
        for name in ("abbr", "limit", "sample_seed", "only"):
            meant.pop(name, None)
        meant["reader"].pop("path", None)
        if isinstance(meant["reader"].get("shots"), str):
            del meant["reader"]["shots"]
        meant["evaluator_version"] = getattr(self.evaluator.resolve(), "version", 1)
        inner = [c for c in self.evaluator.kwargs.values() if isinstance(c, Component)]
        if inner:  # an evaluator of several answers, around one of single answers
            meant["inner_versions"] = [getattr(c.resolve(), "version", 1) for c in inner]
        return meant


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Everything a run was asked to do."""

    name: str
    models: tuple[ModelSpec, ...]
    datasets: tuple[DatasetSpec, ...]
    combinations: tuple[tuple[str, str], ...]
    """Pairs of model and dataset abbr, models outermost."""

    partitioner: Component
    runner: Component
    summarizer: Mapping[str, Any] = field(default_factory=dict)
    contamination: tuple[Component, ...] = ()
    """Checks of what the datasets' verdicts say about leaks, in `compass.contamination`."""

    def model(self, abbr: str) -> ModelSpec:
        """Return the model called ``abbr``."""
        return next(m for m in self.models if m.abbr == abbr)

    def dataset(self, abbr: str) -> DatasetSpec:
        """Return the dataset called ``abbr``."""
        return next(d for d in self.datasets if d.abbr == abbr)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form that is kept in ``config.json``."""
        return {
            "name": self.name,
            "models": [m.to_dict() for m in self.models],
            "datasets": [d.to_dict() for d in self.datasets],
            "combinations": [list(pair) for pair in self.combinations],
            "partitioner": self.partitioner.to_dict(),
            "runner": self.runner.to_dict(),
            "summarizer": dict(self.summarizer),
            **(
                {"contamination": [check.to_dict() for check in self.contamination]}
                if self.contamination
                else {}
            ),
        }
