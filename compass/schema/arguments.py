"""Arguments against a signature: names, what is missing, and simple annotations."""

from __future__ import annotations

import inspect
import os
import types
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from pathlib import PurePath
from typing import (
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from compass.errors import did_you_mean
from compass.schema.place import Place, quoted
from compass.specs import Component

SCALARS = (bool, int, float, str, bytes)
LISTS = (list, tuple, set, frozenset, Sequence, Iterable, Iterator, Collection, AbstractSet)
NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)

LEAST: Mapping[str, float] = {
    "max_new_tokens": 1,
    "temperature": 0,
    "top_k": 0,
    "n": 1,
    "gpus": 0,
    "batch_tokens": 1,
    "concurrency": 1,
    "workers": 1,
}


def arguments_of(target: Any) -> str:
    """Return the names of the arguments of a class or function, as a hint."""
    try:
        names = [n for n, p in inspect.signature(target).parameters.items() if p.kind in NAMED]
    except (TypeError, ValueError):
        names = []
    title = getattr(target, "__name__", str(target))
    return f"{title} takes {', '.join(names)}" if names else f"{title} takes no arguments"


def check_settings(target: type, given: Mapping[str, Any], place: Place) -> None:
    """Check some of the settings of ``Generation`` or ``Resources``, with their ranges."""
    check_arguments(target, given, place)
    for name, value in given.items():
        if name in LEAST and value is not None and value < LEAST[name]:
            place.key(name).fail(
                f"{name} must be at least {LEAST[name]}, got {value!r}",
                f"leave {name} out for its default",
            )
    if not 0 < given.get("top_p", 1) <= 1:
        place.key("top_p").fail(
            f"top_p must be above 0 and at most 1, got {given['top_p']!r}",
            "top_p=1 keeps every token",
        )
    gpus = given.get("gpus") or 0
    if gpus > 1 and gpus != int(gpus):
        place.key("gpus").fail(
            f"gpus must be a part of one or a whole number, got {gpus!r}",
            "write gpus=0.5 to share one, or gpus=2 to take two",
        )


def check_arguments(target: Any, given: Mapping[str, Any], place: Place) -> None:
    """Check arguments against the signature of a class or function.

    Raises:
        ConfigError: One is unknown, missing, or of another type than is annotated.
    """
    try:
        parameters = inspect.signature(target).parameters
    except (TypeError, ValueError):
        return  # written in C: only a call can tell
    named = {name: p for name, p in parameters.items() if p.kind in NAMED}
    title = getattr(target, "__name__", str(target))
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for name in given:
        if name not in named and not takes_any:
            hint = did_you_mean(name, named) if named else arguments_of(target)
            place.key(name).fail(f"{title} has no argument {name!r}", hint)
    for name, parameter in named.items():
        if parameter.default is parameter.empty and name not in given:
            place.fail(f"{title} needs {name!r}", f"write dict(type={title}, {name}=..., ...)")
    hints = _hints(target)
    for name, value in given.items():
        if name in named and name in hints and not fits(value, hints[name]):
            place.key(name).fail(
                f"{name} must be {shown(hints[name])}, got {quoted(value)}",
                _rescue(name, value, hints[name]),
            )


def fits(value: Any, hint: Any) -> bool:
    """Return whether a value from a config may be given where ``hint`` is annotated.

    Only what can be told for sure is refused.

    Examples:
        >>> fits(1, float), fits(True, int), fits("a", list[str]), fits(["a"], tuple[str, ...])
        (True, False, False, True)
    """
    options = _members(hint)
    if len(options) != 1:
        return any(fits(value, option) for option in options)
    hint, origin = options[0], _origin(options[0])
    if origin is Literal:
        return any(value == one and type(value) is type(one) for one in get_args(hint))
    if hint is None or hint is type(None):
        return value is None
    if isinstance(value, Component):
        return origin not in SCALARS and origin not in LISTS
    if origin in SCALARS:
        return _is_scalar(value, origin)
    if origin in LISTS:
        return isinstance(value, list) and _members_fit(value, hint)
    if isinstance(origin, type):
        return _fits_class(value, hint, origin)
    return True


