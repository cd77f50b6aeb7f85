"""The board as files: for spreadsheets, for reading, for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from compass import store
from compass.board.table import Board
from compass.board.words import HOLE, bounds, counts, coverage, failed_mark, holes, scaled
from compass.records import Score
from compass.textsafe import clean_csv, clean_markdown

_ROW = ["dataset", "version", "metric", "mode"]
_LONG = ["model", *_ROW[:1], "metric", "mode", "version"]
_NUMBERS = ["value", "low", "high", "n", "failed", "unparsed", "truncated"]


def write_board(
    board: Board, folder: Path, write: Callable[[Path, str], None] = store.write_text
) -> None:
    """Write ``summary.csv``, ``scores.csv``, ``summary.md`` and ``summary.json``.

    Args:
        board: What to write.
        folder: Where to.
        write: Replaces a file by a text, all or nothing.
    """
    write(folder / "summary.csv", to_csv(board))
    write(folder / "scores.csv", to_long_csv(board))
    write(folder / "summary.md", to_markdown(board))
    write(folder / "summary.json", to_json(board))


def to_csv(board: Board) -> str:
    """Return every row, a column for each model; shares as 0..100 with two decimals."""
    names = [clean_csv(model) for model in board.models]
    body = [
        [
            *(clean_csv(text) for text in (row.name, row.version, row.metric, row.mode)),
            *(_wide(row.scores.get(model)) for model in board.models),
        ]
        for row in board.rows
    ]
    return _csv([*_ROW, *names], body)


def to_long_csv(board: Board) -> str:
    """Return a line for each score with its interval and coverage; shares as 0..1."""
    body = []
    for model in board.models:
        for row in board.rows:
            score = row.scores.get(model)
            if score is not None:
                texts = (model, row.name, row.metric, row.mode, row.version)
                numbers = [getattr(score, name) for name in _NUMBERS]
                shown = ("" if number is None else repr(number) for number in numbers)
                body.append([*(clean_csv(text) for text in texts), *shown])
    return _csv([*_LONG, *_NUMBERS], body)


def to_markdown(board: Board) -> str:
    """Return the rows for people as a Markdown page."""
    columns = ["dataset", "version", "metric", "mode", "n", *board.models]
    body = []
    for row in board.shown:
        name = clean_markdown(row.name)
        texts = [f"**{name}**" if row.group else name]
        texts += [clean_markdown(text) for text in (row.version, row.metric, row.mode, counts(row))]
        texts += [_readable(row.scores.get(model)) for model in board.models]
        body.append(texts)
    parts = [f"# {clean_markdown(board.title)}\n"] if board.title else []
    parts.append(_table([clean_markdown(column) for column in columns], body))
    parts.append(
        "Shares as 0 to 100 with 95 % confidence intervals; n: judged answers; "
        "groups in bold, their members taken to be independent.\n"
    )
    notes = [*holes(board), *coverage(board)]
    if notes:
        parts.append("".join(f"* {clean_markdown(note)}\n" for note in notes))
    if board.failures:
        failures = [
            [clean_markdown(text) for text in (one.job, str(one.count or "?"), one.brief, one.log)]
            for one in board.failures
        ]
        parts.append("## Failures\n")
        parts.append(_table(["job", "questions", "first error", "log"], failures))
    return "\n".join(parts)


def to_json(board: Board) -> str:
    """Return everything on the board; shares as 0..1."""
    document = {
        "title": board.title,
        "models": list(board.models),
        "rows": [
            {
                "dataset": row.name,
                "version": row.version,
                "metric": row.metric,
                "mode": row.mode,
                "group": row.group,
                "shown": row.shown,
                "scores": {model: asdict(score) for model, score in row.scores.items()},
            }
            for row in board.rows
        ],
        "holes": [hole._asdict() for hole in board.holes],
        "failures": [asdict(failure) for failure in board.failures],
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _wide(score: Score | None) -> str:
    if score is None or score.value is None:
        return HOLE
    return scaled(score.value, score.scale, 2) if score.scale == "share" else repr(score.value)


def _readable(score: Score | None) -> str:
    if score is None or score.value is None:
        return " ".join([HOLE, failed_mark(score)]).strip() if score else HOLE
    parts = [scaled(score.value, score.scale, 1), bounds(score), failed_mark(score)]
    return " ".join(part for part in parts if part)


def _csv(columns: Sequence[str], body: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *body])
    return text.getvalue()


def _table(columns: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    from tabulate import tabulate

    if not body:
        return "(nothing to show)\n"
    return tabulate(body, headers=columns, tablefmt="pipe", disable_numparse=True) + "\n"
