"""The published order of a benchmark beside shuffled orders."""

from __future__ import annotations

from compass.contamination.finding import Finding, Reading, lacking
from compass.contamination.orders import by_block
from compass.contamination.statistics import blocks


class Exchangeability:
    """A model that read the file prefers its order; one that did not has no reason to.

    The benchmark is cut into shards of consecutive questions; each shard is scored in its own
    order and in others drawn at random (reader `Shards`).  The paper compares a shard's own
    order with the mean of the others by a t-test over shards; here the own order is relabelled
    within each shard, which is exact for any number of shards and orders.

    Args:
        dataset: The benchmark the findings are about.
        test: Dataset read by `Shards` and asked for its loss.
        effect: For power: standard deviations by which a leaked shard prefers its order.
    """

    source = "Oren et al. 2023, arXiv:2310.17623"
    needs = "log-probabilities; the benchmark in its published order"
    null = "given the questions, every order of a shard is as likely to be the likeliest"
    weakness = (
        "sees only files that were trained on in their order; a set that is sorted (by subject, "
        "by length, by difficulty) prefers its order without a leak"
    )

    def __init__(self, dataset: str, test: str, effect: float = 1.0) -> None:
        self.dataset, self.test, self.effect = dataset, test, effect

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose verdicts it needs."""
        return (self.test,)

    def findings(self, reading: Reading) -> list[Finding]:
        """Return one finding."""
        own, others, missing = by_block(reading.verdicts(self.test))
        made = blocks(own, others)
        return [
            Finding(
                method="Exchangeability",
                leak="test leak",
                statistic="standard score of a shard's own order, mean",
                value=made.value if made else None,
                low=made.low if made else None,
                high=made.high if made else None,
                effect=made.value if made else None,
                p=made.p if made else None,
                n=len(made.scores) if made else 0,
                pairs=len(made.scores) if made else 0,
                note=lacking(missing),
            )
        ]
