"""Who is really ahead: leads and ranks from the verdicts behind a board.

A row's best model is called best only if it is significantly better than *every* other, each
by the paired test on the questions both answered; the largest of these p-values is the
row's (the test of a union of hypotheses is the intersection of their tests: Berger 1982,
Technometrics 24:295-300), and Holm's correction goes over the rows of the board.  Ranks of
a row's models come from all its pairs (`compass.stats.ranks`).

The difference of two groups is worked out from the questions of all their datasets.  With
slopes s of the group's mean and values x, each question of a dataset contributes
``s_b x_b - s_a x_a``; the dataset's mean and squared standard error are those of
`compass.stats.Mean`, datasets are independent, and degrees of freedom add up as in
Satterthwaite 1946 (Biometrics Bull. 2:110-114).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from compass.board.direction import higher_is_better
from compass.board.table import Board, Lead, Origin, Ranking, Row
from compass.errors import CompassError
from compass.stats import LEVEL, Interval
from compass.verdicts import judged, matrix

MOST_MODELS = 50
"""Beyond this, models are not tested against each other."""

_CLOSE = 1e-6


class _Untested(Exception):
    """A row cannot be tested."""


class _Values(NamedTuple):
    """Questions down, models across."""

    values: Any
    clusters: Any


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """The verdicts behind the columns of a board, each dataset read once."""

    origins: Mapping[str, Origin]
    held: dict[tuple[str, str], dict[tuple[str, ...], _Values]] = field(default_factory=dict)

    def of(self, dataset: str, metric: str, models: tuple[str, ...]) -> _Values:
        """Return the values of models on a dataset.

        Raises:
            _Untested: Single questions have no values that add up to the scores.
        """
        held = self.held.setdefault((dataset, metric), {})
        more = next((more for more in held if set(models) <= set(more)), models)
        if more not in held:
            held[more] = self._read(dataset, metric, models)
        found = held[more]
        return _Values(found.values[:, [more.index(model) for model in models]], found.clusters)

    def _read(self, dataset: str, metric: str, models: tuple[str, ...]) -> _Values:
        read = []
        for model in models:
            origin = self.origins.get(model)
            if origin is None:
                raise _Untested("their run folders are not known")
            try:
                one = judged(origin.root, origin.model, dataset, metric)
                score = one.score
            except (CompassError, KeyError) as error:
                raise _Untested("there are no verdicts on single questions") from error
            values = [value for value in one.values.values() if value is not None]
            mean = sum(values) / len(values) if values else 0.0
            if score.value is None or abs(mean - score.value) > _CLOSE:
                raise _Untested("the score is not the mean of single questions")
            read.append(one)
        made = matrix(read)
        return _Values(made.values, made.clusters)


def tested(board: Board) -> Board:
    """Return the board with its leads, and the rankings that its tables ask for."""
    verdicts = _Verdicts(board.origins)
    ranked = {table.ranked for table in board.tables}
    rows = [
        _tested(row, verdicts, place in ranked) if row.shown else row
        for place, row in enumerate(board.rows)
    ]
    return replace(board, rows=tuple(_corrected(rows)))


def _tested(row: Row, verdicts: _Verdicts, ranked: bool) -> Row:
    """Return a row with its lead, not yet corrected for the other rows, and its ranking."""
    models = _order(row)
    if len(models) < 2:
        return row
    best, second = models[:2]
    try:
        if len(models) > MOST_MODELS:
            raise _Untested(f"there are more than {MOST_MODELS} models")
        pairs = _pairs(row, models, verdicts, all_of=ranked)
    except _Untested as reason:
        return replace(row, lead=Lead(best, second, None, None, False, str(reason)))
    p_values = [float(one) for one in pairs.p[0, 1:]]
    if any(math.isnan(one) for one in p_values):
        unpaired = "two models have no question, or but one cluster, in common"
        return replace(row, lead=Lead(best, second, None, None, False, unpaired))
    ahead = [bool(one > 0) for one in pairs.value[1:, 0]]
    p_value = max(p if is_ahead else 1.0 for p, is_ahead in zip(p_values, ahead, strict=True))
    sign = _sign(row)
    ends = sorted(sign * float(bound[1, 0]) for bound in (pairs.low, pairs.high))
    difference = Interval(sign * float(pairs.value[1, 0]), *ends)
    lead = Lead(best, second, difference, p_value, False)
    return replace(row, lead=lead, ranking=_ranking(row, models, pairs) if ranked else None)


def _corrected(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with the p-values of their leads adjusted over all of them."""
    from compass.stats.multiple import holm

    adjusted = holm([None if row.lead is None else row.lead.p for row in rows])
    return [
        row
        if row.lead is None or row.lead.p is None
        else replace(row, lead=row.lead._replace(p=p, significant=p <= 1 - LEVEL))
        for row, p in zip(rows, adjusted, strict=True)
    ]


def _order(row: Row) -> tuple[str, ...]:
    """Return the models that have a value, best first."""
    values = {m: score.value for m, score in row.scores.items() if score.value is not None}
    return tuple(sorted(values, key=lambda model: -_sign(row) * values[model]))


def _sign(row: Row) -> int:
    """Return -1 if less is better, else 1."""
    score = next(iter(row.scores.values()))
    return -1 if higher_is_better(row.metric, score.scale) is False else 1


