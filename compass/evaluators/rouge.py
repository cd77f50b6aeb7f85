"""Judge a summary by the word sequences it shares with the targets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Literal

from compass.errors import ConfigError, did_you_mean
from compass.evaluators.needed import chinese_words, needed
from compass.evaluators.short import answer_text, checked_read, first_target
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.records import Prediction, Sample, Score, Verdict

_KIND = re.compile(r"rouge([1-9]|L|Lsum)")
_HAN = r"\u2e80-\u2fdf\u3005-\u3007\u3041-\u9fff\uf900-\ufaff"
_CHARACTER = re.compile(rf"(?=\w)[{_HAN}]|[^\W{_HAN}]+")


class Rouge:
    """Word sequences shared with the target that fits best.

    ``rouge1`` and ``rouge2`` are the F1 of shared n-grams, ``rougeL`` that of the longest
    common subsequence: Lin 2004, "ROUGE: A Package for Automatic Evaluation of
    Summaries" (W04-1013), as computed by the package rouge-score of Google Research.
    Chinese is cut into words by jieba, or into characters, and then counted by the same
    package.

    Args:
        language: ``en`` or ``zh``.
        kinds: Which of ``rouge1``, ``rouge2``, ``rougeL``, ``rougeLsum`` are reported;
            the first is the headline.
        stem: Take English words without their endings (Porter), as is usual for
            summaries; it has no meaning for Chinese.
        segment: What Chinese is counted by: ``words`` or ``characters``.
        read: What of the output is the answer, see `Exact`.
    """

    version = 1

    def __init__(
        self,
        language: Literal["en", "zh"] = "en",
        kinds: Sequence[str] = ("rouge1", "rouge2", "rougeL"),
        stem: bool = False,
        segment: Literal["words", "characters"] = "words",
        read: Literal["whole", "line", "phrase"] = "whole",
    ) -> None:
        if language not in ("en", "zh"):
            raise ConfigError(f"language must be 'en' or 'zh', got {language!r}")
        if segment not in ("words", "characters"):
            raise ConfigError(
                f"segment must be 'words' or 'characters', got {segment!r}",
                hint=did_you_mean(str(segment), ("words", "characters")),
            )
        self.kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
        for kind in self.kinds:
            if not isinstance(kind, str) or not _KIND.fullmatch(kind):
                known = ("rouge1", "rouge2", "rougeL", "rougeLsum")
                raise ConfigError(
                    f"Rouge knows no kind {kind!r}", hint=did_you_mean(str(kind), known)
                )
        if not self.kinds:
            raise ConfigError("kinds must name at least one kind, such as 'rougeL'")
        self.language = language
        self.stem = stem
        self.segment = segment
        self.read = checked_read(read, "Rouge")

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            return verdict(sample, prediction, dict.fromkeys(self.kinds), target=target)
        answer = answer_text(output_of(prediction, "Rouge"), self.read)
        found = [self._scorer.score(one, answer) for one in sample.targets]
        values: dict[str, float | None] = {
            kind: float(max(one[kind].fmeasure for one in found)) for kind in self.kinds
        }
        best = max(range(len(found)), key=lambda place: found[place][self.kinds[0]].fmeasure)
        return verdict(
            sample,
            prediction,
            values,
            answer=answer,
            target=sample.targets[best],
            reason="" if answer else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the mean of every kind."""
        return summary(verdicts, self.kinds[0])

    @cached_property
    def _scorer(self) -> Any:
        scorer = needed("rouge_score.rouge_scorer", "rouge-score", "ROUGE").RougeScorer
        if self.language == "en":
            return scorer(list(self.kinds), use_stemmer=self.stem)
        return scorer(list(self.kinds), tokenizer=_Chinese(self.segment))


class _Chinese:
    """Cuts Chinese as rouge-score wants it: a list of words, marks left out."""

    def __init__(self, segment: str) -> None:
        self._segment = segment

    def tokenize(self, text: str) -> list[str]:
        """Return the words, or the characters, Latin words being whole in either."""
        if self._segment == "characters":
            return _CHARACTER.findall(text.lower())
        return [word for word in chinese_words(text.lower()) if any(c.isalnum() for c in word)]
