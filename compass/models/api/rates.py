"""Token buckets: how fast calls may start, by count or by tokens."""

from __future__ import annotations

BURST_SECONDS = 6.0
"""How much of a minute's allowance may go at once: providers look at short spans too."""


class Bucket:
    """An allowance per minute that refills steadily; it may be overdrawn by one call.

    Args:
        per_minute: Allowance of a minute.
        now: Time of a monotonic clock.
    """

    def __init__(self, per_minute: float, now: float) -> None:
        self.rate = per_minute / 60
        self.most = max(self.rate * BURST_SECONDS, 1.0)
        self.level = self.most
        self._at = now

    def wait(self, amount: float, now: float) -> float:
        """Return the seconds until ``amount`` may be taken; 0 if at once.

        What is more than the bucket holds may be taken when it is full.
        """
        self.level = min(self.most, self.level + (now - self._at) * self.rate)
        self._at = now
        short = min(amount, self.most) - self.level
        return 0.0 if short <= 1e-9 else short / self.rate

    def take(self, amount: float) -> None:
        """Take an amount; after a ``wait`` of 0."""
        self.level -= amount

    def give(self, amount: float) -> None:
        """Give back what was taken too much; a negative amount takes more."""
        self.level = min(self.most, self.level + amount)
