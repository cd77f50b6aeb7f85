"""The least likely tokens of a text, beside what the model could have expected there."""

from __future__ import annotations

from compass.contamination.finding import Finding, Reading
from compass.contamination.membership import compared


class MinKPlus:
    """Min-K%++: log-probabilities standardised over the vocabulary.

    With mu and sigma the mean and standard deviation of log p over the vocabulary, weighted by
    p, the score of a text is the mean of the k % lowest (log p - mu) / sigma, made by the
    evaluator `Membership` from ``ask=dict(type=Loss, spread=True)``.

    Args:
        dataset: The benchmark the findings are about.
        test: Dataset of the test texts.
        reference: Dataset of fresh texts of the same kind; None tests nothing.
        effect: For power: standard deviations that the score of a leaked text moves.
    """

    source = "Zhang et al. 2024, arXiv:2404.02936"
    needs = "log-probabilities of the whole vocabulary at every token; fresh texts"
    null = "a test text scores above a fresh one as often as below"
    weakness = "as Min-K%; most APIs do not give the whole vocabulary"

    def __init__(
        self, dataset: str, test: str, reference: str | None = None, effect: float = 1.0
    ) -> None:
        self.dataset, self.test, self.reference, self.effect = dataset, test, reference, effect

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose verdicts it needs."""
        return tuple(name for name in (self.test, self.reference) if name)

    def findings(self, reading: Reading) -> list[Finding]:
        """Return one finding."""
        return compared("MinKPlus", reading, "min_k_plus", self.test, self.reference)
