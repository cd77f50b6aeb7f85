"""Run folders as a board needs them, and several of them as one.

Columns of several runs are told apart: a model whose abbr is in more than one run stands
as ``abbr@run``.  Scores are never merged: a dataset whose version differs between runs has
a row for each (see `compass.board.build`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from compass import store
from compass.board.build import board
from compass.board.cells import Cell, collect
from compass.board.table import Board, Origin
from compass.errors import StoreError, did_you_mean
from compass.runfolder import RunFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a run folder holds: what was asked for, and the scores."""

    label: str
    """What tells the run from others."""

    root: Path
    config: str
    """Name of its configuration."""

    models: tuple[str, ...]
    datasets: tuple[str, ...]
    pairs: frozenset[tuple[str, str]]
    """Model and dataset of everything that was asked for."""

    cells: tuple[Cell, ...]
    """Scores that are of the dataset as it was asked for last."""

    summarizer: dict[str, Any]


def recorded_runs(words: Sequence[str]) -> list[Recorded]:
    """Return the runs that words of a command line name.

    A word is a run folder, or the folder of a configuration, whose latest run is taken;
    ``LABEL=FOLDER`` gives the run another label than its start time.

    Raises:
        StoreError: There is no such run.
    """
    found = []
    for word in words:
        label, _, path = word.rpartition("=")
        if "/" in label or Path(word).exists():
            label, path = "", word
        found.append(_recorded(_run_folder(Path(path).expanduser()), label))
    configs = {one.config for one in found}
    named = [
        one if one.label else replace(one, label=_label(one, several=len(configs) > 1))
        for one in found
    ]
    labels = Counter(one.label for one in named)
    return [
        replace(one, label=f"{one.label}-{number}") if labels[one.label] > 1 else one
        for number, one in enumerate(named, start=1)
    ]


def board_of(runs: Sequence[Recorded], summarizer: dict[str, Any] | None = None) -> Board:
    """Return the leaderboard of one or more runs.

    Args:
        runs: At least one.
        summarizer: None takes that of the first run that has one.
    """
    chosen = next((one.summarizer for one in runs if one.summarizer), {})
    columns = list(_columns(runs))
    cells: list[Cell] = []
    for run in runs:
        named = {model: column for column, _, other, model in columns if other is run}
        for cell in run.cells:
            column = named.get(cell.model)
            if column is not None:
                cells.append(cell if column == cell.model else replace(cell, model=column))
    return board(
        cells,
        chosen if summarizer is None else summarizer,
        [column for column, *_ in columns],
        list(dict.fromkeys(dataset for run in runs for dataset in run.datasets)),
        combinations=[
            (column, dataset)
            for column, _, run, model in columns
            for dataset in run.datasets
            if (model, dataset) in run.pairs
        ],
        origins={column: origin for column, origin, *_ in columns},
        title=runs[0].config if len(runs) == 1 else " + ".join(one.label for one in runs),
    )  # fmt: skip


def _columns(runs: Iterable[Recorded]) -> Iterator[tuple[str, Origin, Recorded, str]]:
    """Yield a name for each model of each run, no two the same."""
    runs = list(runs)
    often = Counter(model for run in runs for model in run.models)
    for run in runs:
        for model in run.models:
            column = f"{model}@{run.label}" if often[model] > 1 else model
            yield column, Origin(model, run.label, run.root), run, model


def _run_folder(path: Path) -> Path:
    if (path / "run.json").is_file():
        return path
    starts = sorted(one.parent for one in path.glob("*/run.json"))
    if starts:
        return starts[-1]
    known = [str(one.parent) for one in path.parent.glob("*/run.json")]
    known += [str(one.parent.parent) for one in path.parent.glob("*/*/run.json")]
    raise StoreError(
        "there is no run here: no run.json" if path.exists() else "there is no such folder",
        where=str(path),
        hint=did_you_mean(str(path), set(known))
        if known
        else "name a run folder, such as outputs/eval_demo/20260101_120000",
    )


def _recorded(root: Path, label: str) -> Recorded:
    folder = RunFolder(root)
    run = store.read_document(folder.run) or {}
    config = store.read_document(folder.config) or {}
    plan = store.read_document(folder.plan_file) or {}
    try:
        cells = collect(root)
        versions = plan.get("versions", {})
        models = [one["abbr"] for one in config.get("models", ())]
        datasets = [one["abbr"] for one in config.get("datasets", ())]
        asked = [(model, dataset) for model, dataset in config.get("combinations", ())]
        pairs = frozenset(asked or ((cell.model, cell.dataset) for cell in cells))
        kept = [c for c in cells if c.version == versions.get(c.dataset, c.version)]
        return Recorded(
            label=label,
            root=root,
            config=str(run["config"]),
            models=_in_order(models or run.get("models", ()), (c.model for c in cells)),
            datasets=_in_order(datasets or run.get("datasets", ()), (c.dataset for c in cells)),
            pairs=pairs,
            cells=tuple(cell for cell in kept if (cell.model, cell.dataset) in pairs),
            summarizer=dict(config.get("summarizer") or {}),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"this is no run folder that can be read: {type(error).__name__}: {error}",
            where=str(root),
            hint="look at its run.json, config.json and plan.json",
        ) from error


def _in_order(first: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    named = tuple(first)
    return named or tuple(dict.fromkeys(others))


def _label(run: Recorded, several: bool) -> str:
    start = run.root.resolve().name
    return f"{run.config}-{start}" if several else start
