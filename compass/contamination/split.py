"""Scores on clean and on contaminated questions, and whether they differ more than elsewhere.

A model that does better on contaminated questions may have learned them by heart, or they may be
easier.  So its gap stands beside that of the other models on the same questions: what is left
after theirs is taken off cannot be difficulty.  It is a finding about these models only: if all
of them have seen the test, nothing is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from compass import store
from compass.contamination.annotations import Annotations
from compass.contamination.labels import CLEAN, DIRTY, INPUT, INPUT_AND_LABEL
from compass.errors import DataError, StoreError
from compass.records import Score, record_from_dict
from compass.runfolder import RunFolder
from compass.stats import mean_interval
from compass.stats.multiple import holm
from compass.stats.unpaired import Gap, unpaired_difference
from compass.verdicts import Judged, judged, pairs_of, same_meaning

ALL = "all"
STRATA = (ALL, CLEAN, INPUT, INPUT_AND_LABEL)
POOLED = "all datasets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One model on one dataset, split by label."""

    model: str
    dataset: str
    metric: str
    scores: Mapping[str, Score]
    """By stratum; one without questions has no value."""

    unlabelled: int
    """Questions without a label: in ``all`` only."""

    gap: Gap | None
    """Contaminated minus clean; None without either."""

    beside: Gap | None
    """The gap of this model less that of the others, on questions all have answered."""

    p: float | None = None
    """P-value of ``beside``, adjusted by Holm over the table."""


@dataclass(frozen=True, slots=True)
class _Row:
    cluster: str
    label: str | None
    value: float | None


def splits(runs: Iterable[Path], annotations: Annotations, *, rank_by: str = CLEAN) -> list[Split]:
    """Return the splits of every model and dataset that has labels, by dataset.

    Args:
        runs: Run folders.
        annotations: The labels.
        rank_by: Stratum whose score orders the models of a dataset, best first.

    Raises:
        DataError: No dataset has labels.
    """
    tables: dict[str, dict[str, dict[str, _Row]]] = {}
    units: dict[str, tuple[str, str]] = {}
    found = _judged(runs)
    for dataset, models in found.items():
        same_meaning(models)
        ids = list(dict.fromkeys(place.sample for one in models for place in one.values))
        labels = annotations.of(dataset, ids)
        if labels is not None:
            tables[dataset] = {one.model: _labelled(one, labels) for one in models}
            units[dataset] = models[0].metric, _scale(models[0])
    if not tables:
        raise DataError(
            "no question of these runs has a label",
            where="--annotations",
            hint=f"the runs have {', '.join(sorted(found)) or 'no scores'}; "
            "say which dataset a file is about: --annotations DATASET=FILE",
        )
    if len(tables) > 1 and len(set(units.values())) == 1:
        tables[POOLED] = _pooled(tables)
        units[POOLED] = next(iter(units.values()))
    made = [
        one
        for dataset, models in tables.items()
        for one in _ranked(_of_dataset(dataset, *units[dataset], models), rank_by)
    ]
    adjusted = iter(holm(one.beside.p for one in made if one.beside is not None))
    return [one if one.beside is None else replace(one, p=next(adjusted)) for one in made]


def _judged(runs: Iterable[Path]) -> dict[str, list[Judged]]:
    """Return the verdicts by dataset; a score that single questions have no value of is left."""
    found: dict[str, list[Judged]] = {}
    for root in runs:
        for model, dataset in pairs_of(root):
            with suppress(DataError):
                found.setdefault(dataset, []).append(judged(root, model, dataset))
    return {dataset: models for dataset, models in found.items() if models}


def _scale(one: Judged) -> str:
    scales = [score.scale for score in one.scores if score.metric == one.metric]
    return scales[0] if scales else "share"


def _labelled(one: Judged, labels: Mapping[str, str]) -> dict[str, _Row]:
    """Return a row for each asking: its label, its value."""
    return {
        repr(tuple(place)): _Row(one.cluster(place.sample), labels.get(place.sample), value)
        for place, value in one.values.items()
    }


def _pooled(tables: Mapping[str, Mapping[str, Mapping[str, _Row]]]) -> dict[str, dict[str, _Row]]:
    """Return the questions of all datasets, for models that were asked all of them."""
    models = set.intersection(*(set(table) for table in tables.values()))
    return {
        model: {
            f"{dataset} {key}": _Row(f"{dataset} {row.cluster}", row.label, row.value)
            for dataset, table in tables.items()
            for key, row in table[model].items()
        }
        for model in sorted(models)
    }


