"""Where needles are found: the mean of a value at each length and depth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compass import store

Place = tuple[float, float]


def needles(path: Path) -> dict[str, Any] | None:
    """Return the map of a model on a dataset, None if its verdicts know no length and depth.

    Args:
        path: The verdicts.
    """
    sums: dict[Place, list[float]] = {}
    for length, depth, value in _found(path):
        cell = sums.setdefault((length, depth), [0.0, 0, 0])
        if value is None:
            cell[2] += 1
        else:
            cell[0] += value
            cell[1] += 1
    if not sums:
        return None
    lengths = sorted({length for length, _ in sums})
    depths = sorted({depth for _, depth in sums})
    return {
        "lengths": lengths,
        "depths": depths,
        "cells": [[_cell(sums.get((length, depth))) for length in lengths] for depth in depths],
    }


def _found(path: Path) -> Iterator[tuple[float, float, float | None]]:
    """Yield length, depth and headline value; stops at once where there are none."""
    for row in store.read_rows(path):
        values = row.get("values") or {}
        if "length" not in values or "depth" not in values:
            if row.get("reason") == "failed":
                continue  # a failed call has lost them
            return
        yield values["length"], values["depth"], next(iter(values.values()))


def _cell(sums: list[float] | None) -> list[float | None] | None:
    """Return mean, number judged and number failed."""
    if sums is None:
        return None
    total, judged, failed = sums
    return [round(total / judged, 4) if judged else None, judged, failed]
