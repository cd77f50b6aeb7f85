"""Judge a multiple choice, ranked or answered in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from compass.errors import ConfigError, DataError, did_you_mean
from compass.evaluators.confusion import CONFUSION, confusion_scores
from compass.evaluators.conventions import RULES
from compass.evaluators.extract import as_letters, letters
from compass.evaluators.likelihoods import logprobs, mass
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.records import LETTERS, Prediction, Sample, Score, Verdict

_PROBABILITY = "probability"
_ALSO = (_PROBABILITY, *CONFUSION)

Compat = Literal[
    "opencompass",
    "opencompass-zh",
    "first-capital",
    "first-option",
    "first-of-five",
    "first-run",
    "first-letter",
    "every-letter",
    "mmlu-pro",
]


class Choice:
    """Accuracy of a multiple choice.

    A ranking is right if the option it settled on is one of the right ones; the
    first normalisation gives ``accuracy``, each other ``accuracy_<name>``.  A text
    is right if the letters it settles on are exactly the right ones, so that a
    question with several right answers needs all of them.

    Args:
        compat: How a letter is read out of a text.

            - None: see `compass.evaluators.extract.letters`.
            - ``opencompass``: the letter after the first ``ANSWER:``, as OpenCompass
              and simple-evals do for MMLU.
            - ``opencompass-zh``: the letter after the first ``答案:``, as OpenCompass does
              for CMMLU without shots.
            - ``first-capital``: the first capital letter of the text, as OpenCompass
              does for C-Eval and C3 ("The answer is (B)" is T).
            - ``first-option``: its list of patterns for older MMLU and GPQA;
              ``first-of-five``: the same with options A to E, as for AGIEval.
            - ``first-run``: the first run of A to D as it stands, as OpenCompass does for
              the tasks of AGIEval with several answers.
            - ``first-letter``, ``every-letter``: the first, or all, of A to F, as the
              authors of AGIEval do without shots (arXiv:2304.06364).
            - ``mmlu-pro``: as the authors of MMLU-Pro do (arXiv:2406.01574).
        also: Further scores.

            - ``probability``: of a ranking, the share of the probability of all options
              that the right ones have, mean over the questions.
            - ``f1``, ``macro_f1``, ``matthews``: see `compass.evaluators.confusion`.
    """

    version = 2
    reads_labels = True

    def __init__(
        self,
        compat: Compat | None = None,
        also: Sequence[Literal["probability", "f1", "macro_f1", "matthews"]] = (),
    ) -> None:
        for name in [also] if isinstance(also, str) else also:
            if isinstance(also, str) or name not in _ALSO:
                raise ConfigError(
                    f"Choice(also=…) must list names of {', '.join(_ALSO)}; got {name!r}",
                    hint=did_you_mean(str(name), _ALSO),
                )
        if compat is not None and compat not in RULES:
            raise ConfigError(
                f"Choice knows no compat {compat!r}", hint=did_you_mean(str(compat), RULES)
            )
        self.compat = compat
        self.also = tuple(also)

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample does not say which options are right.
        """
        (prediction,) = predictions
        if not sample.right:
            raise DataError(
                f"sample {sample.id!r} does not say which option is right",
                hint="its answer must be a letter, a number or the text of an option",
            )
        target = named(sample.right)
        if prediction.error is not None:
            return verdict(sample, prediction, {"accuracy": None}, target=target)
        if prediction.choices:
            return self._ranked(sample, prediction, target)
        found = self._read(output_of(prediction, "Choice"), sample)
        return verdict(
            sample,
            prediction,
            {"accuracy": float(found == tuple(sorted(sample.right)))},
            answer=None if found is None else named(found),
            target=target,
            reason=UNPARSED if found is None else "",
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the accuracy, that of each other normalisation of a ranking, and the others."""
        confusion = [name for name in self.also if name != _PROBABILITY]
        return summary(verdicts) + confusion_scores(verdicts, confusion)

    def _ranked(self, sample: Sample, prediction: Prediction, target: str) -> Verdict:
        picks = list(prediction.choices.items())
        values = {
            "accuracy" if not place else f"accuracy_{name}": float(pick in sample.right)
            for place, (name, pick) in enumerate(picks)
        }
        headline = picks[0][1]
        if _PROBABILITY in self.also and headline is not None:
            shares = logprobs(prediction, len(sample.choices))
            values[_PROBABILITY] = mass(shares, sample.right)
        return verdict(
            sample,
            prediction,
            values,
            answer=None if headline is None else named((headline,)),
            target=target,
            reason=UNPARSED if headline is None else "",
        )

    def _read(self, output: str, sample: Sample) -> tuple[int, ...] | None:
        if self.compat is None:
            return letters(output, sample.choices, sample.labels)
        if sample.labels:  # the rules know A, B, C … only
            output = as_letters(output, sample.labels)
        return RULES[self.compat](output, len(sample.choices))


def named(places: Sequence[int]) -> str:
    """Return letters for places, as in ``AC``; ``?`` where there is no such option."""
    return "".join(LETTERS[p] if 0 <= p < len(LETTERS) else "?" for p in sorted(places))
