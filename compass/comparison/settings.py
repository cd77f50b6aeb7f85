"""What two runs were made of, where it differs: before a score can differ by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from compass import store
from compass.comparison.sides import Side
from compass.runfolder import RunFolder

_UNSEEN = "-"
_LONGEST = 120


class Setting(NamedTuple):
    """A setting that differs."""

    name: str
    first: str
    second: str


def settings_that_differ(first: Side, second: Side) -> list[Setting]:
    """Return the settings of two sides that are not the same, flat, in their order."""
    mine, other = dict(_settings(first)), dict(_settings(second))
    names = dict.fromkeys([*mine, *other])
    return [
        Setting(name, mine.get(name, _UNSEEN), other.get(name, _UNSEEN))
        for name in names
        if mine.get(name, _UNSEEN) != other.get(name, _UNSEEN)
    ]


def _settings(side: Side) -> Iterator[tuple[str, str]]:
    folder = RunFolder(side.root)
    run = store.read_document(folder.run) or {}
    config = store.read_document(folder.config) or {}
    machine = store.read_document(folder.environment) or {}
    entries = (one for one in config.get("models", ()) if one.get("abbr") == side.model)
    model: Mapping[str, Any] = next(entries, {})
    detail = run.get("models", {}).get(side.model, {}).get("detail", {})
    yield from _flat("model", detail)
    yield from _flat("generation", model.get("generation", {}))
    for name in ("compass", "python", "packages", "machine", "settings"):
        source = run if name == "compass" else machine
        yield from _flat(name, source.get(name))


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    elif value is not None:
        text = str(value)
        yield name, text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
