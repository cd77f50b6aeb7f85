"""Verdicts of a run as columns, and the verdicts of several models paired.

Two verdicts belong together if their dataset has the same version and they are on the same
sample, variant and repeat.  The key of a question never pairs: it holds the model.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from compass import jsontext, store
from compass.errors import DataError, StoreError, did_you_mean
from compass.records import Score, record_from_dict

OVER_VARIANTS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "perf": min,
    "acc_origin": lambda values: values[0],
    "acc_circular": lambda values: sum(values) / len(values),
    "mean": lambda values: sum(values) / len(values),
}
"""Metrics that no single verdict holds: what they make of a question's values, by variant."""


class Place(NamedTuple):
    """Which asking of which sample."""

    sample: str
    variant: int = 0
    repeat: int = 0


class Said(NamedTuple):
    """What a verdict says beside its value."""

    answer: str | None
    target: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one model's answers to one dataset were found to be worth."""

    model: str
    dataset: str
    version: str
    """Short fingerprint of the dataset: its prompt, its data, its evaluator."""

    metric: str
    scores: tuple[Score, ...]
    """All scores of the pair, the headline first."""

    values: Mapping[Place, float | None]
    """Value of each question in the order asked; None where nothing could be judged.

    Where questions have variants, such as several orders of their options, a metric of single
    verdicts is that of the plain variant.
    """

    groups: Mapping[str, str] = field(default_factory=dict)
    """Cluster by sample, of samples that share one with others."""

    said: Mapping[Place, Said] = field(default_factory=dict)
    """Empty unless it was asked for."""

    @property
    def score(self) -> Score:
        """The score of the metric.

        Raises:
            KeyError: The metric is a value of single questions only.
        """
        return self.score_of(self.metric)

    def score_of(self, metric: str) -> Score:
        """Return the score called ``metric``."""
        for score in self.scores:
            if score.metric == metric:
                return score
        raise KeyError(metric)

    @property
    def failed(self) -> int:
        """Questions without a value."""
        return sum(value is None for value in self.values.values())

    def cluster(self, sample: str) -> str:
        """Return what a sample shares its luck with: its passage, or only itself."""
        return self.groups.get(sample, sample)


class Differences(NamedTuple):
    """The questions that two models both have a value for."""

    places: tuple[Place, ...]
    a: Any
    """Values of the first, an array."""

    b: Any
    """Values of the second, an array."""

    clusters: Any
    """Cluster of each question, an array of whole numbers from 0."""

    only_a: int
    """Questions that only the first was asked."""

    only_b: int
    failed_a: int
    """Questions asked of both for which the first has no value."""

    failed_b: int


class Matrix(NamedTuple):
    """Questions down, models across."""

    places: tuple[Place, ...]
    values: Any
    """Array of questions by models; NaN where there is no value."""

    clusters: Any
    """Cluster of each question, an array of whole numbers from 0."""


def pairs_of(root: Path) -> list[tuple[str, str]]:
    """Return model and dataset of everything that was scored in a run, sorted."""
    found = root.glob("score/*/*/scores.json")
    return sorted((path.parent.parent.name, path.parent.name) for path in found)


def judged(
    root: Path, model: str, dataset: str, metric: str | None = None, *, said: bool = False
) -> Judged:
    """Read the verdicts of a model on a dataset.

    Args:
        root: The run folder.
        model: Its abbr.
        dataset: Its abbr.
        metric: None takes the headline, or the first score that single questions have.
        said: Keep answers, targets and reasons too.

    Raises:
        StoreError: There are none, or they are damaged.
        DataError: The metric is no value of single questions.
    """
    folder = root / "score" / model / dataset
    version, scores = _scores(folder / "scores.json")
    rows = _rows(folder / "verdicts.jsonl")
    values: dict[Place, float | None] = {}
    groups: dict[str, str] = {}
    beside: dict[Place, Said] = {}
    first = next(iter(rows), None)
    single = [] if first is None else list(first["values"])
    chosen = _metric(metric, [s.metric for s in scores], single, str(folder))
    fold = OVER_VARIANTS.get(chosen) if chosen not in single else None
    read = chosen if fold is None else single[0]
    for row in rows:
        sample = row["sample_id"]
        place = Place(sample, row.get("variant", 0), row.get("repeat", 0))
        values[place] = row["values"].get(read)
        cluster = row.get("cluster")
        if cluster is not None:
            groups[sample] = cluster
        if said:
            beside[place] = Said(row.get("answer"), row.get("target"), row.get("reason", ""))
    if any(place.variant for place in values):
        some = any("way" in row for row in rows)
        values = _plain(values) if fold is None else _folded(values, fold, some)
        beside = {place: one for place, one in beside.items() if place in values}
    return Judged(
        model=model,
        dataset=dataset,
        version=version,
        metric=chosen,
        scores=scores,
        values=values,
        groups=groups,
        said=beside,
    )


