"""A model whose answers were made elsewhere: scores existing outputs without any model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from compass.data.files import read_rows
from compass.digests import file_digest
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Answer, Question
from compass.specs import Generation


class Replay:
    """Answers read from a JSONL or CSV file, found by sample.

    Args:
        path: File of rows such as ``{"sample_id": "7", "repeat": 0, "output": "…"}``.
        output: Column of the output; a dotted name reaches into nested objects.
        sample_id: Column of the sample's id.
        repeat: Column of the repeat.  Rows that lack it count up for each sample.
        match: For files without ids: a column whose text equals the field of that name
            of the sample, such as ``question``.
    """

    def __init__(
        self,
        path: str,
        output: str = "output",
        sample_id: str = "sample_id",
        repeat: str = "repeat",
        match: str | None = None,
    ) -> None:
        self.path = Path(path).expanduser()
        self.output = output
        self.sample_id = sample_id
        self.repeat = repeat
        self.match = match
        self._outputs: dict[tuple[str, int], str] | None = None

    def identity(self) -> dict[str, Any]:
        """Return the digest of the file and how it is read."""
        if not self.path.is_file():
            raise ConfigError(
                f"no such file: {str(self.path)!r}", hint="Replay needs a file of outputs"
            )
        return {
            "backend": "replay",
            "digest": file_digest(self.path),
            "columns": [self.output, self.sample_id, self.repeat, self.match],
        }

    def settle(self) -> dict[str, Any]:
        """Return nothing: no argument is left open."""
        return {}

    def generate(self, questions: Iterable[Question], generation: Generation) -> Iterator[Answer]:
        """Yield the recorded output of every question, an error where there is none."""
        outputs = self._load()
        for question in questions:
            name = self._name(question)
            output = outputs.get((name, question.repeat))
            if output is None:
                yield Answer(
                    key=question.key,
                    error=f"{self.path.name} has no output for sample "
                    f"{question.sample.id!r}, repeat {question.repeat}",
                )
            else:
                yield Answer(
                    key=question.key,
                    output=output,
                    finish="stop",
                    prompt=question.dialogue.plain(),
                )

    def close(self) -> None:
        """Forget the outputs."""
        self._outputs = None

    def _name(self, question: Question) -> str:
        if self.match is None:
            return question.sample.id
        if self.match not in question.sample.fields:
            raise ConfigError(
                f"match={self.match!r}: the samples have no such field",
                hint=did_you_mean(self.match, question.sample.fields),
            )
        return str(question.sample.fields[self.match])

    def _load(self) -> dict[tuple[str, int], str]:
        if self._outputs is None:
            self._outputs = {}
            counts: dict[str, int] = {}
            for where, row in read_rows(self.path):
                name = str(self._column(row, self.match or self.sample_id, where))
                repeat = self._repeat(row, counts, name, where)
                output = self._column(row, self.output, where)
                if output is None:
                    continue  # the call failed then
                text = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
                if self._outputs.setdefault((name, repeat), text) != text:
                    raise DataError(
                        f"two outputs for sample {name!r}, repeat {repeat}",
                        where=where,
                        hint="number them in a column 'repeat', or leave that column out",
                    )
        return self._outputs

    def _repeat(self, row: dict[str, Any], counts: dict[str, int], name: str, where: str) -> int:
        value = row.get(self.repeat)
        if value in (None, ""):
            counts[name] = counts.get(name, -1) + 1
            return counts[name]
        try:
            return int(value)
        except (TypeError, ValueError):
            raise DataError(
                f"{self.repeat!r} is not a whole number: {value!r}",
                where=where,
                hint="rows that lack it are counted for each sample",
            ) from None

    @staticmethod
    def _column(row: dict[str, Any], name: str, where: str) -> Any:
        value: Any = row
        for part in name.split("."):
            if not isinstance(value, dict) or part not in value:
                known = list(value) if isinstance(value, dict) else []
                raise DataError(f"no column {name!r}", where=where, hint=did_you_mean(part, known))
            value = value[part]
        return value
