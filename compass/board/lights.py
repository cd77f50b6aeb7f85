"""The lights of contamination checks on a board: a sign beside a score that may be learnt by heart.

A light is about a model and a benchmark, which a check calls by a name of its own.  The row of
that name bears the sign; a group does if one of its datasets does; and whatever row there is or
is not, the footnote says it: no leak is lost because it has no cell.

Checks are often a run of their own.  On a board of several runs they speak for the scores of
another run if its model is the same: if it has the same identity, which other weights, another
template or precision would change.  What a run's own checks say goes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from compass import store
from compass.board.table import Board, Origin, Row
from compass.contamination.lights import Assessment, Light
from compass.contamination.split import Split, stored_splits
from compass.contamination.stored import stored_checks
from compass.runfolder import RunFolder

SIGNS: Mapping[Light, str] = {"leak": "†", "doubt": "‡"}
"""Signs of the lights that a score must not be read without."""

_ALARM: tuple[Light, ...] = get_args(Light)
"""The worst first."""

_MEANING = {
    "leak": "a contamination check found that the test was probably trained on",
    "doubt": "one check rejects by itself, none after the correction over all of them",
}


def lit(board: Board) -> Board:
    """Return a board that knows what the checks of its runs found, and their clean scores.

    Raises:
        StoreError: A run holds something else than findings of checks.
    """
    lights = list(_assessments(board))
    by_place: dict[tuple[str, str], Light] = {}
    for light in reversed(list(SIGNS)):
        by_place |= {(one.model, one.dataset): light for one in lights if one.light == light}
    rows = [replace(row, lights=dict(_lights(row, by_place))) for row in board.rows]
    return replace(
        board, rows=tuple(rows), assessments=tuple(lights), clean=tuple(_clean(board.origins))
    )


def _assessments(board: Board) -> Iterator[Assessment]:
    """Yield what is known of each column: by its own run, and by others of what it has scores."""
    roots = {origin.root: origin.run for origin in board.origins.values()}
    identities = {root: _identities(root) for root in roots}
    own: dict[tuple[Path, str], list[Assessment]] = {}
    shared: dict[str, dict[str, Assessment]] = {}
    for root, run in roots.items():
        for one in stored_checks(root).assessments:
            own.setdefault((root, one.model), []).append(one)
            same = shared.setdefault(identities[root].get(one.model, ""), {})
            known = same.get(one.dataset)
            if known is None or _ALARM.index(one.light) < _ALARM.index(known.light):
                same[one.dataset] = replace(one, words=f"{one.words} (checked in {run})")
    if not own:
        return
    scored = {(row.name, column) for row in board.rows for column in row.scores}
    for column, origin in board.origins.items():
        mine = own.get((origin.root, origin.model), [])
        checked = {one.dataset for one in mine}
        identity = identities[origin.root].get(origin.model, "")
        of_others = shared[identity].values() if identity and identity in shared else ()
        more = [one for one in of_others if (one.dataset, column) in scored]
        for one in (*mine, *(one for one in more if one.dataset not in checked)):
            yield replace(one, model=column)


def _identities(root: Path) -> dict[str, str]:
    """Return what tells the models of a run from others of the same name."""
    document: Any = store.read_document(RunFolder(root).run)
    models = document.get("models") if isinstance(document, dict) else None
    return {
        abbr: str(one.get("identity") or "")
        for abbr, one in (models.items() if isinstance(models, dict) else ())
        if isinstance(one, dict)
    }


def _clean(origins: Mapping[str, Origin]) -> Iterator[Split]:
    """Yield the scores on clean questions of each run, under the names of its columns."""
    for root in dict.fromkeys(origin.root for origin in origins.values()):
        columns = {one.model: column for column, one in origins.items() if one.root == root}
        for one in stored_splits(root):
            if one.model in columns:
                yield replace(one, model=columns[one.model])


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
