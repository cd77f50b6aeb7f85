"""One question's call, until it is answered or there is no hope: retries, deadlines, hedging.

A busy server (429) costs no attempt: all calls of its lane wait as long as it says.  What may
pass is tried again a bounded number of times, after an exponential pause with full jitter
(Brooker 2015, "Exponential backoff and jitter").  Every question has a deadline, and a run
of failures without any success ends the job: nothing here goes on for ever.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from compass.errors import CompassError, ModelError
from compass.models.api.faults import Fault, Kind
from compass.models.api.keys import Redactor
from compass.models.api.lanes import AllLanesDead, Lane, Lanes
from compass.models.api.ledger import Ledger, Usage

Parsed = TypeVar("Parsed")

LONGEST_BACKOFF = 60.0
HELLO_SECONDS = 30.0
HOPELESS = 25
"""Questions in a row without an answer, and none answered meanwhile, that end a job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to go on."""

    retries: int = 8
    backoff: float = 0.5
    """The first pause is at most this long, each further one at most twice as long."""

    timeout: float = 600.0
    """Seconds a call may take."""

    deadline: float = 3600.0
    """Seconds a question may take from the start of its first call, with all calls and pauses."""

    busy: float = 600.0
    """Seconds the server may be busy without answering any question."""

    hedge: float | None = None
    """Seconds after which a call is made a second time, beside the first."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of the server."""

    key: str
    """Of the question."""

    path: str
    body: Mapping[str, Any]
    tokens: float = 0.0
    """What it will probably cost."""


