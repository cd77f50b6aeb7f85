"""Judge a short answer by the words it shares with the targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from compass.errors import ConfigError, did_you_mean
from compass.evaluators.bags import drop_scores
from compass.evaluators.normal import chinese, squad
from compass.evaluators.short import answer_text, checked_read, first_target
from compass.evaluators.tally import UNPARSED, Measure, measured, output_of, summary, verdict
from compass.evaluators.words import mixed_words
from compass.records import Prediction, Sample, Score, Verdict

_ANSWERABLE = (
    Measure("f1", "f1"),
    Measure("exact_match", "exact_match"),
    Measure("has_answer_f1", "has_answer_f1", some=True),
    Measure("has_answer_exact", "has_answer_exact", some=True),
    Measure("no_answer_accuracy", "no_answer_accuracy", some=True),
)


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
        rules: ``drop`` counts as the script of DROP (Dua et al. 2019, arXiv:1903.00161):
            sets of words, answers of several spans aligned one to one, and no overlap
            where the numbers differ.  A target of several spans is a list in the sample's
            metadata ``spans``.  None: the rules of the language.
        several: With ``rules='drop'``: what parts the spans of an answer, such as ``;``;
            None takes an answer for one span, as other harnesses do.
        no_answer: Phrases that say that there is no answer, such as ``unanswerable``.  They
            and the empty answer are right where a sample has no target, as in SQuAD 2.0
            (Rajpurkar et al. 2018, arXiv:1806.03822), and wrong where it has one.
    """

    version = 2

    def __init__(
        self,
        lang: Literal["en", "zh"] = "en",
        read: Literal["whole", "line", "phrase"] = "whole",
        rules: Literal["drop"] | None = None,
        several: str | None = None,
        no_answer: Sequence[str] = (),
    ) -> None:
        if lang not in ("en", "zh"):
            raise ConfigError(f"lang must be 'en' or 'zh', got {lang!r}")
        if rules not in (None, "drop"):
            raise ConfigError(f"F1 knows no rules {rules!r}", hint=did_you_mean(rules, ["drop"]))
        if several is not None and rules != "drop":
            raise ConfigError("several parts the spans of DROP only", hint="rules='drop'")
        if rules and (lang != "en" or no_answer):
            raise ConfigError("rules='drop' goes with English and answerable questions only")
        self.lang = lang
        self.read = checked_read(read, "F1")
        self.rules = rules
        self.several = several
        self._form = chinese if lang == "zh" else squad
        phrases = (no_answer,) if isinstance(no_answer, str) else tuple(no_answer)
        self.no_answer = frozenset(map(self._form, phrases))

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target, and no phrase says so.
        """
        (prediction,) = predictions
        target = first_target(sample) if sample.targets or not self.no_answer else ""
        if prediction.error is not None:
            values = {"f1": None, "exact_match": None}
            if self.no_answer:
                values |= dict.fromkeys(self._split(sample), None)
            return verdict(sample, prediction, values, target=target)
        answer = answer_text(output_of(prediction, "F1"), self.read)
        if self.rules == "drop":
            f1, exact, target = self._drop(sample, answer)
        else:
            f1, exact, target = self._overlap(sample.targets or ("",), answer)
        scores: dict[str, float | None] = {"f1": f1, "exact_match": exact}
        if self.no_answer:
            scores |= dict(zip(self._split(sample), (f1, exact), strict=False))
        reason = "" if answer or exact else UNPARSED
        return verdict(sample, prediction, scores, answer=answer, target=target, reason=reason)

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return F1 and exact match; where some questions have no answer, both kinds apart."""
        return measured(verdicts, _ANSWERABLE) if self.no_answer else summary(verdicts, "f1")

    @staticmethod
    def _split(sample: Sample) -> tuple[str, ...]:
        """Return the names of the values by kind of question."""
        return ("has_answer_f1", "has_answer_exact") if sample.targets else ("no_answer_accuracy",)

    def _overlap(self, targets: Sequence[str], answer: str) -> tuple[float, float, str]:
        form = self._form(answer)
        if form in self.no_answer:
            answer = form = ""
        overlap = chinese_f1 if self.lang == "zh" else word_f1
        best = max(targets, key=lambda one: overlap(answer, one))
        exact = form in {self._form(one) for one in targets}
        return overlap(answer, best), float(exact), best

    def _drop(self, sample: Sample, answer: str) -> tuple[float, float, str]:
        spans = [answer] if self.several is None else answer.split(self.several)
        known = sample.metadata.get("spans") or [[one] for one in sample.targets]
        f1, exact, place = drop_scores([s.strip() for s in spans if s.strip()] or [""], known)
        return f1, exact, "; ".join(known[place])


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
    """Return the F1 of the longest run of characters both have; other words stay whole.

    Examples:
        >>> chinese_f1("在长江边", "长江")
        0.6666666666666666
    """
    mine, theirs = mixed_words(chinese(answer)), mixed_words(chinese(target))
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
