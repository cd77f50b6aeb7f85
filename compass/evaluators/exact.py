"""Judge a short answer by equality."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from compass.errors import ConfigError, did_you_mean
from compass.evaluators.normal import NORMALISERS
from compass.evaluators.peers import PEERS
from compass.evaluators.short import answer_text, checked_read, first_target
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.records import Prediction, Sample, Score, Verdict


class Exact:
    """Share of answers equal to any of the targets, once both are normalised.

    Args:
        normalise: ``loose`` (any language: case, width, punctuation and articles do
            not matter), ``squad``, ``triviaqa``, ``nq`` (open Natural Questions) and
            ``zh`` (CMRC 2018) as the script of the set that is named, or ``strip``
            (only white space around).
        read: What of the output is the answer: the ``whole`` of it, its first
            ``line`` or ``word``, or the ``phrase`` of its last explicit statement ("the
            answer is …"), the whole if it makes none.  Reasoning in think tags never is.
        compat: ``opencompass`` or ``lm-eval`` judge as these do for the set that
            ``normalise`` names; see `compass.evaluators.peers`.
    """

    version = 2

    def __init__(
        self,
        normalise: Literal["loose", "squad", "triviaqa", "nq", "zh", "strip"] = "loose",
        read: Literal["whole", "line", "phrase", "word"] = "whole",
        compat: Literal["opencompass", "lm-eval"] | None = None,
    ) -> None:
        if normalise not in NORMALISERS:
            raise ConfigError(
                f"Exact knows no normalisation {normalise!r}",
                hint=did_you_mean(str(normalise), NORMALISERS),
            )
        self.normalise = normalise
        self.read = checked_read(read, "Exact")
        self.compat = compat
        if compat is not None and (compat, normalise) not in PEERS:
            known = [f"{name} with normalise={form!r}" for name, form in PEERS]
            raise ConfigError(
                f"Exact knows no compat {compat!r} with normalise={normalise!r}",
                hint=f"there is {', '.join(known)}",
            )

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            return verdict(sample, prediction, {"accuracy": None}, target=target)
        output = output_of(prediction, "Exact")
        if self.compat is not None:
            answer, right = PEERS[self.compat, self.normalise](output, sample.targets)
        else:
            answer = answer_text(output, self.read)
            form = NORMALISERS[self.normalise]
            right = form(answer) in {form(one) for one in sample.targets}
        return verdict(
            sample,
            prediction,
            {"accuracy": float(right)},
            answer=answer,
            target=target,
            reason="" if answer or right else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the accuracy."""
        return summary(verdicts)