def shown(hint: Any) -> str:
    """Return an annotation in words, as a config would write it."""
    options = _members(hint)
    if len(options) != 1:
        return " or ".join(dict.fromkeys(shown(option) for option in options))
    hint, origin = options[0], _origin(options[0])
    if origin is Literal:
        return " or ".join(repr(one) for one in get_args(hint))
    if hint is None or hint is type(None):
        return "None"
    if origin in LISTS:
        arguments = [a for a in get_args(hint) if a is not Ellipsis]
        return f"a list of {shown(arguments[0])}" if arguments else "a list"
    if isinstance(origin, type) and issubclass(origin, (dict, Mapping)):
        return "a dict"
    if isinstance(origin, type) and issubclass(origin, (PurePath, os.PathLike)):
        return "a path"
    if isinstance(origin, type) and _is_component_class(origin):
        return f"dict(type=...) of a {origin.__name__}"
    return str(getattr(origin, "__name__", origin))


def _rescue(name: str, value: Any, hint: Any) -> str:
    """Return what to write instead of a value that does not fit."""
    kinds = [_origin(member) for member in _members(hint)]
    words = [w for m in _members(hint) if _origin(m) is Literal for w in get_args(m)]
    if isinstance(value, str) and any(kind in LISTS for kind in kinds):
        return "write [...] around it"
    if isinstance(value, str) and any(kind in (int, float, bool) for kind in kinds):
        return f"write {name}=... without quotes"
    if isinstance(value, (int, float)) and str in kinds:
        return f"write {name}={str(value)!r}"
    if words:
        return did_you_mean(str(value), map(str, words))
    return f"give {name} {shown(hint)}"


def _fits_class(value: Any, hint: Any, origin: type) -> bool:
    if is_typeddict(origin):
        return isinstance(value, dict)
    if issubclass(origin, (dict, Mapping)):
        arguments = get_args(hint)
        return isinstance(value, dict) and all(
            len(arguments) != 2 or fits(one, arguments[1]) for one in value.values()
        )
    if issubclass(origin, (PurePath, os.PathLike)):
        return isinstance(value, str)
    return not _is_component_class(origin)


def _is_component_class(origin: type) -> bool:
    """Return whether only ``dict(type=...)`` can make one: protocols, and our classes."""
    if issubclass(origin, Enum):
        return False
    return bool(getattr(origin, "_is_protocol", False)) or origin.__module__.startswith("compass.")


def _is_scalar(value: Any, kind: Any) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def _members_fit(value: list[Any], hint: Any) -> bool:
    arguments = get_args(hint)
    if _origin(hint) is tuple and arguments and arguments[-1] is not Ellipsis:
        return len(value) == len(arguments) and all(map(fits, value, arguments))
    return not arguments or all(fits(one, arguments[0]) for one in value)


def _origin(hint: Any) -> Any:
    return get_origin(hint) or hint


def _members(hint: Any) -> tuple[Any, ...]:
    """Return the members of a union, one for anything else, with aliases undone."""
    if get_origin(hint) is Annotated:
        return _members(get_args(hint)[0])
    if hasattr(hint, "__supertype__"):
        return _members(hint.__supertype__)
    if type(hint).__name__ == "TypeAliasType":
        return _members(hint.__value__)
    if get_origin(hint) in (Union, types.UnionType):
        return tuple(one for member in get_args(hint) for one in _members(member))
    return (hint,)


def _hints(target: Any) -> dict[str, Any]:
    """Return the annotations of the arguments; names that cannot be found count as Any."""
    made = target.__init__ if inspect.isclass(target) else target
    unknown: dict[str, Any] = {}
    while len(unknown) < 20:
        try:
            return get_type_hints(made, localns=unknown, include_extras=True)
        except NameError as error:  # imported for type checkers only
            if not error.name or error.name in unknown:
                break
            unknown[error.name] = Any
        except (TypeError, AttributeError, SyntaxError):
            break
    return {}
