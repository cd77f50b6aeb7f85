"""The keys of an experiment, and the specs they become."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from fnmatch import fnmatchcase
from typing import Any

from compass.circular import Circular
from compass.errors import ConfigError, did_you_mean
from compass.robust import PRESETS, Robust
from compass.schema.arguments import check_settings
from compass.schema.place import (
    Place,
    as_dict,
    as_list,
    as_text,
    component,
    need,
    plain,
    quoted,
)
from compass.schema.secrets import refuse_secrets
from compass.schema.summarizer import GROUP_KEYS, SUMMARIZER_KEYS, TABLE_KEYS, summarizer_from
from compass.specs import Component, DatasetSpec, Experiment, Generation, ModelSpec, Resources

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "partitioner": {"type": "compass.partitioners.BySize"},
    "runner": {"type": "compass.runners.Local"},
    "summarizer": {},
    "generation": {},
    "resources": {},
}
"""Sections that may be left out, and what stands for them then."""

TOP_KEYS = frozenset(
    {
        "name",
        "models",
        "datasets",
        "combinations",
        "partitioner",
        "runner",
        "summarizer",
        "contamination",
    }
)
MODEL_KEYS = frozenset(f.name for f in fields(ModelSpec))
DATASET_KEYS = frozenset(f.name for f in fields(DatasetSpec))
GENERATION_KEYS = frozenset(f.name for f in fields(Generation))
RESOURCES_KEYS = frozenset(f.name for f in fields(Resources))
COMBINATION_KEYS = frozenset({"models", "datasets"})

OF_OTHERS = ("_models", "_datasets", "_groups", "_summarizer", "_contamination")
"""Endings of lists and dicts that a config imports in order to use them."""

ABBR = re.compile(r"[a-z0-9._-]+")


def experiment_from_dict(raw: Mapping[str, Any], *, name: str, where: str) -> Experiment:
    """Return the experiment that a config or a ``config.json`` describes.

    Args:
        raw: Plain dicts and lists; classes by name or as themselves.
        name: Name of the experiment.
        where: File that errors name.

    Raises:
        ConfigError: Something is misspelt, missing or of a wrong type.
    """
    place = Place(where)
    refuse_secrets(raw, place)
    top = _top(raw, place)
    models = _specs(top, "models", place, _model)
    datasets = _specs(top, "datasets", place, _dataset)
    pairs = _pairs(top.get("combinations"), models, datasets, place.key("combinations"))
    used = {abbr for pair in pairs for abbr in (("model", pair[0]), ("dataset", pair[1]))}
    return Experiment(
        name=name,
        models=tuple(m for m in models if ("model", m.abbr) in used),
        datasets=tuple(d for d in datasets if ("dataset", d.abbr) in used),
        combinations=pairs,
        partitioner=component(_section(top, "partitioner"), place.key("partitioner")),
        runner=component(_section(top, "runner"), place.key("runner")),
        summarizer=summarizer_from(_section(top, "summarizer"), place.key("summarizer")),
        contamination=_checks(top.get("contamination", []), place.key("contamination")),
    )


def keys_at(path: Sequence[str | int]) -> frozenset[str] | None:
    """Return the keys that a dict at a key path may have; None where any may be new.

    Examples:
        >>> sorted(keys_at(("combinations", 0)))
        ['datasets', 'models']
        >>> keys_at(("datasets", 0, "reader")) is None
        True
    """
    names = tuple("*" if isinstance(part, int) else part for part in path)
    return {
        (): TOP_KEYS - {"name"},
        ("models", "*"): MODEL_KEYS,
        ("models", "*", "generation"): GENERATION_KEYS,
        ("models", "*", "resources"): RESOURCES_KEYS,
        ("datasets", "*"): DATASET_KEYS,
        ("combinations", "*"): COMBINATION_KEYS,
        ("summarizer",): SUMMARIZER_KEYS,
        ("summarizer", "groups", "*"): GROUP_KEYS,
        ("summarizer", "tables", "*"): TABLE_KEYS,
    }.get(names)


def abbr_from(text: str) -> str:
    """Return a text as an abbr.

    Examples:
        >>> abbr_from("Qwen2.5 7B/Instruct")
        'qwen2.5-7b-instruct'
    """
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-.") or "unnamed"


def _top(raw: Mapping[str, Any], place: Place) -> dict[str, Any]:
    top = as_dict(raw, place)
    kept = {}
    for key, value in top.items():
        imported = key.endswith(OF_OTHERS) and isinstance(value, (list, tuple, dict))
        if key in TOP_KEYS:
            kept[key] = value
        elif not key.startswith("_") and not imported:
            hint = did_you_mean(key, TOP_KEYS - {"name"})
            if not hint.startswith("did you mean"):
                hint = f"{hint}; a variable of your own starts with an underscore: _{key}"
            place.key(key).fail(f"unknown key {key!r}", hint)
    return kept


def _section(members: Mapping[str, Any], name: str) -> Any:
    return members.get(name, DEFAULTS[name])


def _checks(value: Any, place: Place) -> tuple[Component, ...]:
    checks = enumerate(as_list(value, place, empty=True))
    return tuple(component(one, place.at(index)) for index, one in checks)


def _specs(top: Mapping[str, Any], kind: str, place: Place, make: Any) -> list[Any]:
    """Return the specs of a list, whose abbrs must differ."""
    if kind not in top:
        place.fail(f"the config lacks {kind!r}", f"write {kind} = [...]")
    place = place.key(kind)
    specs: list[Any] = []
    first: dict[str, int] = {}
    for index, value in enumerate(as_list(top[kind], place)):
        spec = make(value, place.at(index))
        if spec.abbr in first:
            place.at(index).key("abbr").fail(
                f"abbr {spec.abbr!r} is taken by {kind}[{first[spec.abbr]}]",
                "give one of them another abbr",
            )
        first[spec.abbr] = index
        specs.append(spec)
    return specs


def _model(value: Any, place: Place) -> ModelSpec:
    members = as_dict(value, place, MODEL_KEYS)
    generation = as_dict(_section(members, "generation"), place.key("generation"), GENERATION_KEYS)
    settings = plain(generation, place.key("generation"))
    check_settings(Generation, settings, place.key("generation"))
    resources = as_dict(_section(members, "resources"), place.key("resources"), RESOURCES_KEYS)
    check_settings(Resources, resources, place.key("resources"))
    return ModelSpec(
        abbr=_abbr(members, place),
        backend=component(need(members, "backend", place), place.key("backend")),
        generation=settings,
        resources=Resources(**resources),
    )


def _dataset(value: Any, place: Place) -> DatasetSpec:
    members = as_dict(value, place, DATASET_KEYS)
    abbr = _abbr(members, place)
    sections = {
        name: component(need(members, name, place), place.key(name))
        for name in ("reader", "prompt", "ask", "evaluator")
    }
    return DatasetSpec(
        abbr=abbr,
        limit=_whole(members.get("limit"), 1, place.key("limit")),
        sample_seed=_whole(members.get("sample_seed"), 0, place.key("sample_seed")),
        only=_ids(members.get("only"), place.key("only")),
        circular=_circular(members.get("circular"), place.key("circular")),
        robust=_robust(members, place.key("robust")),
        **sections,
    )


def _ids(value: Any, place: Place) -> tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(as_text(one, place.at(n)) for n, one in enumerate(as_list(value, place)))


def _circular(value: Any, place: Place) -> Mapping[str, Any] | None:
    if value is None:
        return None
    given = as_dict({"kind": value} if isinstance(value, str) else value, place)
    return _settings(Circular, given, place)


def _robust(members: Mapping[str, Any], place: Place) -> Mapping[str, Any] | None:
    value = members.get("robust")
    if value is None:
        return None
    if members.get("circular") is not None:
        place.fail(
            "circular and robust do not go together",
            "list the dataset twice, under two abbrs, with one of them each",
        )
    if isinstance(value, str) and value not in PRESETS:
        place.fail(f"unknown robust {value!r}", did_you_mean(value, PRESETS))
    given = as_dict(PRESETS[value] if isinstance(value, str) else value, place)
    return _settings(Robust, given, place)


def _settings(kind: Any, given: Mapping[str, Any], place: Place) -> Mapping[str, Any]:
    """Return settings that ``kind`` takes, as plain data."""
    settings: dict[str, Any] = plain(given, place)
    try:
        kind.from_dict(settings)
    except ConfigError as error:
        error.where = error.where or str(place)
        raise
    return settings


def _abbr(members: Mapping[str, Any], place: Place) -> str:
    abbr = as_text(need(members, "abbr", place), place.key("abbr"))
    if not ABBR.fullmatch(abbr) or not abbr.strip("."):
        place.key("abbr").fail(
            f"abbr {abbr!r} may have only a-z, 0-9, '.', '_' and '-'",
            f"write abbr={abbr_from(abbr)!r}",
        )
    return abbr


def _whole(value: Any, least: int, place: Place) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        place.fail(
            f"{place.last()} must be a whole number of at least {least} or None, "
            f"got {quoted(value)}",
            f"write a number such as {max(least, 100)} without quotes, or leave the key out",
        )
    return value


def _pairs(
    value: Any, models: list[ModelSpec], datasets: list[DatasetSpec], place: Place
) -> tuple[tuple[str, str], ...]:
    """Return pairs of model and dataset in the order of the lists, models outermost."""
    known_models = [m.abbr for m in models]
    known_datasets = [d.abbr for d in datasets]
    product = [(m, d) for m in known_models for d in known_datasets]
    if value is None:
        return tuple(product)
    wanted: set[tuple[str, str]] = set()
    for index, one in enumerate(as_list(value, place)):
        here = place.at(index)
        if isinstance(one, (list, tuple)):  # as Experiment.to_dict writes it
            members = dict(zip(("models", "datasets"), ([part] for part in one), strict=False))
        else:
            members = as_dict(one, here, COMBINATION_KEYS)
        chosen = [
            _chosen(need(members, kind, here), known, here.key(kind))
            for kind, known in (("models", known_models), ("datasets", known_datasets))
        ]
        wanted.update((m, d) for m in chosen[0] for d in chosen[1])
    return tuple(pair for pair in product if pair in wanted)


def _chosen(value: Any, known: list[str], place: Place) -> list[str]:
    """Return the abbrs that a list names: abbrs, patterns of them, or whole members."""
    chosen: list[str] = []
    for index, one in enumerate(as_list(value, place)):
        abbr = one.get("abbr") if isinstance(one, Mapping) else one
        found = [a for a in known if a == abbr or (isinstance(abbr, str) and fnmatchcase(a, abbr))]
        if not found:
            raise ConfigError(
                f"there is no {place.last().removesuffix('s')} {abbr!r}",
                where=str(place.at(index)),
                hint=did_you_mean(str(abbr), known),
            )
        chosen += found
    return chosen
