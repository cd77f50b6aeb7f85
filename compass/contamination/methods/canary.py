"""A string that was published for one purpose: to be found."""

from __future__ import annotations

import math

from compass.contamination.finding import Finding, Reading
from compass.contamination.orders import by_block


class Canary:
    """The benchmark's canary among random strings of the same form.

    If the file was never read, the canary is one more random string: its rank among m
    others is uniform, and p = rank / (m + 1) is exact.  The exposure of Carlini et al. is
    log2(m + 1) - log2(rank).

    Args:
        dataset: The benchmark the findings are about.
        test: Dataset read by `Canaries` and asked for its loss.
        effect: Not used: there is one string, and no share of it.
    """

    source = "Srivastava et al. 2022, arXiv:2206.04615; Carlini et al. 2019, arXiv:1802.08232"
    needs = "log-probabilities; a benchmark that carries a canary"
    null = "the canary is as likely as any other random string of its form"
    weakness = (
        "shows that a file with the string was read, not which questions; filters drop files "
        "with a canary, and copies of the questions lose it"
    )

    def __init__(self, dataset: str, test: str, effect: float = 0.0) -> None:
        self.dataset, self.test, self.effect = dataset, test, effect

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose verdicts it needs."""
        return (self.test,)

    def findings(self, reading: Reading) -> list[Finding]:
        """Return one finding."""
        own, others, missing = by_block(reading.verdicts(self.test))
        note = "the canary or its rivals have no answer" if missing or not own else ""
        rank, size = 0, 0
        if own:
            rank = 1 + sum(other >= own[0] for other in others[0])
            size = 1 + len(others[0])
        return [
            Finding(
                method="Canary",
                leak="test leak",
                statistic="exposure of the canary, bits",
                value=math.log2(size / rank) if own else None,
                p=rank / size if own else None,
                n=size,
                note=note or f"rank {rank} of {size}",
            )
        ]
