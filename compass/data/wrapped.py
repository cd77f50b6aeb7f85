"""A reader around another: the same samples in other clothes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from compass.errors import ConfigError
from compass.records import Sample


class Wrapped:
    """What readers around a reader share.

    Args:
        reader: The reader inside.
        count: Take its first so many samples only; None takes all.
    """

    def __init__(self, reader: Any, count: int | None = None) -> None:
        for name in ("samples", "shots", "digest"):
            if not hasattr(reader, name):
                raise ConfigError(
                    f"the reader inside is {reader!r}, which has no {name!r}",
                    hint="reader=dict(type=..., reader=dict(type=Rows, path=...))",
                )
        if count is not None and count < 1:
            raise ConfigError(f"count must be at least 1, got {count}")
        self.inner = reader
        self.count = count

    def taken(self) -> Iterator[Sample]:
        """Yield the samples inside that are used."""
        yield from islice(self.inner.samples(), self.count)

    def shots(self) -> Sequence[Sample]:
        """Return the few-shot pool of the reader inside."""
        found: Sequence[Sample] = self.inner.shots()
        return found

    def digest(self) -> str:
        """Return the hash of the data inside."""
        return str(self.inner.digest())

    def describe(self) -> dict[str, Any]:
        """Return what the reader inside reads."""
        found: dict[str, Any] = self.inner.describe()
        return found
