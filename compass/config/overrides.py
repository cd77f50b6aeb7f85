"""Overrides: ``datasets.*.limit=5`` and its like, put into a config's plain dicts."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, NoReturn

from compass.errors import ConfigError, did_you_mean
from compass.schema import DEFAULTS, keys_at

Way = tuple[str | int, ...]


def apply_sets(raw: Mapping[str, Any], sets: Sequence[str]) -> dict[str, Any]:
    """Return a copy of ``raw`` with every ``path=value`` put in.

    A path has keys, indexes, abbrs, or patterns of abbrs (``*`` is all of them).  A value
    is read as JSON, else as a Python literal, else it is text.

    Raises:
        ConfigError: A path leads nowhere.

    Examples:
        >>> raw = {"datasets": [{"abbr": "a"}, {"abbr": "b"}]}
        >>> apply_sets(raw, ["datasets.*.limit=5", "datasets.b.limit=null"])
        {'datasets': [{'abbr': 'a', 'limit': 5}, {'abbr': 'b', 'limit': None}]}
    """
    changed = deepcopy(dict(raw))
    for text in sets:
        path, found, value = text.partition("=")
        if not found or not all(path.strip().split(".")):
            raise ConfigError(
                "an override must be PATH=VALUE",
                where=f"--set {path.strip()}",
                hint="for example --set models.0.generation.max_new_tokens=64",
            )
        _Override(path.strip(), _read(value)).put(changed)
    return changed


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


@dataclass(frozen=True)
class _Override:
    path: str
    value: Any

    def put(self, raw: dict[str, Any]) -> None:
        self._walk(raw, tuple(self.path.split(".")), ())

    def _walk(self, node: Any, parts: tuple[str, ...], way: Way) -> None:
        members: list[tuple[Any, tuple[str, ...]]]
        if isinstance(node, list):
            members = list(self._members(node, parts, way))
        elif isinstance(node, dict):
            members = [self._member(node, parts, way)]
        else:
            kind = "None" if node is None else f"a {type(node).__name__}"
            self._fail(f"{_dotted(way)} is {kind} and has no {parts[0]!r}", "end the path there")
        for key, rest in members:
            if rest:
                self._walk(node[key], rest, (*way, key))
            else:
                node[key] = deepcopy(self.value)

    def _member(
        self, node: dict[str, Any], parts: tuple[str, ...], way: Way
    ) -> tuple[str, tuple[str, ...]]:
        """Return the key that the path goes on with, and the rest of the path."""
        for count in range(len(parts), 0, -1):  # keys may have dots
            key = ".".join(parts[:count])
            if key in node:
                return key, parts[count:]
        key, rest = parts[0], parts[1:]
        keys = keys_at(way)
        if keys is None and not rest:
            return key, rest
        if keys is not None and key in keys and (not rest or key in DEFAULTS):
            if rest:
                node[key] = deepcopy(dict(DEFAULTS[key]))
            return key, rest
        known = {*node, *(keys or ())}
        place = _dotted(way) or "the config"
        return self._fail(
            f"{place} has no {key!r}", did_you_mean(key, known) if known else f"{place} is empty"
        )

    def _members(
        self, node: list[Any], parts: tuple[str, ...], way: Way
    ) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield the indexes that the path goes on with, and the rest of the path."""
        index = _index(parts[0])
        if index is not None:
            if not -len(node) <= index < len(node):
                self._fail(
                    f"{_dotted(way)} has no member {index}", f"it has {len(node)}, counted from 0"
                )
            yield index % len(node), parts[1:]
            return
        abbrs = [one.get("abbr") if isinstance(one, dict) else None for one in node]
        for count in range(len(parts), 0, -1):  # abbrs may have dots
            pattern = ".".join(parts[:count])
            found = [
                place
                for place, abbr in enumerate(abbrs)
                if pattern == "*" or (isinstance(abbr, str) and fnmatchcase(abbr, pattern))
            ]
            if found:
                yield from ((place, parts[count:]) for place in found)
                return
        names = [abbr for abbr in abbrs if isinstance(abbr, str)]
        self._fail(
            f"{_dotted(way)} has no member {parts[0]!r}",
            did_you_mean(parts[0], names) if names else "write an index, or * for all",
        )

    def _fail(self, what: str, hint: str) -> NoReturn:
        raise ConfigError(what, where=f"--set {self.path}", hint=hint)


def _index(part: str) -> int | None:
    return int(part) if part.removeprefix("-").isdecimal() else None


def _dotted(way: Way) -> str:
    return ".".join(map(str, way))
