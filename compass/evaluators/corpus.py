"""Scores of a whole corpus: functions of sums over its samples, which are no means.

BLEU is the type: matches and lengths are summed over all sentences, and only then
divided.  A verdict keeps the numbers of its sample, so that scores are made anew
from the stored verdicts.  Intervals are percentile bootstraps: samples (or their
clusters) are drawn with replacement, their numbers summed, the score computed anew
(Koehn 2004, "Statistical Significance Tests for Machine Translation Evaluation",
W04-3250).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from compass.evaluators.tally import TRUNCATED, UNPARSED
from compass.records import Score, Verdict
from compass.stats import bootstrap


class CorpusMeasure(NamedTuple):
    """A metric that follows from sums."""

    metric: str
    size: int
    """How many numbers of a verdict it needs: the values ``metric.0``, ``metric.1`` …"""

    score: Callable[[Sequence[float]], float]
    """From their sums to the metric."""

    scale: str = "share"


def parts(metric: str, numbers: Sequence[float]) -> dict[str, float | None]:
    """Return numbers as values of a verdict.

    Examples:
        >>> parts("bleu", [3, 4])
        {'bleu.0': 3.0, 'bleu.1': 4.0}
    """
    return {f"{metric}.{place}": float(number) for place, number in enumerate(numbers)}


def corpus_scores(
    verdicts: Iterable[Verdict],
    measures: Sequence[CorpusMeasure],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> list[Score]:
    """Return a score for each measure, with its bootstrap interval and its coverage.

    Args:
        verdicts: Are gone through once; the numbers of each sample or cluster are kept.
        measures: The first is the headline.
        resamples: How often the samples are drawn.
        seed: Of the draws: the same seed gives the same bounds.
    """
    names = [f"{m.metric}.{place}" for m in measures for place in range(m.size)]
    sums: dict[tuple[bool, str], list[float]] = {}
    count = judged = unparsed = truncated = 0
    for one in verdicts:
        count += 1
        reasons = one.reason.split(",")
        unparsed += UNPARSED in reasons
        truncated += TRUNCATED in reasons
        row = _row(one.values, names)
        if row is None:
            continue
        judged += 1
        clustered = one.cluster is not None
        key = (clustered, one.cluster if one.cluster is not None else one.sample_id)
        held = sums.get(key)
        sums[key] = row if held is None else [a + b for a, b in zip(held, row, strict=True)]
    table = list(sums.values())
    scores, start = [], 0
    for measure in measures:
        rows = [row[start : start + measure.size] for row in table]
        start += measure.size
        value, low, high = _interval(measure, rows, resamples, seed)
        scores.append(
            Score(
                metric=measure.metric,
                value=value,
                low=low,
                high=high,
                n=judged,
                failed=count - judged,
                unparsed=unparsed,
                truncated=truncated,
                scale=measure.scale,
            )
        )
    return scores


def _row(values: Mapping[str, float | None], names: Sequence[str]) -> list[float] | None:
    row = [values.get(name) for name in names]
    known = [number for number in row if number is not None]
    return known if len(known) == len(row) else None


def _interval(
    measure: CorpusMeasure, rows: Sequence[Sequence[float]], resamples: int, seed: int
) -> tuple[float | None, float | None, float | None]:
    if not rows:
        return None, None, None

    def statistic(drawn: Any) -> list[float]:
        return [measure.score(sums) for sums in drawn.sum(axis=1).tolist()]

    value, low, high = bootstrap(rows, statistic, resamples=resamples, seed=seed)
    if math.isinf(low):
        return value, None, None
    return value, low, high
