"""The board as files: for spreadsheets, for reading, for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from compass import jsontext, store
from compass.board.exports import to_lm_eval, to_model_index
from compass.board.latex import to_latex
from compass.board.markdown import to_markdown
from compass.board.table import Board, Row, Table
from compass.board.words import HOLE, scaled
from compass.contamination.split import to_dict as split_to_dict
from compass.records import Score
from compass.textsafe import clean_csv, clean_file

_ROW = ["dataset", "version", "metric", "mode"]
_LONG = ["model", *_ROW[:1], "metric", "mode", "version"]
_NUMBERS = ["value", "low", "high", "n", "failed", "unparsed", "truncated", "chance"]
_FIELDS = tuple(field.name for field in fields(Score))

DEFAULT_FORMATS = ("csv", "long-csv", "markdown", "json")
"""What every run writes."""


def write_board(
    board: Board,
    folder: Path,
    write: Callable[[Path, str], None] = store.write_text,
    formats: Iterable[str] = (),
) -> list[Path]:
    """Write ``summary.csv``, ``scores.csv``, ``summary.md``, ``summary.json`` and more.

    Args:
        board: What to write.
        folder: Where to.
        write: Replaces a file by a text, all or nothing.
        formats: More of `compass.schema.summarizer.FORMATS`.

    Returns:
        The files.
    """
    written = []
    for name in dict.fromkeys([*DEFAULT_FORMATS, *formats]):
        for path, text in _written(board, name):
            write(folder / path, text)
            written.append(folder / path)
    return written


def _written(board: Board, name: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file of a format."""
    single = {
        "csv": ("summary.csv", to_csv),
        "long-csv": ("scores.csv", to_long_csv),
        "markdown": ("summary.md", to_markdown),
        "json": ("summary.json", to_json),
        "latex": ("summary.tex", to_latex),
    }
    if name in single:
        path, render = single[name]
        yield path, render(board)
        return
    render_one, ending = {
        "lm-eval": (to_lm_eval, "json"),
        "model-index": (to_model_index, "yaml"),
    }[name]
    for model in board.models:
        yield f"{name}/{clean_file(model)}.{ending}", render_one(board, model)


def to_csv(board: Board) -> str:
    """Return every row, a column for each model; shares as 0..100 with two decimals."""
    names = [clean_csv(model) for model in board.models]
    body = (
        [
            *(clean_csv(text) for text in (row.name, row.version, row.metric, row.mode)),
            *(_wide(row.scores.get(model)) for model in board.models),
        ]
        for row in board.rows
    )
    return _csv([*_ROW, *names], body)


def to_long_csv(board: Board) -> str:
    """Return a line for each score with interval, coverage and light; shares as 0..1."""
    return _csv([*_LONG, *_NUMBERS, "normalised", "light"], _long(board))


def _long(board: Board) -> Iterator[list[str]]:
    labels = [
        [clean_csv(text) for text in (row.name, row.metric, row.mode, row.version)]
        for row in board.rows
    ]
    for model in board.models:
        name = clean_csv(model)
        for row, texts in zip(board.rows, labels, strict=True):
            score = row.scores.get(model)
            if score is not None:
                above = row.normalised.get(model)
                numbers = [getattr(score, field) for field in _NUMBERS]
                numbers.append(None if above is None else above.value)
                shown = ["" if number is None else repr(number) for number in numbers]
                yield [name, *texts, *shown, row.lights.get(model, "")]


def to_json(board: Board) -> str:
    """Return everything on the board; shares as 0..1."""
    document = {
        "title": board.title,
        "models": list(board.models),
        "families": dict(board.families),
        "origins": {
            column: {"model": one.model, "run": one.run} for column, one in board.origins.items()
        },
        "tables": [_table(board, table) for table in board.tables],
        "rows": [_row(row) for row in board.rows],
        "holes": [hole._asdict() for hole in board.holes],
        "failures": [
            {field.name: getattr(failure, field.name) for field in fields(failure)}
            for failure in board.failures
        ],
        "notes": list(board.notes),
        "lights": [
            {"model": one.model, "dataset": one.dataset, "light": one.light, "words": one.words}
            for one in board.assessments
        ],
        "clean": [split_to_dict(one) for one in board.clean],
    }
    return jsontext.pretty(document)


def _table(board: Board, table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "rows": list(table.places),
        "models": "all" if table.models == board.models else list(table.models),
        "scale": table.scale,
        "transposed": table.transposed,
        "ranked": table.ranked,
    }


def _row(row: Row) -> dict[str, Any]:
    result: dict[str, Any] = {
        "dataset": row.name,
        "version": row.version,
        "metric": row.metric,
        "mode": row.mode,
        "group": row.group,
        "shown": row.shown,
        "scores": {
            model: {name: getattr(score, name) for name in _FIELDS}
            for model, score in row.scores.items()
        },
    }
    if row.normalised:
        result["normalised"] = {
            model: [score.value, score.low, score.high] for model, score in row.normalised.items()
        }
    if row.lights:
        result["lights"] = dict(row.lights)
    if row.lead is not None:
        difference = row.lead.difference
        result["lead"] = {
            **row.lead._asdict(),
            "difference": None if difference is None else list(difference),
        }
    if row.ranking is not None:
        result["ranking"] = {
            field.name: getattr(row.ranking, field.name) for field in fields(row.ranking)
        }
    return result


def _wide(score: Score | None) -> str:
    if score is None or score.value is None:
        return HOLE
    return scaled(score.value, score.scale, 2) if score.scale == "share" else repr(score.value)


def _csv(columns: Sequence[str], body: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(body)
    return text.getvalue()
