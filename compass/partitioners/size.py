"""Cut a benchmark into slices of a bounded number of samples."""

from __future__ import annotations

from compass.errors import ConfigError
from compass.partitioners.slices import equal_slices


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

    def slices(self, size: int, tokens: int) -> list[tuple[int, int]]:
        """Return start and stop of every slice of ``size`` samples.

        Examples:
            >>> BySize(rows=4).slices(10, 0)
            [(0, 4), (4, 7), (7, 10)]
        """
        return equal_slices(size, -(-size // self.rows))
