"""Choosers of shots that look at places and chance: `Fixed` and `Random`."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence

from compass.errors import ConfigError, DataError, did_you_mean
from compass.prompts.picking import check_number, first, is_same
from compass.records import Sample


class Fixed:
    """The same shots for every sample, in the order of the pool or of ``ids``.

    Args:
        n: How many; None for all of ``ids``.
        ids: Which ones: places in the pool (from 0) or ids of samples.  With more
            of them than ``n``, the later ones step in for a sample that would be
            its own shot; with ``n`` left out, such a sample gets one shot fewer.
    """

    def __init__(self, n: int | None = None, ids: Sequence[int | str] | None = None) -> None:
        if n is None and ids is None:
            raise ConfigError(
                "Fixed needs n or ids",
                where="prompt.shots",
                hint="write dict(type=Fixed, n=4) or dict(type=Fixed, ids=[0, 2, 5])",
            )
        if n is not None:
            check_number(n)
        if ids is not None:
            _check_ids(ids, n)
        self._n = n
        self._ids = ids
        self._pool: Sequence[Sample] | None = None
        self._row: tuple[Sample, ...] = ()
        self._usual: tuple[Sample, ...] = ()

    def pick(self, sample: Sample, pool: Sequence[Sample]) -> tuple[Sample, ...]:
        """Return the shots.

        Raises:
            DataError: The pool is too small, or has no sample of a given id.
        """
        if pool is not self._pool:
            self._row = tuple(pool) if self._ids is None else _named(self._ids, pool)
            self._usual = self._row[: self._n]
            self._pool = pool
        if self._n is None:
            return _without(sample, self._row)
        if len(self._usual) == self._n and not any(is_same(sample, s) for s in self._usual):
            return self._usual
        return first(self._n, sample, self._row, len(pool))


class Random:
    """Shots drawn at random, the same in every run.

    Args:
        n: How many.
        seed: Another seed, another draw.
        per_sample: Draw anew for every sample (by its id) instead of once for all.
    """

    def __init__(self, n: int, seed: int = 0, per_sample: bool = False) -> None:
        check_number(n)
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise ConfigError(f"seed is {seed!r}, not a whole number", where="prompt.shots.seed")
        self._n = n
        self._seed = seed
        self._per_sample = per_sample
        self._pool: Sequence[Sample] | None = None
        self._row: tuple[Sample, ...] = ()
        self._usual: tuple[Sample, ...] = ()

    def pick(self, sample: Sample, pool: Sequence[Sample]) -> tuple[Sample, ...]:
        """Return the shots in the order drawn.

        Raises:
            DataError: The pool is too small.
        """
        if self._per_sample:
            seed = hashlib.sha256(f"{self._seed}:{sample.id}".encode()).digest()
            drawn = _drawn(random.Random(int.from_bytes(seed, "big")), pool)
            return first(self._n, sample, drawn, len(pool))
        if pool is not self._pool:
            self._row = tuple(_drawn(random.Random(self._seed), pool))
            self._usual = self._row[: self._n]
            self._pool = pool
        if len(self._usual) == self._n and not any(is_same(sample, s) for s in self._usual):
            return self._usual
        return first(self._n, sample, self._row, len(pool))


def _without(sample: Sample, row: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Return ``row`` less ``sample``; the very same tuple if it is not in there."""
    if any(is_same(sample, shot) for shot in row):
        return tuple(shot for shot in row if not is_same(sample, shot))
    return row


def _check_ids(ids: Sequence[int | str], n: int | None) -> None:
    where = "prompt.shots.ids"
    if isinstance(ids, str) or not isinstance(ids, Sequence):
        raise ConfigError(f"ids is {ids!r}, not a list", where=where, hint="write ids=[0, 2, 5]")
    for one in ids:
        if isinstance(one, bool) or not isinstance(one, (int, str)) or _is_negative(one):
            raise ConfigError(
                f"{one!r} names no shot",
                where=where,
                hint="write places (0 is the first) or ids of samples",
            )
    if len(set(ids)) < len(ids):
        raise ConfigError("ids names a shot twice", where=where, hint="name each shot once")
    if n is not None and n > len(ids):
        raise ConfigError(f"n is {n}, but ids names only {len(ids)}", where=where, hint="lower n")


def _is_negative(one: int | str) -> bool:
    return isinstance(one, int) and one < 0


def _named(ids: Sequence[int | str], pool: Sequence[Sample]) -> tuple[Sample, ...]:
    """Return the samples at the given places or with the given ids."""
    by_id = {s.id: s for s in pool} if any(isinstance(one, str) for one in ids) else {}
    row: list[Sample] = []
    for one in ids:
        if isinstance(one, str):
            if one not in by_id:
                raise DataError(
                    f"no sample {one!r} in the few-shot pool of {len(pool)}",
                    where="prompt.shots.ids",
                    hint=did_you_mean(one, by_id),
                )
            row.append(by_id[one])
        elif not 0 <= one < len(pool):
            raise DataError(
                f"no place {one} in the few-shot pool of {len(pool)}",
                where="prompt.shots.ids",
                hint=f"places run from 0 to {len(pool) - 1}" if pool else "the pool is empty",
            )
        else:
            row.append(pool[one])
    return tuple(row)


def _drawn(chance: random.Random, pool: Sequence[Sample]) -> Iterator[Sample]:
    """Yield the samples of the pool in a random order, drawing no more than are taken."""
    moved: dict[int, int] = {}
    for end in range(len(pool) - 1, -1, -1):
        place = chance.randrange(end + 1)
        yield pool[moved.get(place, place)]
        moved[place] = moved.get(end, end)
