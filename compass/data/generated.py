"""Rows that are made, not read: the same for the same arguments on every machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from compass.data.files import Row
from compass.data.tokens import Tokens
from compass.errors import ConfigError
from compass.specs import fingerprint


class Generated:
    """Rows made by a function.

    Args:
        name: What errors call the rows.
        version: Goes up when the same arguments make other rows.
        recipe: The arguments: all that decides about the rows, as JSON values.
        make: Yields the columns of the rows.
        tokens: What counts lengths.
    """

    def __init__(
        self,
        name: str,
        version: int,
        recipe: Mapping[str, Any],
        make: Callable[[], Iterator[dict[str, Any]]],
        tokens: Tokens,
    ) -> None:
        self._name = name
        self._version = version
        self._recipe = dict(recipe)
        self._make = make
        self._tokens = tokens

    def rows(self) -> Iterator[Row]:
        """Yield the rows; each is made when it is wanted."""
        for place, columns in enumerate(self._make()):
            yield Row(f"{self._name}[{place}]", columns)

    def digest(self) -> str:
        """Return a hash of all that decides about the rows; none is made."""
        return fingerprint(self._name, self._version, self._recipe, self._tokens.digest())

    def describe(self) -> dict[str, Any]:
        """Return the recipe, and how lengths are counted."""
        return {"files": [], "generated": self._name, **self._recipe, **self._tokens.describe()}


def checked_lengths(lengths: Sequence[int] | int) -> tuple[int, ...]:
    """Return lengths as a tuple; one number may stand for itself.

    Raises:
        ConfigError: One of them is no positive whole number, or there are none.
    """
    several = (lengths,) if isinstance(lengths, int) else tuple(lengths)
    if not several or any(isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in several):
        raise ConfigError(f"lengths is {lengths!r}", hint="write lengths=[1024, 4096]")
    return several


def checked_count(value: Any, name: str, least: int = 1) -> int:
    """Return a whole number of at least ``least``.

    Raises:
        ConfigError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return value
