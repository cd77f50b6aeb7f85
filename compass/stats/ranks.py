"""Many models on the same questions: who is better than whom, and which ranks are possible.

Every pair is tested on the questions both answered; Holm's correction over all pairs makes
any false difference on a whole board as rare as one minus the level.  Ranges of ranks and
tied groups follow from those tests alone, so that they hold all at once.

Sources: Holm 1979 (Scand. J. Stat. 6:65-70); Mogstad, Romano, Shaikh and Wilhelm 2024 (Rev.
Econ. Stud. 91:476-518) for ranges of ranks from simultaneous differences; Piepho 2004
(J. Comput. Graph. Stat. 13:456-466) for letters of tied groups.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from compass.stats.intervals import LEVEL
from compass.stats.multiple import holm
from compass.stats.paired import NOTHING, mcnemar, student


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Differences between all pairs of models, as arrays of models x models.

    Row a, column b tells of b - a, as `compass.stats.paired.Difference` does.  The diagonal
    is no test: its p-values are NaN.  So are value, bounds and p-values of models without a
    common question.
    """

    value: Any
    low: Any
    high: Any
    p: Any
    adjusted: Any
    """Holm's adjusted p-values, over all pairs."""
    n: Any
    better: Any
    worse: Any
    level: float

    @property
    def wins(self) -> Any:
        """True in row a, column b where a is significantly better than b, over all pairs."""
        return (self.adjusted <= 1 - self.level) & (self.value < 0)


def pairwise(
    matrix: Any, clusters: Sequence[Hashable | None] | None = None, level: float = LEVEL
) -> Pairs:
    """Return the differences between all pairs of models.

    Args:
        matrix: Values, questions x models; more is better.  NaN: not answered.
        clusters: One for each question, as in `compass.stats.paired.paired_difference`.
        level: Confidence level, strictly between 0 and 1; intervals are those of single
            pairs, significance is over all of them.

    Raises:
        ValueError: The matrix is not one, or has more or fewer rows than clusters.
    """
    import numpy

    table = numpy.asarray(matrix, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"questions x models are needed, got {table.ndim} dimensions")
    codes = _codes(clusters, len(table))
    found = _counted(table, level) if codes is None and _is_binary(table) else None
    found = _one_by_one(table, codes, level) if found is None else found
    models = table.shape[1]
    upper = numpy.triu_indices(models, 1)
    adjusted = numpy.full((models, models), numpy.nan)
    adjusted[upper] = holm(found["p"][upper].tolist())
    adjusted.T[upper] = adjusted[upper]
    return Pairs(**found, adjusted=adjusted, level=level)


def rank_ranges(wins: Any) -> list[tuple[int, int]]:
    """Return the best and the worst rank each model may have, 1 being the best.

    With n models, best is 1 + how many are significantly better, worst is n - how many are
    significantly worse.  If no declared difference is false, each range holds all ranks its
    model may take in the truth, ties included.

    Args:
        wins: Models x models: true where the row's model is significantly better than the
            column's.

    Examples:
        >>> rank_ranges([[False, True, True], [False, False, False], [False, False, False]])
        [(1, 1), (2, 3), (2, 3)]
    """
    import numpy

    table = _square(wins)
    best = 1 + table.sum(axis=0)
    worst = len(table) - table.sum(axis=1)
    return [(int(a), int(b)) for a, b in numpy.stack([best, worst], axis=1)]


def tied_groups(wins: Any, values: Sequence[float] | None = None) -> list[list[int]]:
    """Return groups of models none of which is significantly better than another.

    Each group is as large as can be, every two tied models share a group, and a model may
    be in several: that a ties with b and b with c does not make a tie with c.  Groups and
    their models come best first.

    Args:
        wins: As in `rank_ranges`.
        values: By which to order the models; None orders them by wins less losses.

    Examples:
        >>> tied_groups([[False, False, True], [False, False, False], [False, False, False]])
        [[0, 1], [1, 2]]
    """
    import numpy

    table = _square(wins)
    scores = table.sum(axis=1) - table.sum(axis=0) if values is None else numpy.asarray(values)
    order = numpy.argsort(-scores, kind="stable")
    tied = ~(table | table.T)[numpy.ix_(order, order)]
    todo = numpy.triu(tied)
    groups: list[list[int]] = []
    for first in range(len(order)):
        # The partner furthest down comes first: a whole stretch is then one group.
        for last in range(len(order) - 1, first - 1, -1):
            if todo[first, last]:
                if last == first and any(first in held for held in groups):
                    continue
                held = _grown(tied, first, last)
                todo[numpy.ix_(held, held)] = False
                groups.append(held)
    return [[int(order[one]) for one in held] for held in sorted(groups)]


def letters(groups: Sequence[Sequence[int]], models: int) -> list[str]:
    """Return the letters of each model's groups: models that share one are tied.

    Letters go from a to z, then A to Z, then again with a dot before each.

    Examples:
        >>> letters([[0, 1], [1, 2]], 3)
        ['a', 'ab', 'b']
    """
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    found = [""] * models
    for place, group in enumerate(groups):
        dots, letter = divmod(place, len(alphabet))
        for one in group:
            found[one] += "." * dots + alphabet[letter]
    return found


