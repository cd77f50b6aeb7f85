"""Any file of rows as a benchmark, described by its columns.

reader=dict(type=Rows, path='quiz.csv', question='q', choices=['A', 'B', 'C'], answer='key')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from compass.data.columns import Columns
from compass.data.folders import Files
from compass.data.guessing import guess
from compass.data.rowsets import Part, Where, span_of
from compass.data.source import Rowset, Source
from compass.errors import ConfigError

__all__ = ["Rows", "guess"]


class Rows(Source):
    """Samples out of a JSONL, JSON, CSV, TSV, parquet or arrow file.

    Args:
        path: A file; a folder of splits; or ``package:NAME/FILE`` for a file in a package.
        question: Column of the question; ``question.stem`` reaches into objects.
        choices: Column that holds the list of options, or a column for each option.
        answer: Column of the answer: a letter, a number, or the text of an option; for
            questions without options a text, a number or a list of right texts.
        id: Column of ids; content tells rows apart where there is none.
        cluster: Column whose equal values mark rows that belong together: a passage.
        fields: Columns the prompt may show; all but options, answer and id by default.
        metadata: Columns only shots may show, besides the usual names of solutions.
        base: Number of the first option where answers are numbers.
        answer_is: How answers name an option: ``letter``, ``number`` or ``text``; None
            takes whichever fits, and refuses an answer that fits two options.
        split: Which files of a folder: ``test`` finds ``test.jsonl``, ``test-*.parquet``.
        name: A subfolder of the folder to look into first.
        shots: The few-shot pool: another file, the first n rows, or rows [start, stop);
            rows of the same file are then not asked.
        shot_split: The few-shot pool as a split of the same folder.
        where: Keep only rows with these values, shots included: ``{'lang': 'en'}``.
    """

    def __init__(  # noqa: PLR0913  one argument for each thing a file may hold
        self,
        path: str,
        question: str = "question",
        choices: str | Sequence[str] | None = None,
        answer: str | None = None,
        *,
        id: str | None = None,  # noqa: A002  the name users look for
        cluster: str | None = None,
        fields: Sequence[str] | None = None,
        metadata: Sequence[str] = (),
        base: int = 0,
        answer_is: Literal["letter", "number", "text"] | None = None,
        split: str | None = None,
        name: str | None = None,
        shots: str | int | Sequence[int] | None = None,
        shot_split: str | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> None:
        if shots is not None and shot_split is not None:
            raise ConfigError("shots and shot_split are both given", hint="give one of them")
        rows: Rowset = Files(path, split, name)
        pool: Rowset | None = None
        if isinstance(shots, str):
            pool = Files(shots)
        elif shot_split is not None:
            pool = Files(path, shot_split, name, folder_only=True)
        if where is not None:
            rows = Where(rows, where)
            pool = None if pool is None else Where(pool, where)
        if shots is not None and not isinstance(shots, str):
            start, stop = span_of(shots)
            rows, pool = Part(rows, start, stop, outside=True), Part(rows, start, stop)
        columns = Columns(
            question=question,
            choices=choices,
            answer=answer,
            id=id,
            cluster=cluster,
            fields=fields,
            metadata=metadata,
            base=base,
            answer_is=answer_is,
        )
        super().__init__(rows, columns, pool)
