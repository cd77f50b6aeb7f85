"""What evaluators read off the likelihoods of a ranking."""

from __future__ import annotations

import math
from collections.abc import Sequence

from compass.errors import ConfigError, DataError
from compass.records import Prediction, Sample


def logprobs(prediction: Prediction, count: int) -> list[float]:
    """Return the log-likelihood of each of ``count`` options, in their order.

    Raises:
        ConfigError: The dataset does not rank its options.
    """
    if prediction.likelihoods is None or len(prediction.likelihoods) < count:
        raise ConfigError(
            "likelihoods of the options are needed, but the dataset does not rank them",
            hint="ask=dict(type=Rank, options='texts'), or another evaluator",
        )
    return [one.logprob for one in prediction.likelihoods[:count]]


def mass(values: Sequence[float], places: Sequence[int]) -> float:
    """Return the share of the probability of all options that those at ``places`` have.

    Computed by differences to the greatest, so that it does not underflow.

    Examples:
        >>> mass([-1000.0, -1000.0, -1000.0, -1000.0], [0, 2])
        0.5
    """
    top = max(values)
    if math.isinf(top):
        return 0.0
    shares = [math.exp(value - top) for value in values]
    return math.fsum(shares[place] for place in places) / math.fsum(shares)


def best_of(sample: Sample) -> int:
    """Return the place of the best true answer: the option that is the first target.

    Raises:
        DataError: There is none, or no false answer beside it.
    """
    best = sample.targets[0] if sample.targets else None
    places = [place for place in sample.right if sample.choices[place] == best]
    if not places or len(sample.right) == len(sample.choices):
        raise DataError(
            f"sample {sample.id!r} lacks a best true answer among its options, or a false one",
            hint="the first target must be one of the right options, and some must be wrong",
        )
    return places[0]