def _of_dataset(
    dataset: str, metric: str, scale: str, models: Mapping[str, Mapping[str, _Row]]
) -> list[Split]:
    return [
        Split(
            model=model,
            dataset=dataset,
            metric=metric,
            scores={name: _score(metric, scale, name, rows.values()) for name in STRATA},
            unlabelled=sum(row.label is None for row in rows.values()),
            gap=_gap([(row.value, row) for row in rows.values()]),
            beside=_beside(model, models),
        )
        for model, rows in models.items()
    ]


def _score(metric: str, scale: str, stratum: str, rows: Iterable[_Row]) -> Score:
    own = [row for row in rows if stratum in (ALL, row.label)]
    known = [(row.value, row.cluster) for row in own if row.value is not None]
    blank = Score(metric=metric, value=None, low=None, high=None, n=0, scale=scale)
    if not known:
        return replace(blank, failed=len(own))
    values = [value for value, _ in known]
    clusters = [cluster for _, cluster in known]
    alone = len(set(clusters)) == len(clusters)
    value, low, high = mean_interval(values, None if alone else clusters)
    failed = len(own) - len(known)
    if math.isinf(high):  # one value, or one cluster: nothing is known about the spread
        return replace(blank, value=value, n=len(known), failed=failed)
    return replace(blank, value=value, low=low, high=high, n=len(known), failed=failed)


def _gap(values: Iterable[tuple[float | None, _Row]], verdicts: bool = True) -> Gap | None:
    """Return contaminated minus clean."""
    kept = [(value, row) for value, row in values if value is not None]
    clean = [(value, row.cluster) for value, row in kept if row.label == CLEAN]
    dirty = [(value, row.cluster) for value, row in kept if row.label in DIRTY]
    if not clean or not dirty:
        return None
    return unpaired_difference(
        [value for value, _ in clean],
        [value for value, _ in dirty],
        ([cluster for _, cluster in clean], [cluster for _, cluster in dirty]),
        verdicts=verdicts,
    )


def _beside(model: str, models: Mapping[str, Mapping[str, _Row]]) -> Gap | None:
    """Return the gap of what a model has over the mean of the others, question by question."""
    others = [rows for name, rows in models.items() if name != model]
    if not others:
        return None
    ahead: list[tuple[float | None, _Row]] = []
    for key, row in models[model].items():
        beside = [rows[key].value if key in rows else None for rows in others]
        known = [value for value in beside if value is not None]
        if row.value is not None and len(known) == len(others):
            ahead.append((row.value - sum(known) / len(known), row))
    return _gap(ahead, verdicts=False)


def _ranked(found: Sequence[Split], stratum: str) -> list[Split]:
    """Return models by a score, best first; those without one last."""

    def key(one: Split) -> tuple[bool, float]:
        value = one.scores[stratum].value
        return value is None, -(value or 0.0)

    return sorted(found, key=key)


def to_dict(one: Split) -> dict[str, Any]:
    """Return the JSON form."""
    return {
        "model": one.model,
        "dataset": one.dataset,
        "metric": one.metric,
        "scores": {name: asdict(score) for name, score in one.scores.items()},
        "unlabelled": one.unlabelled,
        "gap": None if one.gap is None else _finite(one.gap),
        "beside": None if one.beside is None else _finite(one.beside),
        "p": one.p,
    }


def _finite(gap: Gap) -> dict[str, float | None]:
    return {name: None if math.isinf(value) else value for name, value in gap._asdict().items()}


def stored_splits(root: Path) -> list[Split]:
    """Return the table a run ended with, nothing where its config names no annotations.

    What an earlier config of the same run left behind is nothing, too.

    Raises:
        StoreError: The file holds something else.
    """
    folder = RunFolder(root)
    config = store.read_document(folder.config)
    if not isinstance(config, dict) or not (config.get("summarizer") or {}).get("annotations"):
        return []
    try:
        return [_split(row) for row in store.read_document(folder.splits) or ()]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"these are no scores on clean questions: {type(error).__name__}: {error}",
            where=str(folder.splits),
            hint="delete the file; compass contamination split makes it again",
        ) from error


def _split(row: Mapping[str, Any]) -> Split:
    return Split(
        model=str(row["model"]),
        dataset=str(row["dataset"]),
        metric=str(row["metric"]),
        scores={name: record_from_dict(Score, row["scores"][name]) for name in STRATA},
        unlabelled=int(row["unlabelled"]),
        gap=_gap_from_dict(row["gap"]),
        beside=_gap_from_dict(row["beside"]),
        p=row["p"],
    )


def _gap_from_dict(row: Mapping[str, float | None] | None) -> Gap | None:
    if row is None:
        return None
    low, high = row["low"], row["high"]
    return Gap(
        value=float(row["value"] or 0.0),
        low=-math.inf if low is None else low,
        high=math.inf if high is None else high,
        p=1.0 if row["p"] is None else row["p"],
    )
