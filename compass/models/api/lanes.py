"""Ways to the model: every address with every key, and who may start a call on which.

Calls wait in one line, first come first served.  A call gets the lane with the most room
whose allowance suffices and which was not asked to pause.  Everything here happens in the
thread of the event loop.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from compass.errors import CompassError
from compass.models.api.rates import Bucket
from compass.models.api.window import Window

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


@dataclass(eq=False)
class Lane:
    """One address with one key."""

    name: str
    """Address and number of the key: what may be shown."""

    client: Any
    window: Window
    calls: Bucket | None = None
    tokens: Bucket | None = None
    in_flight: int = 0
    paused_until: float = 0.0
    refusals: int = 0
    """In a row."""

    served: bool = False
    """True once a call was answered."""

    dead: str = ""
    """Why nothing goes this way any more."""

    def pause(self, wait: float | None, first: float = FIRST_PAUSE) -> None:
        """Send nothing for a while: as long as the server says, or longer each time."""
        now = time.monotonic()
        self.window.refused(now)
        if now < self.paused_until and wait is None:
            return  # other calls of the same time were refused, too
        self.refusals += 1
        if wait is None:
            wait = min(LONGEST_PAUSE, first * 2 ** min(self.refusals - 1, 10))
            wait *= random.uniform(0.5, 1.0)
        self.paused_until = max(self.paused_until, now + wait)

    def ready_in(self, tokens: float, now: float) -> float:
        """Return the seconds until its pause and its allowances let a call start."""
        waits = [self.paused_until - now]
        if self.calls is not None:
            waits.append(self.calls.wait(1.0, now))
        if self.tokens is not None:
            waits.append(self.tokens.wait(tokens, now))
        return max(0.0, *waits)


class AllLanesDead(Exception):
    """No way is left."""


@dataclass(eq=False)
class Lanes:
    """All lanes, and the line of calls that wait for one."""

    lanes: Sequence[Lane]
    _line: deque[tuple[asyncio.Future[Lane], float]] = field(default_factory=deque)
    _timer: asyncio.TimerHandle | None = None
    _closed: CompassError | None = None

    async def take(self, tokens: float) -> Lane:
        """Return the lane on which a call may start now; it is in flight from here on.

        Args:
            tokens: What it will probably cost.

        Raises:
            AllLanesDead: There is none, nor will there be.
            CompassError: They were closed.
        """
        if self._closed is not None:
            raise self._closed
        mine: asyncio.Future[Lane] = asyncio.get_running_loop().create_future()
        self._line.append((mine, tokens))
        self.serve()
        try:
            return await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled() and mine.exception() is None:
                self.give(mine.result())
            raise

    def give(self, lane: Lane) -> None:
        """A call of this lane has ended."""
        lane.in_flight -= 1
        self.serve()

    def close(self, error: CompassError) -> None:
        """Start no more calls."""
        self._closed = error
        while self._line:
            mine, _ = self._line.popleft()
            if not mine.done():
                mine.set_exception(error)

    def kill(self, lane: Lane, why: str) -> None:
        """Send nothing this way any more."""
        lane.dead = lane.dead or why
        self.serve()

    @property
    def deaths(self) -> str:
        """Why each lane is dead."""
        return "; ".join(f"{lane.name}: {lane.dead}" for lane in self.lanes if lane.dead)

    def serve(self) -> None:
        """Start the calls in line, as many as may start."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._line:
            mine, tokens = self._line[0]
            if mine.done():
                self._line.popleft()
                continue
            alive = [lane for lane in self.lanes if not lane.dead]
            if not alive:
                self._line.popleft()
                mine.set_exception(AllLanesDead())
                continue
            roomy = [lane for lane in alive if lane.in_flight < int(lane.window.size)]
            if not roomy:
                return  # a call that ends will serve the next
            now = time.monotonic()
            waits = [(lane.ready_in(tokens, now), lane.in_flight - lane.window.size, n)
                     for n, lane in enumerate(roomy)]  # fmt: skip
            wait, _, place = min(waits)
            if wait > 0:
                self._timer = asyncio.get_running_loop().call_later(wait + 0.001, self.serve)
                return
            self._line.popleft()
            lane = roomy[place]
            lane.in_flight += 1
            if lane.calls is not None:
                lane.calls.take(1.0)
            if lane.tokens is not None:
                lane.tokens.take(tokens)
            mine.set_result(lane)
