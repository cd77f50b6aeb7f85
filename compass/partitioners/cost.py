"""Cut a benchmark into slices of a bounded estimated cost."""

from __future__ import annotations

from compass.errors import ConfigError
from compass.partitioners.slices import equal_slices


class ByCost:
    """Slices of about ``tokens`` estimated tokens each, prompts and answers together.

    Args:
        tokens: Estimated tokens in a job.
    """

    def __init__(self, tokens: int = 200_000) -> None:
        if tokens < 1:
            raise ConfigError(f"tokens must be at least 1, got {tokens!r}")
        self.tokens = tokens

    def slices(self, size: int, tokens: int) -> list[tuple[int, int]]:
        """Return start and stop of every slice; ``tokens`` is the estimate for all of them."""
        return equal_slices(size, -(-tokens // self.tokens))
