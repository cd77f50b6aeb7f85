"""Checkpoints that a training leaves in a folder, and models made of them."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from compass.errors import ConfigError, StoreError
from compass.history.steps import split_step
from compass.specs import Component, Experiment, ModelSpec
from compass.store import read_document

SETTLED_SECONDS = 10.0
"""A folder in which something was written more recently is not complete yet."""

_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_NOT_ABBR = re.compile(r"[^a-z0-9._-]+")


def checkpoints(folder: Path, settled: float = SETTLED_SECONDS) -> list[Path]:
    """Return the complete checkpoints in a folder, by their steps.

    A checkpoint is a folder that ``save_pretrained`` wrote: a config and weights, with every
    shard that its index names, nothing written for ``settled`` seconds.

    Raises:
        StoreError: There is no such folder.
    """
    if not folder.is_dir():
        raise StoreError(
            "there is no such folder to watch",
            where=str(folder),
            hint="name the folder that the training saves its checkpoints in",
        )
    found = [one for one in folder.iterdir() if one.is_dir() and _complete(one, settled)]
    return sorted(found, key=lambda one: (split_step(one.name).step or 0.0, one.name))


def _complete(folder: Path, settled: float) -> bool:
    if not (folder / "config.json").is_file():
        return False
    weights = {path.name for pattern in _WEIGHTS for path in folder.glob(pattern)}
    try:
        for index in folder.glob("*.index.json"):
            shards = (read_document(index) or {}).get("weight_map", {}).values()
            if not weights.issuperset(shards):
                return False
        newest = max((path.stat().st_mtime for path in folder.iterdir()), default=0.0)
    except (OSError, StoreError):
        return False  # it is being written
    return bool(weights) and time.time() - newest >= settled


def with_checkpoints(experiment: Experiment, found: Sequence[Path]) -> Experiment:
    """Return an experiment whose models are checkpoints, asked as its own models are.

    Each model of the experiment is a pattern: its ``path`` is that of a checkpoint in turn, and
    the checkpoint's name is added to its own.

    Raises:
        ConfigError: A model has no path.
    """
    models: list[ModelSpec] = []
    pairs: list[tuple[str, str]] = []
    for spec in experiment.models:
        if "path" not in spec.backend.kwargs:
            raise ConfigError(
                f"model {spec.abbr!r} has no path, so it cannot be a checkpoint",
                hint="keep only models of one folder, such as dict(type=HF, path=...)",
            )
        for folder in found:
            name = _NOT_ABBR.sub("-", folder.name.lower()).strip("-")
            kwargs = {**spec.backend.kwargs, "path": str(folder.resolve())}
            made = replace(
                spec,
                abbr=f"{spec.abbr}-{name}",
                backend=Component(spec.backend.type, kwargs),
            )
            models.append(made)
            datasets = (dataset for abbr, dataset in experiment.combinations if abbr == spec.abbr)
            pairs += [(made.abbr, dataset) for dataset in datasets]
    return replace(experiment, models=tuple(models), combinations=tuple(pairs))
