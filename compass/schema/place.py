"""A place in a config, and values read from it with their types checked."""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from compass.errors import CompassError, ConfigError, did_you_mean
from compass.specs import Component

DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
CLASS_NAME = re.compile(r"[A-Z]\w*[a-z]\w*")


@dataclass(frozen=True)
class Place:
    """A file and a key path in it.

    Examples:
        >>> str(Place("configs/x.py").key("datasets").at(0).key("reader"))
        'configs/x.py: datasets[0].reader'
    """

    file: str
    path: str = ""
    note: str = ""
    """Who it is about, where an index alone would not tell."""

    def key(self, name: str) -> Place:
        """Return the place of a member of a dict."""
        return replace(self, path=f"{self.path}.{name}" if self.path else name)

    def at(self, index: int) -> Place:
        """Return the place of a member of a list."""
        return replace(self, path=f"{self.path}[{index}]")

    def last(self) -> str:
        """Return the key that ends the path, without indexes."""
        return re.sub(r"\[\d+\]", "", self.path.rpartition(".")[2])

    def __str__(self) -> str:
        path = f"{self.path} ({self.note})" if self.note else self.path
        return ": ".join(part for part in (self.file, path) if part)

    def fail(self, what: str, hint: str) -> NoReturn:
        """Raise a ConfigError about this place."""
        raise ConfigError(what, where=str(self), hint=hint)

    def locate(self, error: CompassError) -> CompassError:
        """Return the error with this place before the place it names itself."""
        where = f"{self}, {error.where}" if error.where else str(self)
        return type(error)(error.what, where=where, hint=error.hint)


def quoted(value: Any) -> str:
    """Return a short form of a value for a message: its text and its type."""
    if isinstance(value, Component):
        return f"dict(type={value.type}, ...)"
    if value is None:
        return "None"
    return f"{reprlib.repr(value)} ({type(value).__name__})"


def as_dict(value: Any, place: Place, keys: Iterable[str] | None = None) -> dict[str, Any]:
    """Return a dict whose keys are text and, where ``keys`` is given, among them."""
    if not isinstance(value, Mapping):
        place.fail(f"{_title(place)} must be a dict, got {quoted(value)}", _rescue(value))
    known = None if keys is None else frozenset(keys)
    for key in value:
        if not isinstance(key, str):
            place.fail(f"keys must be text, got {quoted(key)}", f"write {str(key)!r}")
        if known is not None and key not in known:
            place.key(key).fail(
                f"unknown key {key!r}" + (f" in {_title(place)}" if place.path else ""),
                did_you_mean(key, known),
            )
    return dict(value)


def as_list(value: Any, place: Place, *, empty: bool = False) -> list[Any]:
    """Return a list that has members, unless ``empty`` is fine."""
    if not isinstance(value, (list, tuple)):
        place.fail(f"{_title(place)} must be a list, got {quoted(value)}", _rescue(value))
    if not value and not empty:
        place.fail(f"{_title(place)} is empty", "it needs at least one member")
    return list(value)


def as_text(value: Any, place: Place) -> str:
    """Return a text of at least one character."""
    if not isinstance(value, str) or not value:
        place.fail(
            f"{_title(place)} must be a text, got {quoted(value)}",
            f"write {str(value)!r}" if isinstance(value, (int, float)) else "write '...'",
        )
    return value


def need(value: Mapping[str, Any], name: str, place: Place) -> Any:
    """Return a member that must be there."""
    if name not in value:
        place.fail(f"{_title(place)} lacks {name!r}", _similar(name, value))
    return value[name]


def plain(value: Any, place: Place) -> Any:
    """Return what JSON keeps as it is, with ``dict(type='a.b.C')`` as components."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            place.fail(f"{_title(place)} must be a finite number, got {value!r}", "or write None")
        return value
    if isinstance(value, (list, tuple)):
        return [plain(one, place.at(index)) for index, one in enumerate(value)]
    if isinstance(value, Mapping):
        members = as_dict(value, place)
        kind = members.get("type")
        if _is_type(kind):
            return component(members, place)
        if isinstance(kind, str) and CLASS_NAME.fullmatch(kind):
            _not_dotted(kind, place.key("type"))
        return {key: plain(one, place.key(key)) for key, one in members.items()}
    return place.fail(
        f"{_title(place)} must be text, number, bool, None, list or dict, got {quoted(value)}",
        "a config is kept as JSON",
    )


def component(value: Any, place: Place) -> Component:
    """Return ``dict(type=Thing, ...)`` as a component."""
    if isinstance(value, str) and DOTTED.fullmatch(value):
        place.fail(
            f"{_title(place)} must be a dict, got the name {value!r}",
            f"write dict(type={value.rpartition('.')[2]}, ...)",
        )
    members = as_dict(value, place)
    kind = need(members, "type", place)
    if not _is_type(kind):
        _not_dotted(kind, place.key("type"))
    kwargs = {k: plain(v, place.key(k)) for k, v in members.items() if k != "type"}
    return Component(_dotted(kind, place.key("type")), kwargs)


def _is_type(kind: Any) -> bool:
    if isinstance(kind, str):
        return DOTTED.fullmatch(kind) is not None
    return callable(kind) and hasattr(kind, "__qualname__")


def _dotted(kind: Any, place: Place) -> str:
    if isinstance(kind, str):
        return kind
    name = f"{kind.__module__}.{kind.__qualname__}"
    if not DOTTED.fullmatch(name) or kind.__module__ == "__main__":
        place.fail(f"{name} cannot be imported by a worker", "define it in a module of its own")
    return name


def _not_dotted(kind: Any, place: Place) -> NoReturn:
    place.fail(
        f"type must name a class or function, got {quoted(kind)}",
        "write dict(type=Name, ...) with an imported Name, or its dotted path 'package.Name'",
    )


def _title(place: Place) -> str:
    return place.path.rpartition(".")[2]


def _rescue(value: Any) -> str:
    """Return what to write instead, for the slips that are made most."""
    if isinstance(value, str) and DOTTED.fullmatch(value):
        return "lists and dicts of other config files are imported inside `with read_base():`"
    if isinstance(value, (list, tuple)):
        return "write *name to take the members of a list"
    if isinstance(value, Mapping):
        return "write [dict(...)]"
    return "write [...] around it" if isinstance(value, str) else "look at the brackets around it"


def _similar(name: str, value: Mapping[str, Any]) -> str:
    keys = [key for key in value if isinstance(key, str)]
    hint = did_you_mean(name, keys)
    if hint.startswith("did you mean"):
        return f"{hint.removeprefix('did you mean ').removesuffix('?')} looks like it"
    return f"got only: {', '.join(sorted(keys))}" if keys else f"write {name}=..."
