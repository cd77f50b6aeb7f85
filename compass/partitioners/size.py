"""Cut a benchmark into slices of a bounded number of samples."""

from __future__ import annotations

from compass.errors import ConfigError
from compass.partitioners.slices import equal_slices
from compass.plan import Estimate


class BySize:
    """Slices of at most ``rows`` samples, of nearly equal length.

    Args:
        rows: Samples in a job.  Small enough to share out among workers, large
            enough that starting the job does not matter.
    """

    def __init__(self, rows: int = 1000) -> None:
        if rows < 1:
            raise ConfigError(f"rows must be at least 1, got {rows!r}")
        self.rows = rows

    def slices(self, estimate: Estimate) -> list[tuple[int, int]]:
        """Return start and stop of every slice of the samples."""
        return equal_slices(estimate.samples, -(-estimate.samples // self.rows))
