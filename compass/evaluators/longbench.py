"""LongBench's own measures of shared words: F1 of Chinese answers, ROUGE-L of summaries.

Bai et al. 2024, "LongBench: A Bilingual, Multitask Benchmark for Long Context
Understanding", arXiv:2308.14508; ``LongBench/metrics.py`` and ``eval.py`` of
github.com/THUDM/LongBench (MIT).  Its ROUGE-L is that of the package ``rouge`` 1.0.1
(pltrdy), which differs from rouge-score: texts are cut into sentences at full stops, and
the words of the longest common subsequences count once each.
"""

from __future__ import annotations

import logging
import string
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from compass.errors import ConfigError, did_you_mean
from compass.evaluators.needed import needed
from compass.evaluators.normal import squad
from compass.evaluators.short import answer_text, checked_read, first_target
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.records import Prediction, Sample, Score, Verdict

_METRICS = ("f1", "rouge")
# The marks that its script leaves out of Chinese words, besides those of ASCII.
_MARKS = frozenset(
    string.punctuation
    + "！？｡。＂＃＄％＆＇（）＊＋，－／：；＜＝＞＠［＼］＾＿｀｛｜｝～｟｠｢｣､、〃》「」『』"
    + "【】〔〕〖〗〘〙〚〛〜〝〞〟〰〾〿–—‘’‛“”„‟…‧﹏."
)


class LongBench:
    """F1 of words (``f1``) or ROUGE-L (``rouge``) as LongBench's script computes them.

    The best of the targets counts.  Chinese is cut into words by jieba.

    Args:
        metric: ``f1`` or ``rouge``.
        language: ``en`` or ``zh``.
        read: ``line`` reads the first line alone, as the script does for its few-shot
            tasks; ``whole`` and ``phrase`` see `Exact`.
        compat: ``opencompass`` reads the output as it stands: think tags and blanks
            around it included, the first line being that after leading line ends.
    """

    version = 1

    def __init__(
        self,
        metric: Literal["f1", "rouge"] = "f1",
        language: Literal["en", "zh"] = "en",
        read: Literal["whole", "line", "phrase"] = "whole",
        compat: Literal["opencompass"] | None = None,
    ) -> None:
        if metric not in _METRICS:
            raise ConfigError(
                f"LongBench knows no metric {metric!r}", hint=did_you_mean(str(metric), _METRICS)
            )
        if language not in ("en", "zh"):
            raise ConfigError(f"language must be 'en' or 'zh', got {language!r}")
        if compat not in (None, "opencompass"):
            raise ConfigError(f"LongBench knows no compat {compat!r}", hint="'opencompass' or None")
        self.metric = metric
        self.language = language
        self.read = checked_read(read, "LongBench")
        self.compat = compat

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            return verdict(sample, prediction, {self.metric: None}, target=target)
        output = output_of(prediction, "LongBench")
        if self.compat:
            answer = output.lstrip("\n").split("\n")[0] if self.read == "line" else output
        else:
            answer = answer_text(output, self.read)
        scores = [self._score(answer, one) for one in sample.targets]
        best = max(scores)
        return verdict(
            sample,
            prediction,
            {self.metric: best},
            answer=answer,
            target=sample.targets[scores.index(best)],
            reason="" if answer.strip() else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the mean."""
        return summary(verdicts, self.metric)

    def _score(self, answer: str, target: str) -> float:
        if self.metric == "f1":
            cut = _chinese_words if self.language == "zh" else _english_words
            return shared_words(cut(answer), cut(target))
        if self.language == "zh":
            answer, target = " ".join(_jieba(answer)), " ".join(_jieba(target))
        return rouge_l(answer, target)


def shared_words(mine: Sequence[str], theirs: Sequence[str]) -> float:
    """Return the harmonic mean of precision and recall of words; 0 where none is shared.

    Examples:
        >>> shared_words(["red", "house"], ["house"])
        0.6666666666666666
    """
    shared = sum((Counter(mine) & Counter(theirs)).values())
    if not shared:
        return 0.0
    precision, recall = shared / len(mine), shared / len(theirs)
    return 2 * precision * recall / (precision + recall)


def rouge_l(answer: str, target: str) -> float:
    """Return the F of ROUGE-L at summary level as the package ``rouge`` has it.

    Examples:
        >>> round(rouge_l("the cat sat", "the cat ran"), 4)
        0.6667
        >>> rouge_l("", "the cat")
        0.0
    """
    mine, theirs = _sentences(answer), _sentences(target)
    if not mine or not theirs:
        return 0.0
    shared: set[str] = set()
    for sentence in theirs:
        for other in mine:
            shared.update(_subsequence(sentence, other))
    recall = len(shared) / len({word for one in theirs for word in one})
    precision = len(shared) / len({word for one in mine for word in one})
    # That package adds 1e-8 so as never to divide by zero.
    return 2.0 * ((precision * recall) / (precision + recall + 1e-8))


def _sentences(text: str) -> list[list[str]]:
    """Return the words of what stands between full stops; an empty one has one empty word."""
    return [" ".join(one.split()).split(" ") for one in text.split(".") if one]


def _subsequence(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Return a longest common subsequence: of several, the one that package comes upon."""
    rows = [[0] * (len(other) + 1)]
    for word in one:
        above, row = rows[-1], [0]
        for place, theirs in enumerate(other):
            row.append(above[place] + 1 if word == theirs else max(above[place + 1], row[place]))
        rows.append(row)
    found: list[str] = []
    i, j = len(one), len(other)
    while i and j:
        if one[i - 1] == other[j - 1]:
            found.append(one[i - 1])
            i, j = i - 1, j - 1
        elif rows[i - 1][j] > rows[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return found


def _english_words(text: str) -> list[str]:
    return squad(text).split()


def _chinese_words(text: str) -> list[str]:
    words = ("".join(c for c in w.lower() if c not in _MARKS) for w in _jieba(text))
    return [bare for word in words if (bare := "".join(word.split()))]


def _jieba(text: str) -> list[str]:
    jieba = needed("jieba", "jieba", "Chinese words")
    jieba.setLogLevel(logging.WARNING)
    return list(jieba.cut(text, cut_all=False))
