"""Scores on the scale from guessing to perfect.

With the chance level c, a score x becomes ``(x - c) / (1 - c)``: 0 is guessing, 1 is all
right, and a model that does worse than guessing is below 0, where it stays.  (Abbott 1925,
J. Econ. Entomol. 18:265-267, for responses that chance alone would bring about.)  Chance is
taken to be known, so the bounds are moved in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from compass.board.cells import Cell
from compass.records import Score


def normalised(score: Score) -> Score | None:
    """Return a share with 0 for chance and 1 for perfect; None where chance is not known.

    Examples:
        >>> half = Score(metric="accuracy", value=0.5, low=0.4, high=0.625, n=9, chance=0.25)
        >>> above = normalised(half)
        >>> above.value, above.high
        (0.3333333333333333, 0.5)
    """
    chance = score.chance
    if chance is None or chance >= 1 or score.scale != "share" or score.value is None:
        return None

    def moved(number: float | None) -> float | None:
        return None if number is None else (number - chance) / (1 - chance)

    return Score(
        metric=score.metric,
        value=moved(score.value),
        low=moved(score.low),
        high=moved(score.high),
        n=score.n,
        failed=score.failed,
        unparsed=score.unparsed,
        truncated=score.truncated,
        chance=0.0,
        scale=score.scale,
        beside=score.beside,
    )


def levelled(cell: Cell, chances: Mapping[str, Any]) -> Cell:
    """Return a cell whose scores know what guessing would reach.

    Args:
        cell: Scores that know their chance keep it.
        chances: Chance by abbr, or pattern of abbrs: a number for the headline metric, or
            a dict from metric to number.
    """
    for pattern, given in chances.items():
        if fnmatchcase(cell.dataset, pattern):
            levels = given if isinstance(given, Mapping) else {cell.scores[0].metric: given}
            scores = tuple(
                replace(score, chance=levels[score.metric])
                if score.chance is None and score.metric in levels
                else score
                for score in cell.scores
            )
            return replace(cell, scores=scores)
    return cell
