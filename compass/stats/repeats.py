"""Several answers to each question: how much of the error would more of them remove?

The error of a score has two sources: which questions were asked, and what a model that
draws its answers happened to draw.  More repeats shrink the second only.

Sources: Miller 2024 (arXiv:2411.00640), section 3, for the two parts of an evaluation's
error; Searle, Casella and McCulloch 1992 (Variance Components), chapter 3, for the
estimators; Cochran 1977 (Sampling Techniques), section 10.6, for the best number of repeats.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Spread(NamedTuple):
    """The mean over questions, and the two variances its error is made of."""

    value: float
    between: float
    """Variance of the questions' true means."""
    within: float
    """Mean variance of the answers to one question; NaN if each has but one answer."""
    questions: int
    repeats: float
    """Answers to a question: the harmonic mean."""

    def error(self, questions: float | None = None, repeats: float | None = None) -> float:
        """Return the standard error with so many questions and repeats (those there are).

        ``sqrt((between + within / repeats) / questions)``; ``math.inf`` repeats leave
        the part that only more questions remove.
        """
        n = self.questions if questions is None else questions
        k = self.repeats if repeats is None else repeats
        if math.isnan(self.within):
            return math.sqrt(self.between / n) if k == self.repeats else math.nan
        return math.sqrt((self.between + self.within / k) / n)

    @property
    def noise(self) -> float:
        """Share of the squared error that is due to the draws: what more repeats can remove."""
        if math.isnan(self.within):
            return math.nan
        total = self.between + self.within / self.repeats
        return self.within / self.repeats / total if total else 0.0

    def best_repeats(self, cost: float = 1.0) -> float:
        """Return how many answers to a question give the least error for a price.

        ``sqrt(cost * within / between)``, but 1 at least.

        Args:
            cost: What a new question costs before its first answer, such as writing it or
                reading a long prompt, in the price of one answer.
        """
        if math.isnan(self.within):
            return math.nan
        if self.within == 0:
            return 1.0
        if self.between == 0:
            return math.inf
        return max(1.0, math.sqrt(cost * self.within / self.between))

    @property
    def advice(self) -> str:
        """``more repeats`` if they could remove more than half of the squared error.

        Else ``more questions``; ``repeat once`` if each question has but one answer, since
        one answer does not tell the parts from each other.
        """
        if math.isnan(self.within):
            return "repeat once"
        return "more repeats" if self.noise > 0.5 else "more questions"


def spread(answers: Iterable[Sequence[float]]) -> Spread:
    """Return the variances between and within questions.

    With s^2 the variance of the n questions' means, and k the harmonic mean of how many
    answers they have (analysis of variance on unweighted means; for equally many answers
    this is the usual one)::

        within  = sum of squares around the questions' means / sum of (answers - 1)
        between = max(0, s^2 - within / k)

    Unless it is cut at 0, the squared error of the mean is s^2 / n: what
    `compass.stats.means.Mean` says of the questions' means.

    Args:
        answers: The values of all answers to a question, for each question.

    Raises:
        ValueError: There are fewer than two questions, or one has no answer.

    Examples:
        >>> spread([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])[:3]
        (0.5, 0.16666666666666669, 0.16666666666666666)
    """
    means: list[float] = []
    squares = inverse = 0.0
    free = 0
    for values in answers:
        if not values:
            raise ValueError("a question without an answer has no spread")
        mean = math.fsum(values) / len(values)
        squares += math.fsum((one - mean) ** 2 for one in values)
        free += len(values) - 1
        inverse += 1 / len(values)
        means.append(mean)
    n = len(means)
    if n < 2:
        raise ValueError(f"a spread needs two questions or more, got {n}")
    value = math.fsum(means) / n
    total = math.fsum((one - value) ** 2 for one in means) / (n - 1)
    if not free:
        return Spread(value, total, math.nan, n, 1.0)
    within = squares / free
    return Spread(value, max(0.0, total - within * inverse / n), within, n, n / inverse)
