"""Shots, rendered once and kept: most samples of a dataset are shown the same ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from compass.errors import ConfigError
from compass.records import Sample

_MOST_KEPT = 4096

Part = TypeVar("Part")


class Chooser(Protocol):
    """What picks the shots of a sample."""

    def pick(self, sample: Sample, pool: Sequence[Sample]) -> tuple[Sample, ...]:
        """Return shots for ``sample`` out of ``pool``, never ``sample`` itself."""


def as_chooser(shots: Any) -> Chooser | None:
    """Return ``shots`` if it can pick.

    Raises:
        ConfigError: It cannot.
    """
    if shots is not None and not callable(getattr(shots, "pick", None)):
        raise ConfigError(
            f"shots is {shots!r}, which picks nothing",
            where="prompt.shots",
            hint="write shots=dict(type=Fixed, n=4), or Random, BM25, Nearest",
        )
    chooser: Chooser | None = shots
    return chooser


class Kept(Generic[Part]):
    """Rendered shots by sample, and the last row of them put together.

    Samples are told apart by being the same object, which costs nothing; the
    sample is kept with its rendering, so that the object cannot be another.
    """

    def __init__(
        self, render: Callable[[Sample], Part], join: Callable[[list[Part]], Part]
    ) -> None:
        self._render = render
        self._join = join
        self._parts: dict[int, tuple[Sample, Part]] = {}
        self._shots: tuple[Sample, ...] = ()
        self._joined: Part | None = None

    def together(self, shots: Sequence[Sample]) -> Part:
        """Return the shots, rendered and joined in their order."""
        if self._joined is None or not _same_row(shots, self._shots):
            self._joined = self._join([self._part(shot) for shot in shots])
            self._shots = tuple(shots)
        return self._joined

    def _part(self, shot: Sample) -> Part:
        kept = self._parts.get(id(shot))
        if kept is None:
            if len(self._parts) >= _MOST_KEPT:
                self._parts.clear()
            kept = self._parts[id(shot)] = (shot, self._render(shot))
        return kept[1]


def _same_row(one: Sequence[Sample], other: Sequence[Sample]) -> bool:
    return one is other or (
        len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
    )
