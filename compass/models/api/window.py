"""How many calls may be in flight: found by trial, as TCP finds the speed of a path.

Additive increase, multiplicative decrease (Chiu and Jain 1989, "Analysis of the increase and
decrease algorithms for congestion avoidance in computer networks"), with the doubling start
of TCP (Jacobson 1988, "Congestion avoidance and control").
"""

from __future__ import annotations

from statistics import median

START = 128
SHARE_AFTER_REFUSAL = 0.5
SHARE_WHEN_SLOW = 0.8
SLOW = 3.0
"""Calls that take this many times as long as at best say that the server is overloaded."""

LOOK = 48
"""Calls whose times are looked at together."""

LEAST_WHEN_SLOW = 8

OFTEN = 0.1
"""Share of calls that break down on the server, beyond which that is taken for overload: a
single one may be chance."""


class Window:
    """The number of calls one lane may have in flight.

    Args:
        most: It never goes beyond.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = float(min(START, most))
        self._doubling = True
        self._cut_at = float("-inf")
        self._typical = 0.0
        self._broken = 0.0
        self._times: list[tuple[float, float]] = []
        self._best: tuple[float, float] | None = None

    def answered(self, seconds: float, tokens: int, in_flight: int, now: float) -> None:
        """Learn of a call that went well; grow if the window was in use."""
        self._broken *= 0.95
        self._typical = seconds if not self._typical else 0.9 * self._typical + 0.1 * seconds
        if in_flight >= 0.75 * self.size:
            step = 1.0 if self._doubling else 1.0 / self.size
            self.size = min(float(self.most), self.size + step)
        self._times.append((seconds, seconds / max(tokens, 1)))
        if len(self._times) >= LOOK:
            self._look(now)

    def refused(self, now: float) -> None:
        """Learn that the server was asked too much; halve, once for the calls of one time."""
        self._cut(SHARE_AFTER_REFUSAL, 1.0, now)

    def broke(self, now: float) -> None:
        """Learn that the server broke down over a call; shrink if that happens often."""
        self._broken = 0.95 * self._broken + 0.05
        if self._broken > OFTEN:
            self._cut(SHARE_WHEN_SLOW, 1.0, now)

    def forget(self) -> None:
        """Compare times anew: other questions take other times."""
        self._times.clear()
        self._best = None

    def _look(self, now: float) -> None:
        """Shrink if calls got slow, both as they are and for each token they wrote."""
        seconds = median(one for one, _ in self._times)
        each = median(one for _, one in self._times)
        self._times.clear()
        if self._best is None:
            self._best = (seconds, each)
            return
        if seconds > SLOW * self._best[0] and each > SLOW * self._best[1]:
            self._cut(SHARE_WHEN_SLOW, LEAST_WHEN_SLOW, now)
        # The best drifts up a little, so that one lucky moment is not the measure forever.
        self._best = (min(seconds, self._best[0] * 1.02), min(each, self._best[1] * 1.02))

    def _cut(self, share: float, least: float, now: float) -> None:
        if now - self._cut_at < self._typical:
            return
        self._cut_at = now
        self._doubling = False
        self.size = max(min(least, self.size), self.size * share)
