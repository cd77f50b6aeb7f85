"""What follows from how often each option was answered where each was right.

    f1          F1 of the second option, which is "yes" where options are no and yes
    macro_f1    mean of the F1 of every option that is ever right or answered
    matthews    Matthews correlation coefficient; of several options Gorodkin's (2004)

SuperGLUE (Wang et al. 2019, arXiv:1905.00537) reports them for MultiRC, CB and AX-b.  An
answer that could not be read is an answer of its own, never the right one.  The options are
told apart by their letters, so only questions with the options as they are written count.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from compass.evaluators.tally import FAILED
from compass.records import Score, Verdict
from compass.stats import bootstrap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.floating[Any]]

_SECOND = "B"


def confusion_scores(verdicts: Iterable[Verdict], names: Sequence[str]) -> list[Score]:
    """Return the scores called ``names``, with bootstrap intervals over samples or clusters."""
    clusters: dict[Hashable, Counter[tuple[str, str]]] = {}
    judged = failed = 0
    for one in verdicts:
        if FAILED in one.reason.split(",") or one.target is None:
            failed += 1
            continue
        judged += 1
        cluster = (True, one.cluster) if one.cluster is not None else (False, one.sample_id)
        clusters.setdefault(cluster, Counter())[one.target, one.answer or ""] += 1
    labels = sorted({label for pairs in clusters.values() for pair in pairs for label in pair})
    known = [label for label in labels if label]
    found = []
    for name in names:
        value = low = high = None
        if judged:
            rows = _rows(list(clusters.values()), known)
            value, low, high = map(_finite, bootstrap(rows, _STATISTICS[name](known)))
        found.append(Score(metric=name, value=value, low=low, high=high, n=judged, failed=failed))
    return found


def _rows(counts: list[Counter[tuple[str, str]]], labels: list[str]) -> list[list[float]]:
    """Return for each cluster how often each label was right and each (or none) answered."""
    pairs = [(target, answer) for target in labels for answer in [*labels, ""]]
    return [[float(one[pair]) for pair in pairs] for one in counts]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _tables(drawn: Counts, size: int) -> Counts:
    """Return for each draw a table: right labels down, answered ones (the last is none) across."""
    tables: Counts = drawn.sum(axis=1).reshape(len(drawn), size, size + 1)
    return tables


def _f1s(tables: Counts) -> Counts:
    import numpy as np

    size = tables.shape[1]
    hits = np.diagonal(tables[:, :, :size], axis1=1, axis2=2)
    sums = tables.sum(axis=2) + tables[:, :, :size].sum(axis=1)
    scores: Counts = 2 * hits / np.maximum(sums, 1)
    return scores


def _f1(labels: list[str]) -> Callable[[Counts], Any]:
    def statistic(drawn: Counts) -> Any:
        scores = _f1s(_tables(drawn, len(labels)))
        if _SECOND not in labels:
            return scores[:, 0] * 0
        return scores[:, labels.index(_SECOND)]

    return statistic


def _macro_f1(labels: list[str]) -> Callable[[Counts], Any]:
    def statistic(drawn: Counts) -> Any:
        return _f1s(_tables(drawn, len(labels))).mean(axis=1)

    return statistic


def _matthews(labels: list[str]) -> Callable[[Counts], Any]:
    def statistic(drawn: Counts) -> Any:
        import numpy as np

        tables = _tables(drawn, len(labels))
        right, answered = tables.sum(axis=2), tables.sum(axis=1)
        count = tables.sum(axis=(1, 2))
        hits = np.trace(tables[:, :, : len(labels)], axis1=1, axis2=2)
        shared = (right * answered[:, : len(labels)]).sum(axis=1)
        spread = (count**2 - (answered**2).sum(axis=1)) * (count**2 - (right**2).sum(axis=1))
        return np.where(
            spread > 0, (hits * count - shared) / np.sqrt(np.maximum(spread, 1e-300)), 0.0
        )

    return statistic


_STATISTICS = {"f1": _f1, "macro_f1": _macro_f1, "matthews": _matthews}
CONFUSION = tuple(_STATISTICS)
