"""The published order of a question's options beside other orders."""

from __future__ import annotations

from compass.contamination.finding import Finding, Reading, lacking
from compass.contamination.orders import by_block, by_circle
from compass.contamination.statistics import blocks


class OptionOrder:
    """A model that read a question prefers its options as they were printed.

    Reads the whole texts of a dataset read by `Orders`, or, as a by-product, the answers of a
    circular run with ``ask=dict(type=Rank, normalise='whole')``, whose likelihoods of prompt
    and option less those of the option are the likelihoods of the prompts.

    Args:
        dataset: The benchmark the findings are about.
        test: Dataset read by `Orders` and asked for its loss, or a circular one.
        circular: True for a circular one.
        effect: For power: standard deviations by which a leaked question prefers its order.
    """

    source = "Ni et al. 2024, arXiv:2409.01790"
    needs = "log-probabilities; multiple choice"
    null = "given a question, every order of its options is as likely to be the likeliest"
    weakness = (
        "options printed in a natural order (numbers that rise, 'none of these' at the end) are "
        "preferred without a leak"
    )

    def __init__(
        self, dataset: str, test: str, circular: bool = False, effect: float = 1.0
    ) -> None:
        self.dataset, self.test, self.circular, self.effect = dataset, test, circular, effect

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose verdicts it needs."""
        return (self.test,)

    def findings(self, reading: Reading) -> list[Finding]:
        """Return one finding."""
        own, others, missing = (
            by_circle(reading.predictions(self.test))
            if self.circular
            else by_block(reading.verdicts(self.test))
        )
        made = blocks(own, others)
        share = f"{made.top:.0%} of the own orders are the likeliest" if made else ""
        return [
            Finding(
                method="OptionOrder",
                leak="test leak",
                statistic="standard score of a question's own order, mean",
                value=made.value if made else None,
                low=made.low if made else None,
                high=made.high if made else None,
                effect=made.value if made else None,
                p=made.p if made else None,
                n=len(made.scores) if made else 0,
                pairs=len(made.scores) if made else 0,
                note="; ".join(filter(None, [share, lacking(missing)])),
            )
        ]
