"""The reader every benchmark shares: rows in, samples with ids out.

    rows ──mapping──> Sample ──> id: its own, or a hash of fields and choices

A sample without an id of its own gets a hash of what is asked, so that it keeps
its id when other rows come and go, and when its answer is corrected.  The second
row with the same content is ``…-2``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, overload

from compass.data.files import Row
from compass.errors import DataError, did_you_mean
from compass.jsontext import canonical
from compass.records import Sample
from compass.specs import fingerprint

Mapped = Callable[[dict[str, Any]], Sample]
"""Makes a sample of a row.  An empty ``id`` asks for one; a missing key may raise KeyError."""


class Rowset(Protocol):
    """Rows of one split, wherever they are."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows in their order."""

    def digest(self) -> str:
        """Return a hash of the data, without parsing it."""

    def describe(self) -> dict[str, Any]:
        """Return where the rows come from."""


class Source:
    """A reader of samples.

    Args:
        rows: The rows that are asked.
        sample: What makes a sample of a row.
        shots: Rows of the few-shot pool.  They are read when a prompt first wants one,
            so a benchmark that is asked without examples needs no file of them.
    """

    def __init__(self, rows: Rowset, sample: Mapped, shots: Rowset | None = None) -> None:
        self._rows = rows
        self._sample = sample
        self._shots = shots
        self._pool = Pool(rows=shots, sample=sample)

    def samples(self) -> Iterator[Sample]:
        """Yield the samples that are asked, in the order of their rows.

        Raises:
            DataError: There are none, two have the same id, or a row is not as described.
        """
        places: dict[str, str] = {}
        empty = True
        for place, sample, explicit in identified(self._rows, self._sample):
            empty = False
            if explicit:
                if sample.id in places:
                    raise DataError(
                        f"two rows have the id {sample.id!r}",
                        where=f"{places[sample.id]} and {place}",
                        hint="make ids unique, or name no id column: content tells rows apart then",
                    )
                places[sample.id] = place
            yield sample
        if empty:
            where = self._rows.describe()
            raise DataError(
                "there are no rows",
                where=", ".join(where.get("files") or [str(where)]),
                hint="check the file and the split",
            )

    def shots(self) -> Sequence[Sample]:
        """Return the few-shot pool; it is read once, when it is first looked into."""
        return self._pool

    def digest(self) -> str:
        """Return a hash of the data; a few-shot pool that is missing counts as none."""
        parts = [self._rows.digest()]
        if self._shots is not None:
            try:
                parts.append(self._shots.digest())
            except DataError:
                parts.append("")
        return fingerprint(*parts)

    def describe(self) -> dict[str, Any]:
        """Return which files or which revision is read."""
        described = dict(self._rows.describe())
        if self._shots is not None:
            try:
                described["shots"] = self._shots.describe()
            except DataError as error:
                described["shots"] = {"missing": error.what}
        return described


class Pool(Sequence[Sample]):
    """Samples to take few-shot examples from, read at first use."""

    def __init__(self, rows: Rowset | None, sample: Mapped) -> None:
        self._rows = rows
        self._sample = sample
        self._read: list[Sample] | None = None

    def _samples(self) -> list[Sample]:
        if self._read is None:
            rows = self._rows
            self._read = [] if rows is None else [s for _, s, _ in identified(rows, self._sample)]
        return self._read

    def __len__(self) -> int:
        return len(self._samples())

    @overload
    def __getitem__(self, place: int) -> Sample: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Sample]: ...
    def __getitem__(self, place: int | slice) -> Sample | Sequence[Sample]:
        return self._samples()[place]

    def __iter__(self) -> Iterator[Sample]:
        return iter(self._samples())


def identified(rows: Rowset, mapped: Mapped) -> Iterator[tuple[str, Sample, bool]]:
    """Yield place and sample of every row, and whether its id is its own, not a hash."""
    counts: dict[str, int] = {}
    for place, columns in rows.rows():
        sample = _sample_of(columns, place, mapped)
        explicit = bool(sample.id)
        if not explicit:
            name = content_id(sample)
            counts[name] = counts.get(name, 0) + 1
            again = "" if counts[name] == 1 else f"-{counts[name]}"
            # Made a moment ago, it is nobody else's yet; a copy takes as long as the row.
            object.__setattr__(sample, "id", name + again)
        yield place, sample, explicit


def content_id(sample: Sample) -> str:
    """Return a hash of what is asked: fields and choices, neither targets nor metadata."""
    shown = canonical([dict(sample.fields), sample.choices])
    return hashlib.sha256(shown).hexdigest()[:16]


def _sample_of(columns: dict[str, Any], place: str, mapped: Mapped) -> Sample:
    try:
        sample = mapped(columns)
    except DataError as error:
        raise DataError(error.what, where=error.where or place, hint=error.hint) from error
    except KeyError as error:
        name = str(error.args[0]) if error.args else ""
        raise DataError(
            f"this row has no {name!r}; it has {', '.join(map(repr, columns)) or 'no columns'}",
            where=place,
            hint=did_you_mean(name, columns),
        ) from error
    except (IndexError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"this row is not as expected: {type(error).__name__}: {error}",
            where=place,
            hint=f"its columns: {', '.join(map(repr, columns))}",
        ) from error
    count = len(sample.choices)
    for right in sample.right:
        if not 0 <= right < count:
            raise DataError(
                f"the answer is option number {right + 1}, but there are {count}",
                where=place,
                hint="count options from 0 when mapping the row",
            )
    return sample
