"""Naming an option that was hidden."""

from __future__ import annotations

from compass.contamination.finding import Finding, Reading, column, lacking
from compass.stats import combine, wilson


class ChoiceCompletion:
    """TS-Guessing: a wrong option is masked, and the model names it word for word.

    Args:
        dataset: The benchmark the findings are about.
        test: Dataset read by `Masked`, judged by exact match.
        reference: The same on fresh questions; None tests nothing.
        value: Name of the score in the verdicts, 0 or 1.
        effect: For power: standard deviations that a leaked question gains.
    """

    source = "Deng et al. 2023, arXiv:2311.09783"
    needs = "text only; multiple choice; fresh questions of the same kind"
    null = "hidden options of the test are named no more often than those of the reference"
    weakness = (
        "options can often be guessed (years, numbers in a row), so the share alone says "
        "nothing; models that hold back name none"
    )

    def __init__(
        self,
        dataset: str,
        test: str,
        reference: str | None = None,
        value: str = "accuracy",
        effect: float = 1.0,
    ) -> None:
        self.dataset, self.test, self.reference = dataset, test, reference
        self.value, self.effect = value, effect

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose verdicts it needs."""
        return tuple(name for name in (self.test, self.reference) if name)

    def findings(self, reading: Reading) -> list[Finding]:
        """Return one finding."""
        (hits,), missing = column(reading.verdicts(self.test), self.value)
        n = len(hits)
        if self.reference is None or not n:
            share = wilson(sum(hits), n) if n else None
            return [
                Finding(
                    method="ChoiceCompletion",
                    leak="test leak",
                    statistic="share of hidden options named",
                    value=share.value if share else None,
                    low=share.low if share else None,
                    high=share.high if share else None,
                    n=n,
                    note="no reference: nothing is tested" if n else lacking(missing),
                )
            ]
        (others,), lost = column(reading.verdicts(self.reference), self.value)
        m = len(others)
        made = combine([(1, wilson(sum(hits), n)), (-1, wilson(sum(others), m))]) if m else None
        return [
            Finding(
                method="ChoiceCompletion",
                leak="test leak",
                statistic="hidden options named, test - reference",
                value=made.value if made else None,
                low=made.low if made else None,
                high=made.high if made else None,
                p=more_often(sum(hits), n, sum(others), m) if m else None,
                n=n,
                pairs=n * m / (n + m),
                matched=True,
                note=lacking(missing + lost),
            )
        ]


def more_often(hits: float, n: int, others: float, m: int) -> float:
    """Return the one-sided p-value of Fisher's exact test."""
    from scipy.stats import hypergeom

    # Given how many were named in all, as many or more of them in the test by chance.
    return float(hypergeom.sf(round(hits) - 1, n + m, round(hits) + round(others), n))
