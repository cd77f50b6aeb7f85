"""From a config file or names on the command line to an experiment."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compass.config.lazy import variables
from compass.config.names import raw_from_names, raw_summarizer
from compass.config.overrides import apply_sets
from compass.config.places import roots_of, shown
from compass.errors import ConfigError
from compass.schema import check_components, experiment_from_dict
from compass.schema.place import Place
from compass.schema.summarizer import summarizer_from
from compass.specs import Experiment


def load(path: Path, sets: Sequence[str] = ()) -> dict[str, Any]:
    """Return a config as plain dicts and lists, classes as dotted names.

    What a config merely uses is left out: imported classes and lists, loop variables,
    and private names.

    Args:
        path: A Python file.
        sets: Overrides such as ``models.0.generation.max_new_tokens=64``.

    Raises:
        ConfigError: The file or one of its bases cannot be read as a config.
    """
    path = Path(path)
    _importable(path)
    raw = variables(path).meant()
    if "name" in raw:
        raise ConfigError(
            "unknown key 'name'",
            where=f"{shown(path)}: name",
            hint=f"an experiment is called like its file, {path.stem!r}",
        )
    return {"name": path.stem, **apply_sets(raw, sets)}


def experiment(path: Path, sets: Sequence[str] = (), *, check: bool = True) -> Experiment:
    """Return the experiment that a config file describes.

    Args:
        path: A Python file.
        sets: Overrides, as for ``load``.
        check: Import the components and check their arguments, too.

    Raises:
        CompassError: The config is wrong.
    """
    path = Path(path)
    return _specified(load(path, sets), path.stem, shown(path), check)


def experiment_from_names(
    *,
    models: Sequence[str] = (),
    datasets: Sequence[str] = (),
    summarizer: str | None = None,
    hf: Sequence[str] = (),
    sets: Sequence[str] = (),
    name: str | None = None,
    check: bool = True,
) -> Experiment:
    """Return the experiment that names on the command line describe.

    Args:
        models: ``X`` for the list ``X_models``, or abbrs, or patterns of abbrs.
        datasets: The same for ``X_datasets``, or files of rows.
        summarizer: A module of ``summarizers``.
        hf: Hub names or folders of transformers models.
        sets: Overrides, as for ``load``.
        name: Name of the experiment; None makes one of the names.
        check: Import the components and check their arguments, too.

    Raises:
        CompassError: A name is unknown, or what it stands for is wrong.
    """
    raw = raw_from_names(models=models, datasets=datasets, summarizer=summarizer, hf=hf, name=name)
    _importable(None)
    named = str(raw["name"])
    return _specified(apply_sets(raw, sets), named, "command line", check)


def _specified(raw: dict[str, Any], name: str, where: str, check: bool) -> Experiment:
    made = experiment_from_dict(raw, name=name, where=where)
    if check:
        check_components(made, where=where)
    return made


def _importable(path: Path | None) -> None:
    """Let components live beside the config, or in the current folder."""
    for root in roots_of(path):
        if str(root) not in sys.path:
            sys.path.append(str(root))


def summarizer(name: str) -> dict[str, Any]:
    """Return the summarizer of that name as plain data.

    Raises:
        ConfigError: There is none, or it is wrong.
    """
    return summarizer_from(raw_summarizer(name), Place(f"summarizer {name}"))
