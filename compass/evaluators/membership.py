"""How much a text looks like one the model was trained on, by its losses alone."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Sequence

from compass.errors import ConfigError
from compass.evaluators.tally import Measure, measured, verdict
from compass.records import Prediction, Sample, Score, Verdict

_MEASURES = (
    Measure("loss", "loss", "tokens", "plain"),
    Measure("min_k", "min_k", None, "plain"),
    Measure("zlib_ratio", "zlib_ratio", None, "plain"),
    Measure("min_k_plus", "min_k_plus", None, "plain", some=True),
)


class Membership:
    """Scores of single texts that methods of contamination compare between sets.

    With l the losses (nats) of the T scored tokens of a text, and mu and sigma the mean and
    standard deviation of log p over the vocabulary at each of them::

        loss          sum(l) / T; its mean over texts is weighted by T
        min_k         mean of the k % lowest -l              Shi et al. 2023, arXiv:2310.16789
        min_k_plus    mean of the k % lowest (-l - mu) / sigma  Zhang et al. 2024, 2404.02936
        zlib_ratio    loss / bytes of the compressed text    Carlini et al. 2021, 2012.07805

    ``min_k_plus`` needs ``ask=dict(type=Loss, spread=True)``; without it there is none.

    Args:
        k: Per cent of the tokens that count, at least one token.
    """

    version = 1

    def __init__(self, k: float = 20.0) -> None:
        if not 0 < k <= 100:
            raise ConfigError(f"k is a percentage above 0, got {k}", hint="k=20")
        self.k = k

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            ConfigError: The dataset does not ask for losses.
        """
        (prediction,) = predictions
        losses = prediction.losses
        if prediction.error is not None:
            return verdict(sample, prediction, {"loss": None})
        if losses is None:
            raise ConfigError(
                "Membership reads the losses of a text, but the dataset does not ask for them",
                hint="ask=dict(type=Loss)",
            )
        if not losses or not math.isfinite(math.fsum(losses)):
            reason = "no finite loss" if losses else "nothing to score"
            return verdict(sample, prediction, {"loss": None}, reason=reason)
        loss = math.fsum(losses) / len(losses)
        values: dict[str, float | None] = {
            "loss": loss,
            "tokens": float(len(losses)),
            "min_k": lowest([-one for one in losses], self.k),
            "zlib_ratio": loss / compressed(prediction.prompt),
        }
        if prediction.means is not None and prediction.spreads is not None:
            values["min_k_plus"] = lowest(
                standardised(losses, prediction.means, prediction.spreads), self.k
            )
        return verdict(sample, prediction, values)

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the means over texts, the loss first."""
        scores = measured(verdicts, _MEASURES)
        return [score for score in scores if score.n or score.metric != "min_k_plus"]


def lowest(values: Sequence[float], k: float) -> float:
    """Return the mean of the ``k`` per cent lowest values, at least one.

    Examples:
        >>> lowest([-1.0, -4.0, -2.0, -3.0, -5.0], 40)
        -4.5
    """
    count = max(1, int(len(values) * k / 100))
    return math.fsum(sorted(values)[:count]) / count


def standardised(
    losses: Sequence[float], means: Sequence[float], spreads: Sequence[float]
) -> list[float]:
    """Return (log p - mu) / sigma of every token; 0 where the model was certain."""
    return [
        (-loss - mean) / spread if spread > 0 else 0.0
        for loss, mean, spread in zip(losses, means, spreads, strict=True)
    ]


def compressed(text: str) -> int:
    """Return the bytes of a text as zlib compresses it."""
    return len(zlib.compress(text.encode("utf-8", "surrogatepass")))
