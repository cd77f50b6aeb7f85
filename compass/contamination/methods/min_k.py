"""The least likely tokens of a text."""

from __future__ import annotations

from compass.contamination.finding import Finding, Reading
from compass.contamination.membership import compared


class MinK:
    """Min-K% Prob: a text that was trained on has few very unlikely tokens.

    The score of a text is the mean log-probability of its k % least likely tokens, made by the
    evaluator `Membership`.

    Args:
        dataset: The benchmark the findings are about.
        test: Dataset of the test texts.
        reference: Dataset of fresh texts of the same kind; None tests nothing.
        effect: For power: standard deviations that the score of a leaked text moves.
    """

    source = "Shi et al. 2023, arXiv:2310.16789"
    needs = "log-probabilities; fresh texts of the same kind"
    null = "a test text scores above a fresh one as often as below"
    weakness = (
        "most areas published for it come from members and non-members of different times and "
        "styles (Duan et al. 2024, arXiv:2402.07841); weak for texts seen once"
    )

    def __init__(
        self, dataset: str, test: str, reference: str | None = None, effect: float = 1.0
    ) -> None:
        self.dataset, self.test, self.reference, self.effect = dataset, test, reference, effect

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose verdicts it needs."""
        return tuple(name for name in (self.test, self.reference) if name)

    def findings(self, reading: Reading) -> list[Finding]:
        """Return one finding."""
        return compared("MinK", reading, "min_k", self.test, self.reference)
