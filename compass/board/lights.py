"""The lights of contamination checks on a board: a sign beside a score that may be learnt by heart.

A light is about a model and a benchmark, which a check calls by a name of its own.  The row of
that name bears the sign; a group does if one of its datasets does; and whatever row there is or
is not, the footnote says it: no leak is lost because it has no cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from compass.board.table import Board, Row
from compass.contamination.lights import Assessment, Light
from compass.contamination.stored import stored_checks

SIGNS: Mapping[Light, str] = {"leak": "†", "doubt": "‡"}
"""Signs of the lights that a score must not be read without."""

_MEANING = {
    "leak": "a contamination check found that the test was probably trained on",
    "doubt": "one check rejects by itself, none after the correction over all of them",
}


def lit(board: Board) -> Board:
    """Return a board that knows what the checks of its runs found.

    Raises:
        StoreError: A run holds something else than findings of checks.
    """
    found: dict[Path, dict[str, list[Assessment]]] = {}
    lights: list[Assessment] = []
    for column, origin in board.origins.items():
        if origin.root not in found:
            by_model = found.setdefault(origin.root, {})
            for one in stored_checks(origin.root).assessments:
                by_model.setdefault(one.model, []).append(one)
        mine = found[origin.root].get(origin.model, ())
        lights += [replace(one, model=column) for one in mine]
    by_place: dict[tuple[str, str], Light] = {}
    for light in reversed(list(SIGNS)):
        by_place |= {(one.model, one.dataset): light for one in lights if one.light == light}
    rows = [replace(row, lights=dict(_lights(row, by_place))) for row in board.rows]
    return replace(board, rows=tuple(rows), assessments=tuple(lights))


def _lights(row: Row, by_place: Mapping[tuple[str, str], Light]) -> Iterator[tuple[str, Light]]:
    """Yield each model whose score in a row has a sign; a group has the worst of its datasets."""
    for model in row.scores if by_place else ():
        names = (row.name, *(part.dataset for part in row.parts.get(model, ())))
        seen = {by_place.get((model, name)) for name in names}
        yield from [(model, light) for light in SIGNS if light in seen][:1]


def footnotes(board: Board) -> Iterator[str]:
    """Yield a line for each leak and doubt: the sign, who, on what, and why."""
    for light, sign in SIGNS.items():
        for one in board.assessments:
            if one.light == light:
                yield f"{sign} {one.model} on {one.dataset}: {light}: {one.words}"


def meanings(board: Board) -> Iterator[str]:
    """Yield what the signs of a board mean."""
    there = {one.light for one in board.assessments}
    for light, sign in SIGNS.items():
        if light in there:
            yield f"{sign}: {light}, {_MEANING[light]}"