def _grown(tied: Any, first: int, last: int) -> list[int]:
    """Return a group that holds two tied models and cannot grow."""
    import numpy

    held = sorted({first, last})
    free = tied[held].all(axis=0)
    free[held] = False
    while free.any():
        one = int(numpy.argmax(free))
        held.append(one)
        free &= tied[one]
        free[one] = False
    return sorted(held)


def _square(wins: Any) -> Any:
    import numpy

    table = numpy.asarray(wins, dtype=bool)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise ValueError(f"wins are models x models, got {table.shape}")
    return table


def _is_binary(table: Any) -> bool:
    import numpy

    return bool((numpy.isnan(table) | (table == 0) | (table == 1)).all())


def _codes(clusters: Sequence[Hashable | None] | None, rows: int) -> Any:
    """Return a number for each question's cluster; None if all are independent."""
    import numpy

    if clusters is None:
        return None
    if len(clusters) != rows:
        raise ValueError(f"{rows} questions have {len(clusters)} clusters")
    seen: dict[Hashable, int] = {}
    codes = []
    for place, one in enumerate(clusters):
        codes.append(seen.setdefault((place,) if one is None else (one, "named"), len(seen)))
    return None if len(seen) == rows else numpy.array(codes)


def _counted(table: Any, level: float) -> dict[str, Any]:
    """Return the differences of independent right-or-wrong answers, all pairs at once."""
    import numpy

    right = (table == 1).astype(float)
    wrong = (table == 0).astype(float)
    asked = right + wrong
    better = (wrong.T @ right).round().astype(int)
    n = (asked.T @ asked).round().astype(int)
    found = mcnemar(better, better.T, numpy.maximum(n, 1), level)
    for one in found:
        one[n == 0] = numpy.nan
    value, low, high, p = found
    numpy.fill_diagonal(p, numpy.nan)
    return {"value": value, "low": low, "high": high, "p": p, "n": n,
            "better": better, "worse": better.T.copy()}  # fmt: skip


def _one_by_one(table: Any, codes: Any, level: float) -> dict[str, Any]:
    """Return the differences of clustered or real values; sums are taken a pair at a time."""
    import numpy

    models = table.shape[1]
    columns = numpy.ascontiguousarray(table.T)
    shape = (models, models)
    better, worse, n, clusters = (numpy.zeros(shape, dtype=int) for _ in range(4))
    mean, error = numpy.full(shape, numpy.nan), numpy.full(shape, numpy.nan)
    signs = numpy.zeros(shape, dtype=bool)
    for a, b in zip(*numpy.triu_indices(models), strict=True):
        difference = columns[b] - columns[a]
        asked = ~numpy.isnan(difference)
        difference = difference[asked]
        difference[numpy.abs(difference) <= NOTHING] = 0.0
        better[a, b] = worse[b, a] = (difference > 0).sum()
        worse[a, b] = better[b, a] = (difference < 0).sum()
        n[a, b] = len(difference)
        if len(difference):
            signs[a, b] = bool((numpy.abs(difference) == 1)[difference != 0].all())
            labels = None if codes is None else codes[asked]
            mean[a, b], error[a, b], clusters[a, b] = _moments(difference, labels)
    n += numpy.triu(n, 1).T
    counted = signs & (clusters == n)
    asked = numpy.triu(n > 0)
    found = {name: numpy.full(shape, numpy.nan) for name in ("value", "low", "high", "p")}
    tests: tuple[tuple[Any, Any, Any], ...] = (
        (asked & counted, (better, worse, n), mcnemar),
        (asked & ~counted, (mean, error, clusters), student),
    )
    for some, arrays, test in tests:
        if some.any():
            results = test(*(one[some] for one in arrays), level)
            for name, result in zip(found, results, strict=True):
                found[name][some] = result
    below = numpy.tril_indices(models, -1)
    for name, mirror, sign in (
        ("value", "value", -1), ("low", "high", -1), ("high", "low", -1), ("p", "p", 1)
    ):  # fmt: skip
        found[name][below] = sign * found[mirror].T[below]
    numpy.fill_diagonal(found["p"], numpy.nan)
    return found | {"n": n, "better": better, "worse": worse}


def _moments(difference: Any, labels: Any) -> tuple[float, float, int]:
    """Return mean, standard error and clusters of one pair's differences."""
    import numpy

    n = len(difference)
    mean = float(difference.mean())
    if labels is None:
        count, residuals = n, difference - mean
    else:
        sizes = numpy.bincount(labels)
        held = sizes > 0
        sums = numpy.bincount(labels, weights=difference)
        count, residuals = int(held.sum()), (sums - mean * sizes)[held]
    if count == 1:
        return mean, numpy.inf, 1
    return mean, (count / (count - 1) * float(residuals @ residuals)) ** 0.5 / n, count