class Deadline:
    """When to give a question up.

    The clock starts with its first call, not while it stands in line: an allowance of three
    calls a minute lets the hundredth question wait for half an hour, and that is no failure.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until: float | None = None

    def begin(self) -> None:
        """Start the clock, once."""
        if self._until is None:
            self._until = time.monotonic() + self.seconds

    @property
    def left(self) -> float | None:
        """Seconds that are left, 0 if none; None before the first call."""
        return None if self._until is None else max(0.0, self._until - time.monotonic())


class Caller:
    """Makes calls over the lanes, as many at a time as they bear.

    Args:
        lanes: Ways to the server.
        patience: How long to go on.
        ledger: Books every call.
        redact: Takes secrets out of messages.
        hang_up: Closes the connections.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        patience: Patience,
        ledger: Ledger,
        redact: Redactor,
        hang_up: Callable[[], Awaitable[None]],
    ) -> None:
        self.lanes = Lanes(lanes)
        self.patience = patience
        self.ledger = ledger
        self.redact = redact
        self.stopped: CompassError | None = None
        self._hang_up = hang_up
        self._stopping = asyncio.Event()
        self._failed_in_a_row = 0
        self._answered_at = time.monotonic()

    async def close(self) -> None:
        """Close connections and log."""
        await self._hang_up()
        self.ledger.close()

    async def hello(self) -> frozenset[str]:
        """See which lanes lead to a server; return the models that are listed there.

        Raises:
            ModelError: None does.
        """
        listed: frozenset[str] = frozenset()
        for lane in self.lanes.lanes:
            try:
                async with asyncio.timeout(min(HELLO_SECONDS, self.patience.timeout)):
                    listed |= await lane.client.hello()
            except Fault as fault:
                self.lanes.kill(lane, self.redact(fault.text))
            except TimeoutError:
                self.lanes.kill(lane, f"no reply within {HELLO_SECONDS:g} seconds")
        if all(lane.dead for lane in self.lanes.lanes):
            raise self._unusable()
        return listed

    def begin(self) -> None:
        """Start anew: other questions take other times."""
        self._answered_at = time.monotonic()
        for lane in self.lanes.lanes:
            lane.window.forget()

    def deadline(self) -> Deadline:
        """Return the deadline of a question."""
        return Deadline(self.patience.deadline)

    async def call(
        self, call: Call, parse: Callable[[Any], tuple[Parsed, Usage]], deadline: Deadline
    ) -> Parsed:
        """Return the reply to a call.

        Args:
            call: What is asked.
            parse: Makes sense of the reply; raises a `Fault` if there is none in it.
            deadline: When to give up; calls of one question share it.

        Raises:
            Fault: There is no answer to this question.
            CompassError: There will be none to any.
        """
        attempts = 0
        while True:
            try:
                if deadline.left == 0:
                    raise TimeoutError
                async with asyncio.timeout(deadline.left):
                    return await self._hedged(call, parse, deadline)
            except TimeoutError:
                text = f"no answer within {deadline.seconds:g} seconds"
                raise Fault(Kind.QUESTION, text) from None
            except AllLanesDead:
                self.stop(self._unusable())
            except Fault as fault:
                attempts += fault.kind is not Kind.BUSY
                if fault.kind is Kind.QUESTION or attempts > self.patience.retries:
                    tries = f" (after {attempts} attempts)" if attempts > 1 else ""
                    raise Fault(Kind.QUESTION, self.redact(fault.text) + tries) from None
                if fault.kind is not Kind.BUSY:
                    await self._pause(fault, attempts, deadline)
                elif time.monotonic() - self._answered_at > self.patience.busy:
                    self.stop(
                        ModelError(
                            f"the server is busy, and answered nothing for "
                            f"{self.patience.busy:g} seconds: {self.redact(fault.text)}",
                            hint="run again with -r later, or set rpm= to what it allows",
                        )
                    )

    async def question(self, work: Awaitable[Parsed]) -> Parsed | Fault:
        """Return what the calls of a question bring, or the fault that ended them.

        Raises:
            CompassError: Nothing more will be answered.
        """
        try:
            found = await work
        except Fault as fault:
            self._failed_in_a_row += 1
            if self._failed_in_a_row >= HOPELESS:
                self.stop(
                    ModelError(
                        f"{HOPELESS} questions in a row got no answer, the last: {fault.text}",
                        hint="see whether the server is up; run again with -r",
                    )
                )
            return fault
        self._failed_in_a_row = 0
        return found

    def stop(self, error: CompassError) -> None:
        """Make no more calls; those in flight may end.

        Raises:
            CompassError: Always; the first reason that was given.
        """
        if self.stopped is None:
            self.stopped = error
            self._stopping.set()
            self.lanes.close(error)
        raise self.stopped

    async def _pause(self, fault: Fault, attempts: int, deadline: Deadline) -> None:
        pause = self.patience.backoff * 2 ** min(attempts - 1, 16)
        pause = random.uniform(0.0, min(LONGEST_BACKOFF, pause))
        pause = max(pause, fault.wait or 0.0)
        pause = min(pause, deadline.left or 0.0)
        try:
            async with asyncio.timeout(pause):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _hedged(
        self, call: Call, parse: Callable[[Any], tuple[Parsed, Usage]], deadline: Deadline
    ) -> Parsed:
        """Return the reply; of two calls the first one's, where the first takes long."""
        if self.patience.hedge is None:
            return await self._attempt(call, parse, deadline)
        running = {asyncio.ensure_future(self._attempt(call, parse, deadline))}
        try:
            done, _ = await asyncio.wait(running, timeout=self.patience.hedge)
            if not done:
                running.add(asyncio.ensure_future(self._attempt(call, parse, deadline)))
            while True:
                done, left = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                good = [one for one in done if one.exception() is None]
                if good or not left:
                    return (good or list(done))[0].result()
                running = left
        finally:
            for one in running:
                one.cancel()

    async def _attempt(
        self, call: Call, parse: Callable[[Any], tuple[Parsed, Usage]], deadline: Deadline
    ) -> Parsed:
        """Make the call once."""
        lane = await self.lanes.take(call.tokens)
        deadline.begin()
        busy = lane.in_flight
        usage, reply = Usage(), None
        began = time.monotonic()
        row: dict[str, Any] = {"time": round(time.time(), 3), "question": call.key}
        row["lane"] = lane.name
        try:
            if self.ledger.exhausted(sum(one.in_flight for one in self.lanes.lanes) - 1):
                self._out_of_budget()
            try:
                patience = min(self.patience.timeout, deadline.left or 0.0)
                async with asyncio.timeout(patience):
                    reply = await lane.client.post(call.path, call.body)
            except TimeoutError:
                text = f"no reply within {patience:.4g} seconds"
                raise Fault(Kind.BROKEN, text) from None
            parsed, usage = parse(reply)
        except Fault as fault:
            row["error"] = fault.text
            self._learn(lane, fault)
            raise
        except asyncio.CancelledError:
            row["error"] = "given up"
            raise
        else:
            now = time.monotonic()
            lane.refusals = 0
            lane.served = True
            lane.window.answered(now - began, usage.output, busy, now)
            self._answered_at = now
            return parsed
        finally:
            if reply is not None or "error" in row:
                row["seconds"] = round(time.monotonic() - began, 4)
                self.ledger.note(row, usage, call.body, reply)
            if lane.tokens is not None and usage.prompt:
                lane.tokens.give(call.tokens - usage.prompt - usage.output)
            self.lanes.give(lane)

    def _learn(self, lane: Lane, fault: Fault) -> None:
        """Let the lane take its lesson from a fault."""
        if fault.kind is Kind.BUSY and (fault.wait or 0.0) > self.patience.busy:
            self.lanes.kill(lane, f"asks to wait {fault.wait:g} seconds: {fault.text}")
        elif fault.kind is Kind.BUSY:
            lane.pause(fault.wait, self.patience.backoff)
        elif fault.kind is Kind.BROKEN:
            lane.window.broke(time.monotonic())
        elif fault.kind is Kind.LANE and lane.served and fault.passing_once_served:
            fault.kind = Kind.PASSING
        elif fault.kind is Kind.LANE:
            self.lanes.kill(lane, self.redact(fault.text))

    def _unusable(self) -> ModelError:
        return ModelError(
            f"the server cannot be used: {self.redact(self.lanes.deaths)}",
            hint="check base_url, the key and the model's name",
        )

    def _out_of_budget(self) -> None:
        self.stop(
            ModelError(
                f"the budget of {self.ledger.budget:g} is used up: "
                f"{self.ledger.spent:.4f} spent, and calls in flight",
                hint="raise budget= and run again with -r: what was answered is kept",
            )
        )
