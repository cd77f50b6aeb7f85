"""A benchmark whose rows stand in the config itself: for demonstrations and small checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compass.data.columns import Columns
from compass.data.files import Row
from compass.data.source import Source
from compass.errors import ConfigError
from compass.specs import fingerprint


class Inline(Source):
    """Samples out of rows given as they are.

    Args:
        rows: The rows: dicts of columns.
        question: Column of the question.
        choices: Column that holds the list of options, or a column for each option.
        answer: Column of the answer, see `Rows`.
        id: Column of ids.
        base: Number of the first option where answers are numbers.
        shots: Rows of the few-shot pool.
    """

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]],
        question: str = "question",
        choices: str | Sequence[str] | None = None,
        answer: str | None = None,
        *,
        id: str | None = None,  # noqa: A002  the name users look for
        base: int = 0,
        shots: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        columns = Columns(question=question, choices=choices, answer=answer, id=id, base=base)
        super().__init__(
            Listed(rows, "rows"), columns, None if shots is None else Listed(shots, "shots")
        )


class Listed:
    """Rows out of a list.

    Args:
        listed: The rows.
        name: What errors call the list.
    """

    def __init__(self, listed: Sequence[Mapping[str, Any]], name: str) -> None:
        for place, row in enumerate(listed):
            if not isinstance(row, Mapping):
                raise ConfigError(
                    f"{name}[{place}] is {row!r}, not a row",
                    hint="write rows=[dict(question='...', answer='...'), ...]",
                )
        self._rows = [dict(row) for row in listed]
        self._name = name

    def rows(self) -> Iterator[Row]:
        """Yield the rows."""
        for place, row in enumerate(self._rows):
            yield Row(f"{self._name}[{place}]", row)

    def digest(self) -> str:
        """Return a hash of the rows."""
        return fingerprint(self._rows)

    def describe(self) -> dict[str, Any]:
        """Return that there is no file."""
        return {"files": [], "rows": len(self._rows)}
