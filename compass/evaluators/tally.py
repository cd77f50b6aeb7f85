"""What the verdicts of all samples add up to, read one at a time.

Coverage goes with every number: a prediction without an answer is counted as
failed and averaged nowhere; one that could not be read is wrong and counted as
unparsed; a prompt that was cut, or an output that ran into its limit, is counted
as truncated, right or wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from compass.errors import ConfigError
from compass.records import Prediction, Sample, Score, Verdict
from compass.stats import Interval, Mean

FAILED = "failed"
UNPARSED = "unparsed"
TRUNCATED = "truncated"


class Measure(NamedTuple):
    """How a metric follows from the values of the verdicts."""

    metric: str
    value: str
    """Name of the value that is averaged."""

    weight: str | None = None
    """Name of the value that weighs it; None weighs all verdicts the same."""

    scale: str = "share"
    shown: Callable[[float], float] | None = None
    """Increasing function from the mean (and its bounds) to what is reported."""

    some: bool = False
    """True if it concerns only the verdicts that have the value, such as the answerable
    questions; the others do not count as failed then."""


def output_of(prediction: Prediction, evaluator: str) -> str:
    """Return the generated text.

    Raises:
        ConfigError: The dataset does not ask for text.
    """
    if prediction.output is None:
        raise ConfigError(
            f"{evaluator} reads generated text, but the dataset does not generate any",
            hint="ask=dict(type=Generate), or another evaluator",
        )
    return prediction.output


def verdict(
    sample: Sample,
    prediction: Prediction,
    values: Mapping[str, float | None],
    *,
    answer: str | None = None,
    target: str | None = None,
    reason: str = "",
) -> Verdict:
    """Return the verdict on a prediction; a failed one has no values.

    ``reason`` lists what is to be known about it, joined by commas, such as
    ``unparsed,truncated``.
    """
    if prediction.error is not None:
        values, answer, reason = dict.fromkeys(values), None, FAILED
    elif is_truncated(prediction):
        reason = f"{reason},{TRUNCATED}" if reason else TRUNCATED
    return Verdict(
        key=prediction.key,
        sample_id=sample.id,
        variant=prediction.variant,
        repeat=prediction.repeat,
        values=values,
        answer=answer,
        target=target,
        cluster=sample.cluster,
        reason=reason,
    )


def is_truncated(prediction: Prediction) -> bool:
    """True if the prompt was cut, or the output ran into its limit."""
    return prediction.truncated > 0 or prediction.finish == "length"


def summary(verdicts: Iterable[Verdict], headline: str = "accuracy") -> list[Score]:
    """Return the mean of every value of the verdicts, ``headline`` first."""
    return measured(verdicts, (Measure(headline, headline),), others=True)


def measured(
    verdicts: Iterable[Verdict], measures: Sequence[Measure], others: bool = False
) -> list[Score]:
    """Return a score for each measure, with its interval and its coverage.

    Verdicts of one sample (repeats, variants) are taken to move together, as are
    samples that share a cluster.  The verdicts are gone through once, or once more
    from the start when the first of such relatives turns up; what is kept are
    sums, and sums by cluster where there are clusters.

    Args:
        verdicts: Can be gone through again.
        measures: The first is the headline.
        others: Also average every other value that turns up.
    """
    try:
        tally = _Tally(measures, others, clustered=False)
        for one in verdicts:
            tally.add(one)
    except _Related:
        tally = _Tally(measures, others, clustered=True)
        for one in verdicts:
            tally.add(one)
    return list(tally.scores())


class _Related(Exception):
    """Two verdicts may belong to one sample or cluster."""


class _Tally:
    """Sums over verdicts."""

    def __init__(self, measures: Sequence[Measure], others: bool, clustered: bool) -> None:
        self._means = {measure.metric: (measure, Mean()) for measure in measures}
        self._others = others
        self._clustered = clustered
        self._count = self._unparsed = self._truncated = 0
        self._unconcerned = dict.fromkeys(self._means, 0)

    def add(self, one: Verdict) -> None:
        """Take in a verdict."""
        cluster = None
        if self._clustered:
            cluster = (True, one.cluster) if one.cluster is not None else (False, one.sample_id)
        elif one.repeat or one.variant or one.cluster is not None:
            raise _Related
        self._count += 1
        if one.reason:
            reasons = one.reason.split(",")
            self._unparsed += UNPARSED in reasons
            self._truncated += TRUNCATED in reasons
        values = one.values
        if self._others:
            for name in values:
                if name not in self._means:
                    self._means[name] = (Measure(name, name), Mean())
        for measure, mean in self._means.values():
            value = values.get(measure.value)
            if measure.some and measure.value not in values:
                self._unconcerned[measure.metric] += 1
            weight = 1.0 if measure.weight is None else values.get(measure.weight)
            if value is not None and weight:
                mean.add(value, cluster, weight)

    def scores(self) -> Iterator[Score]:
        """Yield a score for each measure, in the order they were met."""
        for measure, mean in self._means.values():
            low = high = value = None
            if mean.n:
                value, low, high = _shown(measure, mean.interval())
            yield Score(
                metric=measure.metric,
                value=value,
                low=low,
                high=high,
                n=mean.n,
                failed=self._count - mean.n - self._unconcerned.get(measure.metric, 0),
                unparsed=self._unparsed,
                truncated=self._truncated,
                scale=measure.scale,
            )


def _shown(measure: Measure, interval: Interval) -> tuple[float | None, ...]:
    """Return value and bounds as reported: shares within 0..1, unknown bounds as None."""
    value, low, high = interval
    if measure.scale == "share":
        low, high = max(0.0, low), min(1.0, high)
    if math.isinf(interval.low):
        return _reported(measure, value), None, None
    return tuple(_reported(measure, one) for one in (value, low, high))


def _reported(measure: Measure, value: float) -> float | None:
    """Return a number that JSON can hold, or None."""
    try:
        number = value if measure.shown is None else measure.shown(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
