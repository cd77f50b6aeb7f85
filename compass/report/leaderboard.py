"""The board as data for its page: compact, since 1,000 models times 100 datasets must open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compass.board import Board, Row
from compass.board.direction import higher_is_better
from compass.board.groups import Group, leaves_of
from compass.board.words import coverage, holes
from compass.records import LETTERS, Score

MOST_RANKED = 50
"""Models up to which the matrix of pairs is worth its place."""


def leaderboard(board: Board, links: Mapping[str, str]) -> dict[str, Any]:
    """Return tables, rows and scores of a board.

    Args:
        board: What is shown.
        links: Address of the transcripts of each dataset that has some.
    """
    places = [place for place, row in enumerate(board.rows) if row.shown]
    places += [p for table in board.tables for p in table.places if not board.rows[p].shown]
    runs = [board.origins[m].run if m in board.origins else "" for m in board.models]
    number = {place: n for n, place in enumerate(dict.fromkeys(places))}
    return {
        "models": list(board.models),
        "families": [board.families.get(model, "") for model in board.models],
        "runs": runs if len(set(runs)) > 1 else [""] * len(runs),
        "rows": [_row(board.rows[place], board.models, links) for place in number],
        "tables": [
            {
                "title": table.title,
                "rows": [number[place] for place in table.places],
                "models": [board.models.index(model) for model in table.models]
                if table.models != board.models
                else None,
                "scale": table.scale,
                "ranked": number.get(-1 if table.ranked is None else table.ranked),
            }
            for table in board.tables
        ],
    }


def _row(row: Row, models: Sequence[str], links: Mapping[str, str]) -> dict[str, Any]:
    ranking = row.ranking
    made: dict[str, Any] = {
        "name": row.name,
        "version": row.version,
        "metric": row.metric,
        "mode": row.mode,
        "group": row.group,
        "scale": row.scale,
        "higher": higher_is_better(row.metric, row.scale),
        "link": links.get(row.name),
        "best": row.best,
        "cells": [short_score(row.scores.get(model)) for model in models],
    }
    if row.normalised:
        made["above"] = [short_score(row.normalised.get(model)) for model in models]
    if row.lights:
        made["lights"] = [row.lights.get(model) for model in models]
    if row.lead is not None:
        made["lead"] = [row.lead.model, row.lead.second, row.lead.p, row.lead.reason]
    if ranking is not None:
        made["ranks"] = {model: list(ends) for model, ends in ranking.ranges.items()}
        if len(ranking.models) <= MOST_RANKED:
            made["pairs"] = {
                "models": list(ranking.models),
                "differences": [list(map(_short, line)) for line in ranking.differences],
                "p": [list(map(_short, line)) for line in ranking.p_values],
            }
    return made


def short_score(score: Score | None) -> list[Any] | None:
    """Return value, bounds, n, failed, unparsed, truncated and chance; ends that are 0 go."""
    if score is None:
        return None
    cell = [_short(score.value), _short(score.low), _short(score.high), score.n]
    rest = [score.failed, score.unparsed, score.truncated, _short(score.chance)]
    while rest and not rest[-1]:
        rest.pop()
    return cell + rest


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.5g}")


def groups_with_members(
    groups: Mapping[str, Group], rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return what a radar can show: names of groups with the rows of their datasets."""
    by_name = {row["name"]: place for place, row in reversed(list(enumerate(rows)))}
    found = []
    for group in groups.values():
        members = [m.name for m in group.members if m.name in by_name]
        members = members if len(members) > 2 else leaves_of(group, groups)
        places = [by_name[name] for name in members if name in by_name]
        if len(places) > 2:
            found.append({"name": group.name, "rows": places})
    return found


def position_bias(board: Board) -> Iterator[dict[str, Any]]:
    """Yield for each circular dataset which slots each model names, with the test of it."""
    metrics: dict[tuple[str, str], dict[str, Row]] = {}
    for row in board.rows:
        if not row.group:
            metrics.setdefault((row.name, row.version), {}).setdefault(row.metric, row)
    for (dataset, _), rows in metrics.items():
        slots = [rows[f"prior_{x}"] for x in LETTERS if f"prior_{x}" in rows]
        models = [model for model in board.models if slots and model in slots[0].scores]
        if models:
            yield {"dataset": dataset, "models": [_slots(model, slots, rows) for model in models]}


def _slots(model: str, slots: Sequence[Row], rows: Mapping[str, Row]) -> dict[str, Any]:
    scores = [row.scores[model] for row in slots if model in row.scores]
    made: dict[str, Any] = {
        "model": model,
        "slots": [[_short(one.value), _short(one.low), _short(one.high)] for one in scores],
        "chance": _short(scores[0].chance),
        "n": scores[0].n,
    }
    for name, metric in (("effect", "position_bias"), ("p", "position_bias_p")):
        score = rows[metric].scores.get(model) if metric in rows else None
        made[name] = None if score is None else _short(score.value)
    return made


def troubles(board: Board, links: Mapping[str, str]) -> dict[str, list[Any]]:
    """Return what is missing and what failed, in words."""
    failed = {
        (row.name, model): score.failed
        for row in board.rows
        if not row.group
        for model, score in row.scores.items()
        if score.failed
    }
    return {
        "unanswered": [
            [dataset, model, count, links.get(dataset)]
            for (dataset, model), count in failed.items()
        ],
        "notes": list(board.notes),
        "holes": [hole for hole, _ in holes(board)],
        "coverage": list(coverage(board)),
        "failures": [[one.job, one.count or None, one.brief, one.log] for one in board.failures],
    }