def _ranking(row: Row, models: tuple[str, ...], pairs: Any) -> Ranking:
    from compass.stats.ranks import rank_ranges, tied_groups

    sign = _sign(row)
    ranges = rank_ranges(pairs.wins)
    tied = tied_groups(pairs.wins, [-place for place in range(len(models))])
    return Ranking(
        models=models,
        differences=_plain(sign * pairs.value.T),
        p_values=_plain(pairs.adjusted),
        ranges=dict(zip(models, ranges, strict=True)),
        tied=tuple(tuple(models[one] for one in group) for group in tied if len(group) > 1),
    )


def _plain(table: Any) -> tuple[tuple[float | None, ...], ...]:
    """Return an array as plain numbers, what is none as None."""
    return tuple(tuple(None if math.isnan(one) else one for one in line) for line in table.tolist())


def _pairs(row: Row, models: tuple[str, ...], verdicts: _Verdicts, all_of: bool) -> Any:
    """Return `compass.stats.ranks.Pairs` of the models, more being better.

    Args:
        row: The row.
        models: The best first.
        verdicts: What is read.
        all_of: False: only the first model against each other, if that is less work.
    """
    from compass.stats.ranks import pairwise

    scale = next(iter(row.scores.values())).scale
    if higher_is_better(row.metric, scale) is None:
        raise _Untested("it is not known which way the metric is better")
    if row.group:
        return _group_pairs(row, models, verdicts, all_of)
    read = verdicts.of(row.name, row.metric, models)
    return pairwise(_sign(row) * read.values, read.clusters)


def _group_pairs(row: Row, models: tuple[str, ...], verdicts: _Verdicts, all_of: bool) -> Any:
    import numpy

    from compass.stats.multiple import holm
    from compass.stats.paired import student
    from compass.stats.ranks import Pairs

    datasets = _contributions(row, models, verdicts)
    shape = (len(models), len(models))
    found = {n: numpy.full(shape, numpy.nan) for n in ("value", "low", "high", "p", "adjusted")}
    counts = {name: numpy.zeros(shape, dtype=int) for name in ("n", "better", "worse")}
    upper = [(a, b) for a in range(len(models)) for b in range(a + 1, len(models))]
    upper = upper if all_of else [(a, b) for a, b in upper if a == 0]
    for a, b in upper:
        means = [_mean(one.values[:, b] - one.values[:, a], one.clusters) for one in datasets]
        if any(one.clusters < 2 for one in means):
            continue
        variance = sum(one.variance for one in means)
        spread = sum(one.variance**2 / (one.clusters - 1) for one in means)
        freedom = variance**2 / spread if spread > 0 else sum(m.clusters - 1 for m in means)
        value, low, high, p_value = student(
            sum(one.value for one in means), variance**0.5, int(freedom) + 1 if freedom > 1 else 2
        )
        found["value"][a, b], found["value"][b, a] = value, -value
        found["low"][a, b], found["low"][b, a] = low, -high
        found["high"][a, b], found["high"][b, a] = high, -low
        found["p"][a, b] = found["p"][b, a] = p_value
        counts["n"][a, b] = counts["n"][b, a] = sum(one.n for one in means)
    adjusted = holm([float(found["p"][pair]) for pair in upper])
    for (a, b), p_value in zip(upper, adjusted, strict=True):
        found["adjusted"][a, b] = found["adjusted"][b, a] = p_value
    return Pairs(**found, **counts, level=LEVEL)


def _contributions(row: Row, models: tuple[str, ...], verdicts: _Verdicts) -> list[_Values]:
    """Return what each question of each dataset moves the group's score by, more is better."""
    import numpy

    slopes: dict[str, dict[str, Any]] = {}
    sums = (math.fsum(part.slope for part in row.parts[model]) for model in models)
    curved = any(abs(total - 1) > _CLOSE for total in sums)  # those of a plain mean are weights
    for place, model in enumerate(models):
        for part in row.parts[model]:
            of_metric = slopes.setdefault(part.dataset, {})
            of_metric.setdefault(part.metric, numpy.zeros(len(models)))[place] += part.slope
    made = []
    for dataset, by_metric in slopes.items():
        read = [(s, verdicts.of(dataset, metric, models)) for metric, s in by_metric.items()]
        if curved and any(
            (numpy.nansum(numpy.abs(one.values), axis=0) == 0).any() for _, one in read
        ):
            raise _Untested("a member of the group is 0, where its mean has no slope")
        values = sum(_sign(row) * slope * one.values for slope, one in read)
        made.append(_Values(values, read[0][1].clusters))
    return made


class _Mean(NamedTuple):
    value: float
    variance: float
    """Squared standard error."""

    clusters: int
    n: int


def _mean(values: Any, codes: Any) -> _Mean:
    """Return the mean of the values that are there, its error by clusters."""
    import numpy

    there = ~numpy.isnan(values)
    values, codes = values[there], codes[there]
    if not len(values):
        return _Mean(0.0, 0.0, 0, 0)
    mean = float(values.mean())
    sizes = numpy.bincount(codes)
    residuals = numpy.bincount(codes, weights=values) - mean * sizes
    clusters = int((sizes > 0).sum())
    if clusters < 2:
        return _Mean(mean, 0.0, clusters, len(values))
    variance = clusters / (clusters - 1) * float(residuals @ residuals) / len(values) ** 2
    return _Mean(mean, variance, clusters, len(values))
