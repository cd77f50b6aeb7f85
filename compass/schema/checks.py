"""Components against the classes and functions they name, before anything is loaded."""

from __future__ import annotations

from typing import Any

from compass.errors import CompassError, ConfigError, did_you_mean
from compass.robust import Robust, prompt_in
from compass.schema.arguments import arguments_of, check_arguments
from compass.schema.place import Place
from compass.specs import Component, DatasetSpec, Experiment


def check_components(experiment: Experiment, *, where: str = "") -> None:
    """Import what every component names, check its arguments, and build it once.

    Constructors are light by contract, and say what is wrong with their arguments.

    Args:
        experiment: What to check.
        where: File that errors name.

    Raises:
        CompassError: A name does not exist, an argument is unknown, missing or of a
            wrong type, or a constructor refuses.  The key path is part of it.
    """
    top = Place(where)
    for index, model in enumerate(experiment.models):
        place = Place(where, f"models[{index}]", model.abbr)
        _build(model.backend, place.key("backend"))
    for index, dataset in enumerate(experiment.datasets):
        place = Place(where, f"datasets[{index}]", dataset.abbr)
        for name in ("reader", "prompt", "ask", "evaluator"):
            _build(getattr(dataset, name), place.key(name))
        if dataset.robust is not None:
            _build_ways(dataset, place.key("robust"))
    known = [dataset.abbr for dataset in experiment.datasets]
    models = [model.abbr for model in experiment.models]
    for index, check in enumerate(experiment.contamination):
        place = Place(where, f"contamination[{index}]")
        built = _build(check, place)
        for abbr in built.reads():
            if abbr not in known:
                place.fail(f"there is no dataset {abbr!r}", did_you_mean(abbr, known))
        for abbr in getattr(built, "models", tuple)():
            if abbr not in models:
                place.fail(f"there is no model {abbr!r}", did_you_mean(abbr, models))
    _build(experiment.partitioner, top.key("partitioner"))
    _build(experiment.runner, top.key("runner"))


def _build_ways(dataset: DatasetSpec, place: Place) -> None:
    """Build the prompts that ``robust`` makes of a dataset's own."""
    robust = Robust.from_dict(dataset.robust or {})
    for way in robust.ways():
        here = place
        if way.template is not None:
            here = place.key("templates").at(int(way.name.rpartition("_")[2]) - 1)
        try:
            prompt = prompt_in(way, dataset.prompt, robust.seed)
        except ConfigError as error:
            if robust.optional and way.shots:
                continue
            raise here.locate(error) from error
        _build(prompt, here)


def _build(component: Component, place: Place) -> Any:
    """Return the built component; its nested components are checked and built first."""
    title = component.type.rpartition(".")[2]
    try:
        target = component.resolve()
    except CompassError as error:
        raise place.key("type").locate(error) from error
    except SyntaxError as error:
        place.key("type").fail(
            f"cannot import {component.type!r}: {error.msg}", f"see {error.filename}:{error.lineno}"
        )
    if not callable(target):
        place.key("type").fail(
            f"{component.type!r} is neither class nor function",
            "write dict(type=Name, ...) with the Name of a class or function",
        )
    check_arguments(target, component.kwargs, place)
    arguments = {k: _built(v, place.key(k)) for k, v in component.kwargs.items()}
    try:
        return target(**arguments)
    except CompassError as error:
        if isinstance(error, ConfigError) and not error.hint:
            error.hint = arguments_of(target)
        raise place.locate(error) from error
    except (TypeError, ValueError) as error:
        return place.fail(f"{title} refuses its arguments: {error}", arguments_of(target))


def _built(value: Any, place: Place) -> Any:
    if isinstance(value, Component):
        return _build(value, place)
    if isinstance(value, list):
        return [_built(one, place.at(index)) for index, one in enumerate(value)]
    if isinstance(value, dict):
        return {key: _built(one, place.key(key)) for key, one in value.items()}
    return value
