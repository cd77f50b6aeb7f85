"""Judge a short answer by the words it shares with the targets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from compass.errors import ConfigError
from compass.evaluators.normal import chinese, squad
from compass.evaluators.short import answer_text, checked_read, first_target
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.records import Prediction, Sample, Score, Verdict

_SEGMENT = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]|[^\W\u2e80-\u9fff\uf900-\ufaff]+|\S")


class F1:
    """Word overlap with, and equality to, the target that fits best.

    English as the official SQuAD script (Rajpurkar et al. 2016, arXiv:1606.05250):
    ``f1`` is the harmonic mean of precision and recall of the words both have,
    ``exact_match`` their equality, once case, ASCII punctuation and articles are
    gone.  Chinese as the CMRC 2018 script (Cui et al. 2019, arXiv:1810.07366):
    characters take the place of words, and what is shared is the longest run of
    them that both have.

    Args:
        lang: ``en`` or ``zh``.
        read: What of the output is the answer, see `Exact`.
    """

    version = 2

    def __init__(
        self,
        lang: Literal["en", "zh"] = "en",
        read: Literal["whole", "line", "phrase"] = "whole",
    ) -> None:
        if lang not in ("en", "zh"):
            raise ConfigError(f"lang must be 'en' or 'zh', got {lang!r}")
        self.lang = lang
        self.read = checked_read(read, "F1")

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            values = {"f1": None, "exact_match": None}
            return verdict(sample, prediction, values, target=target)
        answer = answer_text(output_of(prediction, "F1"), self.read)
        overlap, form = (chinese_f1, chinese) if self.lang == "zh" else (word_f1, squad)
        best = max(sample.targets, key=lambda one: overlap(answer, one))
        exact = form(answer) in {form(one) for one in sample.targets}
        return verdict(
            sample,
            prediction,
            {"f1": overlap(answer, best), "exact_match": float(exact)},
            answer=answer,
            target=best,
            reason="" if answer or exact else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return F1 and exact match."""
        return summary(verdicts, "f1")


def word_f1(answer: str, target: str) -> float:
    """Return the F1 of words; two empty texts agree.

    Examples:
        >>> word_f1("the red house", "a house")
        0.6666666666666666
    """
    mine, theirs = squad(answer).split(), squad(target).split()
    if not mine or not theirs:
        return float(mine == theirs)
    shared = sum((Counter(mine) & Counter(theirs)).values())
    return _harmonic(shared, len(mine), len(theirs))


def chinese_f1(answer: str, target: str) -> float:
    """Return the F1 of the longest run of characters both have; Latin words stay whole.

    Examples:
        >>> chinese_f1("在长江边", "长江")
        0.6666666666666666
    """
    mine, theirs = _SEGMENT.findall(chinese(answer)), _SEGMENT.findall(chinese(target))
    if not mine or not theirs:
        return float(mine == theirs)
    return _harmonic(_longest_run(mine, theirs), len(mine), len(theirs))


def _harmonic(shared: int, mine: int, theirs: int) -> float:
    if not shared:
        return 0.0
    precision, recall = shared / mine, shared / theirs
    return 2 * precision * recall / (precision + recall)


def _longest_run(mine: Sequence[str], theirs: Sequence[str]) -> int:
    """Return the length of the longest common substring."""
    best = 0
    above = [0] * (len(theirs) + 1)
    for one in mine:
        row = [0] * (len(theirs) + 1)
        for place, other in enumerate(theirs, 1):
            if one == other:
                row[place] = above[place - 1] + 1
                best = max(best, row[place])
        above = row
    return best
