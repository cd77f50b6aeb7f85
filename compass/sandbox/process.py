"""One fork server: started, asked, ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Sequence
from typing import Any

from compass.sandbox.inside import wire
from compass.sandbox.rungs import VARIABLES, Rung, start

GRACE = 10.0
"""Seconds a server may take longer than a program's limit before it is taken for lost."""

START_SECONDS = 30.0


class Lost(Exception):
    """The server did not start, has ended, or says nothing."""


class Process:
    """A fork server on a rung.

    Raises:
        Lost: It did not start.
    """

    def __init__(self, rung: Rung, preload: Sequence[str], scratch_size: int) -> None:
        self._scratch: str | None = None
        try:
            begun = start(rung, preload, scratch_size)
            self._scratch = begun.scratch
            self._process = subprocess.Popen(
                begun.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # Not even for an instant: process 1 inside may be read by programs.
                env=VARIABLES,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            self._remove()
            raise Lost(str(error)) from error
        self.spent = False
        try:
            hello = self._reply(time.monotonic() + START_SECONDS)
        except Lost as error:
            said = self._complaint()
            raise Lost(said or str(error)) from error
        if not hello["ready"]:
            self.kill()
            raise Lost(hello["why"])

    def ask(self, request: bytes, wall: float) -> dict[str, Any]:
        """Return the result of a request.

        Raises:
            Lost: There is none.
        """
        deadline = time.monotonic() + wall + GRACE
        self._send(request, deadline)
        result: dict[str, Any] = self._reply(deadline)
        self.spent = bool(result["spent"])
        return result

    def close(self) -> None:
        """End the server in peace, or by force."""
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self.kill()

    def kill(self) -> None:
        """End the server by force, and what it runs with it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._remove()

    def _send(self, data: bytes, deadline: float) -> None:
        stream = self._process.stdin
        if stream is None:
            raise Lost("it has no input")
        os.set_blocking(stream.fileno(), False)
        view = memoryview(data)
        while view:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([], [stream], [], left)[1]:
                raise Lost("it takes no request")
            try:
                view = view[os.write(stream.fileno(), view) :]
            except OSError as error:
                raise Lost("it has ended") from error

    def _reply(self, deadline: float) -> Any:
        stream = self._process.stdout
        if stream is None:
            raise Lost("it has no output")

        def read(count: int) -> bytes:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                raise Lost("it does not answer")
            return os.read(stream.fileno(), count)

        try:
            return json.loads(wire.read_frame(read))
        except (EOFError, ValueError) as error:
            raise Lost("it has ended") from error

    def _complaint(self) -> str:
        """Return the last line of what a server that did not start says, and bury it."""
        self._process.kill()
        said = b""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            said = self._process.communicate(timeout=2)[1]
        self.kill()
        lines = said.decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else ""

    def _remove(self) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
