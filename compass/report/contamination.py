"""What is known of leaks, for the page of a board: lights of checks, scores on clean questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compass.board import Board
from compass.board.clean import HEAD, cells, note, unlabelled
from compass.board.lights import SIGNS
from compass.contamination.lights import LEVEL, Assessment, Light
from compass.contamination.report import COLUMNS
from compass.contamination.report import cells as finding_cells
from compass.contamination.split import STRATA, Split, stored_splits
from compass.contamination.stored import stored_checks

SHOWN: Mapping[Light, tuple[str, str, str]] = {
    "leak": (
        SIGNS["leak"],
        "wrong",
        "the test was probably trained on: a check rejects after the correction",
    ),
    "doubt": (SIGNS["doubt"], "partly", "a check rejects by itself, none after the correction"),
    "over-fit": (
        "▲",
        "failed",
        "no sign of the test, but its training set is better known than it should be",
    ),
    "clear": ("✓", "right", "nothing rejects, and a leak of that size would have been seen"),
    "unknown": ("?", "", "nothing could be tested, or a leak might well have been missed"),
}
"""Sign, colour and meaning of each light; the order is that of alarm."""

_NUMBERS = frozenset({"value", "95 % interval", "p", "corrected p", "n", "sees"})


def lights(board: Board, roots: Sequence[Path]) -> dict[str, Any]:
    """Return what the template shows of the checks; no light: there were none.

    Args:
        board: Its assessments are shown, the most alarming first.
        roots: Run folders, which hold what the methods say of themselves.
    """
    order = list(SHOWN)
    ordered = sorted(board.assessments, key=lambda one: order.index(one.light))
    there = [light for light in order if any(one.light == light for one in ordered)]
    about: dict[str, Mapping[str, str]] = {}
    for root in roots if ordered else ():
        about |= stored_checks(root).methods
    return {
        "lights": [{**_lamp(one.light), **_findings(one)} for one in ordered],
        "legend": [{**_lamp(light), "meaning": SHOWN[light][2]} for light in there],
        "columns": [(name, name in _NUMBERS) for name in COLUMNS],
        "methods": [{"name": name, **said} for name, said in about.items()],
        "level": f"{100 * LEVEL:.0f}",
    }


def _lamp(light: Light) -> dict[str, str]:
    sign, colour, _ = SHOWN[light]
    return {"light": light, "sign": sign, "colour": colour}


def _findings(one: Assessment) -> dict[str, Any]:
    return {
        "model": one.model,
        "dataset": one.dataset,
        "words": one.words,
        "tests": sum(weighed.finding.p is not None for weighed in one.weighed),
        "findings": [
            [(text, name in _NUMBERS) for name, text in zip(COLUMNS, row, strict=True)]
            for row in map(finding_cells, one.weighed)
        ],
        "effects": [f"{e:g}" for e in sorted({weighed.effect for weighed in one.weighed})],
    }


def clean(roots: Sequence[tuple[str, Path]]) -> list[dict[str, Any]]:
    """Return the tables of scores on clean and on contaminated questions, one for each run.

    Args:
        roots: Name and folder of each run.
    """
    made = []
    for name, root in roots:
        found = stored_splits(root)
        if found:
            made.append(
                {
                    "run": name,
                    "head": [(name, place > 1) for place, name in enumerate(HEAD)],
                    "rows": [_row(one) for one in found],
                    "note": note(found),
                    "unlabelled": unlabelled(found),
                }
            )
    return made


def _row(one: Split) -> dict[str, Any]:
    """Return a row: its names, and of each number the text and what it is sorted by."""
    dataset, model, *texts = cells(one)
    gap, beside = one.gap, one.beside
    values = [one.scores[name].value for name in STRATA]
    values += [gap and gap.value, gap and gap.p, beside and beside.value, one.p]
    return {
        "dataset": dataset,
        "model": model,
        "numbers": list(zip(texts, values, strict=True)),
        "sure": one.p is not None and one.p <= LEVEL,
    }