def differences(a: Judged, b: Judged) -> Differences:
    """Pair what two models both have a value for, in the order of the first.

    Raises:
        DataError: They were not asked, or not judged, by the same version of a dataset.
    """
    import numpy

    same_meaning([a, b])
    both = [place for place in a.values if place in b.values]
    left = [a.values[place] for place in both]
    right = [b.values[place] for place in both]
    kept = [n for n in range(len(both)) if left[n] is not None and right[n] is not None]
    places = tuple(both[n] for n in kept)
    return Differences(
        places=places,
        a=numpy.array([left[n] for n in kept], dtype=float),
        b=numpy.array([right[n] for n in kept], dtype=float),
        clusters=_codes(places, a.cluster),
        only_a=len(a.values) - len(both),
        only_b=len(b.values) - len(both),
        failed_a=sum(value is None for value in left),
        failed_b=sum(value is None for value in right),
    )


def matrix(models: Sequence[Judged]) -> Matrix:
    """Put several models beside each other on every question that any of them was asked.

    Raises:
        DataError: They were not asked, or not judged, by the same version of a dataset.
    """
    import numpy

    same_meaning(models)
    places = tuple(dict.fromkeys(place for one in models for place in one.values))
    groups = {sample: group for one in models for sample, group in one.groups.items()}
    values = numpy.full((len(places), len(models)), numpy.nan)
    for column, one in enumerate(models):
        held = [one.values.get(place) for place in places]
        values[:, column] = [numpy.nan if value is None else value for value in held]
    return Matrix(places, values, _codes(places, lambda sample: groups.get(sample, sample)))


def same_meaning(models: Sequence[Judged]) -> None:
    """Refuse values that do not mean the same.

    Raises:
        DataError: Two differ in the version of the dataset or in the metric.
    """
    for one in models[1:]:
        for name in ("version", "metric"):
            mine, other = getattr(models[0], name), getattr(one, name)
            if mine != other:
                raise DataError(
                    f"{models[0].model} and {one.model} were not judged alike: "
                    f"{name} {mine}, and {other}",
                    where=one.dataset,
                    hint="compare scores of one version of a dataset, and of one metric",
                )


def _codes(places: Iterable[Place], cluster: Callable[[str], Hashable]) -> Any:
    """Return a number for the cluster of each place."""
    import numpy

    numbers: dict[Hashable, int] = {}
    found = [numbers.setdefault(cluster(place.sample), len(numbers)) for place in places]
    return numpy.array(found, dtype=numpy.int64)


def _plain(values: Mapping[Place, float | None]) -> dict[Place, float | None]:
    return {place: value for place, value in values.items() if not place.variant}


def _folded(
    values: Mapping[Place, float | None], fold: Callable[[Sequence[float]], float], some: bool
) -> dict[Place, float | None]:
    """Return what each question's values come to; None if any variant has none.

    Args:
        values: Of every variant.
        fold: What they come to.
        some: A question that lacks variants that others have is left out, as
            `compass.evaluators.ways` does; else it has as many as there are.
    """
    variants: dict[Place, list[float | None]] = {}
    for place, value in values.items():
        variants.setdefault(place._replace(variant=0), []).append(value)
    most = max(map(len, variants.values()), default=0)
    folded: dict[Place, float | None] = {}
    for place, held in variants.items():
        if some and len(held) < most:
            continue
        known = [value for value in held if value is not None]
        folded[place] = fold(known) if len(known) == len(held) else None
    return folded


def _metric(wanted: str | None, scored: Sequence[str], single: Sequence[str], where: str) -> str:
    """Return the metric to read: one that single questions have a value for."""
    known = [name for name in OVER_VARIANTS if name in scored] + list(single)
    if wanted is None:
        first = next((name for name in scored if name in known), None)
        if first is not None or not single:
            return first or (scored[0] if scored else "")
        raise DataError(
            f"{scored[0] if scored else 'its score'} is a score of the whole dataset: "
            "single questions have no value of it",
            where=where,
            hint="compare it by its interval, or name a metric of single questions with --metric",
        )
    if wanted not in known:
        raise DataError(
            f"single questions have no {wanted!r}", where=where, hint=did_you_mean(wanted, known)
        )
    return wanted


def _scores(path: Path) -> tuple[str, tuple[Score, ...]]:
    document = store.read_document(path)
    if document is None:
        raise StoreError(
            "there are no scores of this model on this dataset",
            where=str(path),
            hint="run again with -r to finish the run",
        )
    try:
        scores = tuple(record_from_dict(Score, row) for row in document["scores"])
        return str(document["version"]), scores
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, error) from error


def _rows(path: Path) -> list[Any]:
    """Return every verdict.  Scoring replaces the file whole: a damaged line is no accident."""
    if not path.exists():
        raise StoreError(
            "there are no verdicts of this model on this dataset",
            where=str(path),
            hint="run again with -r to score anew",
        )
    rows = []
    for number, (_, line) in enumerate(store.scan_lines(path), start=1):
        try:
            row = jsontext.loads_stored(line)
            if not isinstance(row["sample_id"], str) or not isinstance(row["values"], dict):
                raise TypeError("not a verdict")
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(f"{path}:{number}", error) from error
        rows.append(row)
    return rows


def _damaged(where: object, error: Exception) -> StoreError:
    return StoreError(
        f"this is damaged: {type(error).__name__}: {error}",
        where=str(where),
        hint="delete the file; run again with -r to score anew",
    )
