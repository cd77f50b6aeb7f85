"""Parts of a row set: the rows that meet a condition, a slice, all but a slice, none at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compass.data.columns import column
from compass.data.files import Row
from compass.data.source import Rowset
from compass.errors import ConfigError, DataError
from compass.specs import fingerprint


class Where:
    """The rows whose columns have the wanted values.

    Args:
        inner: All rows.
        wanted: Value by column; a list of values allows any of them.
    """

    def __init__(self, inner: Rowset, wanted: Mapping[str, Any]) -> None:
        if not isinstance(wanted, Mapping):
            raise ConfigError(f"where is {wanted!r}", hint="write where={'lang': 'en'}")
        self._inner = inner
        self._wanted = {
            name: {str(v) for v in (value if isinstance(value, (list, tuple)) else [value])}
            for name, value in wanted.items()
        }

    def rows(self) -> Iterator[Row]:
        """Yield the rows that have the wanted values.

        Raises:
            DataError: No row has them.
        """
        met, seen = False, {name: set[str]() for name in self._wanted}
        for row in self._inner.rows():
            values = {name: _value(row, name) for name in self._wanted}
            if all(values[name] in wanted for name, wanted in self._wanted.items()):
                met = True
                yield row
            elif not met:
                for name, value in values.items():
                    if len(seen[name]) < 12:
                        seen[name].add(value)
        if not met and any(seen.values()):
            wanted = "; ".join(f"{k} {' or '.join(sorted(v))!r}" for k, v in self._wanted.items())
            found = "; ".join(f"{k} is {', '.join(sorted(v))}" for k, v in seen.items())
            raise DataError(
                f"no row has {wanted}",
                where=", ".join(self.describe().get("files", [])),
                hint=f"in this file {found}",
            )

    def digest(self) -> str:
        """Return the hash of all rows."""
        return self._inner.digest()

    def describe(self) -> dict[str, Any]:
        """Return where the rows come from, and the condition."""
        wanted = {name: sorted(values) for name, values in self._wanted.items()}
        return {**self._inner.describe(), "where": wanted}


def _value(row: Row, name: str) -> str:
    try:
        return str(column(row.columns, name))
    except KeyError as error:
        raise DataError(
            f"where names the column {name!r}, which this row lacks",
            where=row.place,
            hint=f"its columns: {', '.join(map(repr, row.columns))}",
        ) from error


class Nowhere:
    """The rows of a dataset that is not on the hub, where there is no local copy either.

    Args:
        title: What the dataset is called.
        hint: Where to get it.
    """

    def __init__(self, title: str, hint: str) -> None:
        self._title = title
        self._hint = hint

    def rows(self) -> Iterator[Row]:
        """Raise a DataError that says where to get the data."""
        raise self._missing()

    def digest(self) -> str:
        """Raise the same."""
        raise self._missing()

    def describe(self) -> dict[str, Any]:
        """Raise the same."""
        raise self._missing()

    def _missing(self) -> DataError:
        return DataError(
            f"{self._title} is not on the hub, and there is no copy here", hint=self._hint
        )


class Part:
    """The rows from ``start`` up to ``stop``, or all but these.

    Args:
        inner: All rows.
        start: Number of the first row, from 0.
        stop: Number of the row after the last.
        outside: Take the rows outside instead.
    """

    def __init__(self, inner: Rowset, start: int, stop: int, *, outside: bool = False) -> None:
        self._inner = inner
        self._span = range(start, stop)
        self._outside = outside

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the part."""
        for number, row in enumerate(self._inner.rows()):
            if not self._outside and number >= self._span.stop:
                return
            if (number in self._span) != self._outside:
                yield row

    def digest(self) -> str:
        """Return a hash of all rows and the bounds."""
        return fingerprint(self._inner.digest(), self._span.start, self._span.stop, self._outside)

    def describe(self) -> dict[str, Any]:
        """Return where the rows come from, and the bounds."""
        name = "without" if self._outside else "rows"
        return {**self._inner.describe(), name: [self._span.start, self._span.stop]}


def span_of(shots: Any) -> tuple[int, int]:
    """Return the bounds of rows set aside as shots: the first n, or a pair of numbers.

    Raises:
        ConfigError: It is neither.
    """
    pair = [0, shots] if isinstance(shots, int) else shots
    whole = isinstance(pair, (list, tuple)) and len(pair) == 2
    if not whole or any(isinstance(n, bool) or not isinstance(n, int) for n in pair):
        raise ConfigError(
            f"shots is {shots!r}",
            hint="write the path of a file, a number of rows, or a pair such as [0, 5]",
        )
    start, stop = pair
    if not 0 <= start < stop:
        raise ConfigError(f"shots is {shots!r}, which holds no row", hint="count from 0")
    return start, stop


class Joined:
    """The rows of several row sets, one after the other.

    Args:
        parts: The row sets.
    """

    def __init__(self, parts: Sequence[Rowset]) -> None:
        self._parts = tuple(parts)

    def rows(self) -> Iterator[Row]:
        """Yield the rows of all parts."""
        for part in self._parts:
            yield from part.rows()

    def digest(self) -> str:
        """Return a hash of all parts, in their order."""
        return fingerprint(*[part.digest() for part in self._parts])

    def describe(self) -> dict[str, Any]:
        """Return where the parts come from."""
        described = [part.describe() for part in self._parts]
        files = [file for one in described for file in one.get("files") or []]
        return {"files": files, "parts": described}


class Missing:
    """Rows that cannot be had; the error says what to do, once somebody wants them.

    Args:
        what: What is missing.
        where: Of what.
        hint: How to get it.
    """

    def __init__(self, what: str, where: str, hint: str) -> None:
        self._error = DataError(what, where=where, hint=hint)

    def rows(self) -> Iterator[Row]:
        """Raise the error."""
        raise self._error

    def digest(self) -> str:
        """Raise the error."""
        raise self._error

    def describe(self) -> dict[str, Any]:
        """Raise the error."""
        raise self._error
