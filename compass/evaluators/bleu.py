"""Judge translations: BLEU, chrF and chrF++ of the whole corpus, by sacrebleu."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Literal, get_args

from compass.errors import ConfigError, did_you_mean
from compass.evaluators.corpus import CorpusMeasure, corpus_scores, parts
from compass.evaluators.needed import chinese_words, needed
from compass.evaluators.short import answer_text, checked_read, first_target
from compass.evaluators.tally import UNPARSED, output_of, verdict
from compass.records import Prediction, Sample, Score, Verdict

Tokenize = Literal[
    "13a", "zh", "ja-mecab", "ko-mecab", "char", "intl", "flores101", "flores200", "spm", "none"
]

# How many numbers sacrebleu sums: hypothesis and reference length, then matches and totals
# of 1- to 4-grams; for chrF three for each of 6 orders of characters (and 2 of words).
_SIZES = {"bleu": 10, "chrf": 18, "chrf++": 24}


class Bleu:
    """BLEU, chrF and chrF++ of a corpus, with the figures of the package sacrebleu.

    Papineni et al. 2002 (P02-1040); Popovic 2015 (W15-3049) and 2017 (W17-4770); Post
    2018, "A Call for Clarity in Reporting BLEU Scores", arXiv:1804.08771.  All three are
    computed from sums over all sentences, not averaged; intervals are seeded bootstraps.
    The value ``sentence_chrf`` of a verdict is for looking at single translations.

    Args:
        tokenize: Tokeniser of sacrebleu, for BLEU only: ``13a`` for most languages, ``zh``
            for Chinese, ``ja-mecab`` for Japanese, ``flores200`` for the sentence pieces of
            FLORES-200 (fetches its model once), ``char`` …
        lowercase: Compare without case.
        read: What of the output is the translation, see `Exact`.
        resamples: Draws of the bootstrap.
        compat: ``opencompass``: the first line of the output, and BLEU alone; with
            ``tokenize='zh'`` both sides are cut into words by jieba and then tokenised by
            ``13a``, as OpenCompass does for FLORES.
    """

    version = 1

    def __init__(
        self,
        tokenize: Tokenize = "13a",
        lowercase: bool = False,
        read: Literal["whole", "line", "phrase"] = "whole",
        resamples: int = 1000,
        compat: Literal["opencompass"] | None = None,
    ) -> None:
        if tokenize not in get_args(Tokenize):
            raise ConfigError(
                f"Bleu knows no tokeniser {tokenize!r}",
                hint=did_you_mean(str(tokenize), get_args(Tokenize)),
            )
        if compat not in (None, "opencompass"):
            raise ConfigError(
                f"Bleu knows no compat {compat!r}", hint=did_you_mean(str(compat), ["opencompass"])
            )
        if isinstance(resamples, bool) or not isinstance(resamples, int) or resamples < 1:
            raise ConfigError(f"resamples={resamples!r} is out of range")
        self.tokenize: str = tokenize
        self.lowercase = lowercase
        self.read = checked_read(read, "Bleu")
        self.resamples = resamples
        self.compat = compat

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Count what one translation adds to the sums.

        Raises:
            DataError: The sample has no target.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            names = {f"{metric}.0": None for metric in self._metrics}
            return verdict(sample, prediction, names, target=target)
        answer = self._answer(output_of(prediction, "Bleu"))
        references = [[self._worded(one)] for one in sample.targets]
        said = self._worded(answer)
        values: dict[str, float | None] = {}
        for name, metric in self._metrics.items():
            # Private, yet what sacrebleu's own bootstrap is made of; a test compares figures.
            (numbers,) = metric._extract_corpus_statistics([said], references)
            if name == "chrf":
                values["sentence_chrf"] = metric._compute_score_from_stats(numbers).score / 100
            values.update(parts(name, numbers))
        reason = "" if answer else UNPARSED
        return verdict(sample, prediction, values, answer=answer, target=target, reason=reason)

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return BLEU, chrF and chrF++ of all translations together."""
        measures = [
            CorpusMeasure(name, _SIZES[name], _scored(metric))
            for name, metric in self._metrics.items()
        ]
        return corpus_scores(verdicts, measures, resamples=self.resamples)

    def _answer(self, output: str) -> str:
        if self.compat:
            return output.strip().split("\n", 1)[0]
        return answer_text(output, self.read)

    def _worded(self, text: str) -> str:
        if not self.compat or self.tokenize != "zh":
            return text
        return " ".join(chinese_words(" ".join(text.strip().split("\n")[0].split())))

    @cached_property
    def _metrics(self) -> dict[str, Any]:
        made = needed("sacrebleu.metrics", "sacrebleu", "BLEU")
        tokenize = "13a" if self.compat and self.tokenize == "zh" else self.tokenize
        try:
            bleu = made.BLEU(tokenize=tokenize, lowercase=self.lowercase)
        except (OSError, RuntimeError, ImportError) as error:
            raise ConfigError(
                f"sacrebleu cannot make its tokeniser {tokenize!r}: {error}",
                hint="pip install 'compass-eval[metrics]'; flores200 and spm fetch a model once",
            ) from error
        if self.compat:
            return {"bleu": bleu}
        return {
            "bleu": bleu,
            "chrf": made.CHRF(lowercase=self.lowercase),
            "chrf++": made.CHRF(word_order=2, lowercase=self.lowercase),
        }


def _scored(metric: Any) -> Any:
    """Return the function from sums to a share; sacrebleu counts to 100."""

    def score(sums: Sequence[float]) -> float:
        return float(metric._compute_score_from_stats([round(one) for one in sums]).score) / 100

    return score
