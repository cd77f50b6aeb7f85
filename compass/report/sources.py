"""What a run folder holds for its report, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compass.board import Cell
from compass.report.costs import cost_of
from compass.report.transcripts import Metric, Source
from compass.runfolder import RunFolder


def sources_of(root: Path, cells: Sequence[Cell]) -> dict[str, list[Source]]:
    """Return by dataset the models whose verdicts are there, in the order of ``cells``."""
    folder = RunFolder(root)
    found: dict[str, list[Source]] = {}
    for cell in cells:
        verdicts = root / "score" / cell.model / cell.dataset / "verdicts.jsonl"
        if verdicts.exists():
            logs = folder.all_rows(cell.model, cell.dataset)
            source = Source(model=cell.model, logs=logs, verdicts=verdicts, cost=cost_of(logs))
            found.setdefault(cell.dataset, []).append(source)
    return found


def metric_of(cells: Sequence[Cell], dataset: str) -> Metric:
    """Return what says whether an answer to a dataset is right: its headline."""
    scores = [cell.scores[0] for cell in cells if cell.dataset == dataset and cell.scores]
    return Metric(name=scores[0].metric, scale=scores[0].scale) if scores else Metric(name="")
