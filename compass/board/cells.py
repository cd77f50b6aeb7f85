"""The scores of a run, as the files of its folder hold them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compass import store
from compass.errors import StoreError
from compass.records import Score, record_from_dict


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The scores of one model on one dataset: one ``scores.json``."""

    model: str
    dataset: str
    version: str
    """Short fingerprint of the dataset: its prompt, its data, its evaluator."""

    mode: str
    """``rank``, ``gen`` or ``loss``."""

    scores: tuple[Score, ...]
    """The headline first."""


def collect(root: Path, pairs: Iterable[tuple[str, str]] | None = None) -> list[Cell]:
    """Return the scores under a run folder, sorted by model and dataset.

    Args:
        root: The run folder.
        pairs: Model and dataset to look for; None takes whatever is there.

    Raises:
        StoreError: A file is not what this module says it is.
    """
    if pairs is None:
        paths = sorted(root.glob("score/*/*/scores.json"))
    else:
        paths = [root / "score" / model / dataset / "scores.json" for model, dataset in pairs]
    cells = []
    for path in paths:
        document = store.read_document(path)
        if document is not None:
            cells.append(_cell(document, path))
    return cells


def _cell(document: Any, path: Path) -> Cell:
    try:
        return Cell(
            model=str(document["model"]),
            dataset=str(document["dataset"]),
            version=str(document["version"]),
            mode=str(document["mode"]),
            scores=tuple(record_from_dict(Score, row) for row in document["scores"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"these are no scores: {type(error).__name__}: {error}",
            where=str(path),
            hint="delete the file; run again with -r to score anew",
        ) from error
