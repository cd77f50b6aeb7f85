"""Cut a benchmark into slices of a bounded estimated cost."""

from __future__ import annotations

import math

from compass.errors import ConfigError
from compass.partitioners.slices import equal_slices
from compass.plan import Estimate


class ByCost:
    """Slices of about ``seconds`` where earlier runs say what that is, else of ``tokens``.

    Args:
        tokens: Estimated tokens in a job, prompts and answers at their longest together.
        seconds: Estimated seconds of a job, as long as its model has something to ask.
    """

    def __init__(self, tokens: int = 200_000, seconds: float = 300.0) -> None:
        if tokens < 1:
            raise ConfigError(f"tokens must be at least 1, got {tokens!r}")
        if not seconds > 0:
            raise ConfigError(f"seconds must be more than 0, got {seconds!r}")
        self.tokens = tokens
        self.seconds = seconds

    def slices(self, estimate: Estimate) -> list[tuple[int, int]]:
        """Return start and stop of every slice of the samples."""
        if estimate.measured:
            return equal_slices(estimate.samples, math.ceil(estimate.seconds / self.seconds))
        return equal_slices(estimate.samples, -(-estimate.tokens // self.tokens))
