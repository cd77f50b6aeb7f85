"""Loss beside how well the text compresses."""

from __future__ import annotations

from compass.contamination.finding import Finding, Reading
from compass.contamination.membership import compared


class ZlibRatio:
    """Loss divided by the size of the compressed text: low if a text is known by heart.

    Args:
        dataset: The benchmark the findings are about.
        test: Dataset of the test texts, judged by the evaluator `Membership`.
        reference: Dataset of fresh texts of the same kind; None tests nothing.
        effect: For power: standard deviations that the score of a leaked text moves.
    """

    source = "Carlini et al. 2021, arXiv:2012.07805, section 5.2"
    needs = "log-probabilities; fresh texts of the same kind"
    null = "a test text scores below a fresh one as often as above"
    weakness = "texts of one benchmark compress alike, so it adds little to the loss alone"

    def __init__(
        self, dataset: str, test: str, reference: str | None = None, effect: float = 1.0
    ) -> None:
        self.dataset, self.test, self.reference, self.effect = dataset, test, reference, effect

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose verdicts it needs."""
        return tuple(name for name in (self.test, self.reference) if name)

    def findings(self, reading: Reading) -> list[Finding]:
        """Return one finding."""
        return compared("ZlibRatio", reading, "zlib_ratio", self.test, self.reference, sign=-1.0)
