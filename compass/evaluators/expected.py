"""Judge how much a model expects the right answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from compass.errors import ConfigError
from compass.evaluators.short import first_target
from compass.evaluators.tally import Measure, measured, verdict
from compass.records import Prediction, Sample, Score, Verdict

_MEASURES = (
    Measure("accuracy", "accuracy"),
    Measure("perplexity", "loss", scale="plain", shown=math.exp),
    Measure("loss", "loss", scale="plain"),
    Measure("bits_per_byte", "bits_per_byte", "bytes", "plain"),
)


class Expected:
    """Whether a model would have said the right answer, and how surprised it is by it.

    ``accuracy`` is the share of samples whose right answer is what greedy decoding
    says: each of its tokens the most probable one.  With l the negative log-likelihood
    (nats) of the whole answer, whatever its number of tokens::

        loss           mean of l over samples
        perplexity     exp(loss)
        bits_per_byte  sum(l) / ln 2 / sum of UTF-8 bytes of the answers

    as for LAMBADA (Paperno et al. 2016, arXiv:1606.06031; Radford et al. 2019, "Language
    Models are Unsupervised Multitask Learners", and ``lambada_openai`` of
    lm-evaluation-harness).  The likeliest counts where there are several right answers.
    """

    version = 1

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            ConfigError: The dataset does not ask for the likelihood of targets.
        """
        (prediction,) = predictions
        target = first_target(sample)
        values: dict[str, float | None] = {"accuracy": None, "loss": None, "bits_per_byte": None}
        if prediction.error is not None:
            return verdict(sample, prediction, values, target=target)
        found = prediction.likelihoods
        if found is None or len(found) != len(sample.targets):
            raise ConfigError(
                "Expected reads the likelihood of targets, but the dataset does not ask for it",
                hint="ask=dict(type=Target)",
            )
        place = max(range(len(found)), key=lambda one: found[one].logprob)
        best, target = found[place], sample.targets[place]
        if not math.isfinite(best.logprob):
            return verdict(sample, prediction, values, target=target, reason="no finite loss")
        size = len(target.encode("utf-8", "surrogatepass"))
        return verdict(
            sample,
            prediction,
            {
                "accuracy": float(any(one.greedy for one in found)),
                "loss": -best.logprob,
                "bits_per_byte": -best.logprob / math.log(2) / size,
                "bytes": float(size),
            },
            target=target,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return accuracy, perplexity, loss and bits per byte."""
        return measured(verdicts, _MEASURES)
