"""How surprised a model is by a text: loss, perplexity and bits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

from compass.errors import ConfigError, DataError, did_you_mean
from compass.evaluators.tally import Measure, measured, verdict
from compass.records import Prediction, Sample, Score, Verdict

_MEASURES = (
    Measure("loss", "loss", "tokens", "plain"),
    Measure("perplexity", "loss", "tokens", "plain", math.exp),
    Measure("bits_per_byte", "bits_per_byte", "bytes", "plain"),
    Measure("bits_per_character", "bits_per_character", "characters", "plain"),
)


class Perplexity:
    """Loss of whole texts, and what follows from it.

    With l the negative log-likelihoods (nats) of all scored tokens of all texts::

        loss                sum(l) / number of those tokens
        perplexity          exp(loss)
        bits_per_byte       sum(l) / ln 2 / number of UTF-8 bytes
        bits_per_character  sum(l) / ln 2 / number of characters

    Loss and perplexity depend on the tokenizer; the last two can be compared
    between models.  Intervals are those of a ratio of sums with a text (or its
    cluster) as the unit, since the tokens of a text are not independent.  The bits
    of a text that was cut are not known, and its sample counts as failed there.

    Args:
        field: Field of the sample that holds the text; None takes the text the model
            saw.
        compat: ``opencompass`` reports one metric, ``average_ppl``, as OpenCompass
            does: despite its name a mean over texts of the loss in nats, each text's
            sum divided by all its tokens, the first included.
    """

    version = 1

    def __init__(
        self, field: str | None = None, compat: Literal["opencompass"] | None = None
    ) -> None:
        if compat not in (None, "opencompass"):
            raise ConfigError(
                f"Perplexity knows no compat {compat!r}",
                hint=did_you_mean(str(compat), ["opencompass"]),
            )
        self.field = field
        self.compat = compat

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            ConfigError: The dataset does not ask for losses.
            DataError: The sample lacks the field with the text.
        """
        (prediction,) = predictions
        if prediction.error is not None:
            headline = "average_ppl" if self.compat else "loss"
            return verdict(sample, prediction, {headline: None})
        if prediction.losses is None:
            raise ConfigError(
                "Perplexity reads the losses of a text, but the dataset does not ask for them",
                hint="ask=dict(type=Loss)",
            )
        total = math.fsum(prediction.losses)
        if not prediction.losses or not math.isfinite(total):
            reason = "no finite loss" if prediction.losses else "nothing to score"
            return verdict(sample, prediction, {"loss": None}, reason=reason)
        if self.compat:
            # The first token has no loss, but it is counted.
            count = max(prediction.prompt_tokens, len(prediction.losses) + 1)
            return verdict(sample, prediction, {"average_ppl": total / count})
        return verdict(sample, prediction, self._values(sample, prediction, total))

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return loss, perplexity, bits per byte and bits per character."""
        if self.compat:
            return measured(verdicts, [Measure("average_ppl", "average_ppl", scale="plain")])
        return measured(verdicts, _MEASURES)

    def _values(
        self, sample: Sample, prediction: Prediction, total: float
    ) -> dict[str, float | None]:
        count = len(prediction.losses or ())
        text = self._text(sample, prediction)
        sizes = {"bytes": len(text.encode("utf-8", "surrogatepass")), "characters": len(text)}
        known = prediction.truncated == 0 and text != ""
        bits = total / math.log(2)
        return {
            "loss": total / count,
            "tokens": float(count),
            "bits_per_byte": bits / sizes["bytes"] if known else None,
            "bytes": float(sizes["bytes"]),
            "bits_per_character": bits / sizes["characters"] if known else None,
            "characters": float(sizes["characters"]),
        }

    def _text(self, sample: Sample, prediction: Prediction) -> str:
        if self.field is None:
            return prediction.prompt
        if self.field not in sample.fields:
            raise DataError(
                f"sample {sample.id!r} has no field {self.field!r}",
                hint=did_you_mean(self.field, sample.fields),
            )
        return str(sample.fields[self.field])
