"""The fork server of the rung without help of the system: each fork is one WASM instance.

An instance reaches nothing but its own memory and three descriptors: there are no files, no
sockets and no processes in it.  A program and its judge are two instances.  What ends them is
the server, so that also a sleep, which no counter of instructions sees, ends in time.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compass.sandbox.inside import confine
from compass.sandbox.inside.server import Forks, Server

STACK = 2 << 20
"""Bytes of the stack of compiled code; the most that wasmtime allows."""

_HERE = Path(__file__).parent
_PACKAGES = ("compass", "compass.sandbox", "compass.sandbox.inside")
_SHARED = ("wire", "candidate", "judge")
_DESCRIPTORS = 256
_VARIABLES = (("PYTHONHASHSEED", "0"), ("HOME", "/"))


def engine() -> Any:
    """Return an engine; code that one compiles is for those of the same settings."""
    import wasmtime

    config = wasmtime.Config()
    config.max_wasm_stack = STACK
    return wasmtime.Engine(config)


class Machine:
    """CPython for WASI, compiled and ready to be started in a fork.

    Args:
        compiled: The compiled file.

    Raises:
        OSError: It is not there, or not for this wasmtime.
    """

    def __init__(self, compiled: str) -> None:
        import wasmtime

        self._engine = engine()
        try:
            self._module = wasmtime.Module.deserialize_file(self._engine, compiled)
        except wasmtime.WasmtimeError as error:
            raise OSError(f"{compiled}: {str(error).splitlines()[0]}") from error
        self._linker = wasmtime.Linker(self._engine)
        self._linker.define_wasi()
        self.descriptors = _open()
        """Those that wasmtime keeps the interpreter in, and what was open before."""

        self._begin = (_HERE / "guest.py").read_text("utf-8")
        self._texts = dict.fromkeys(_PACKAGES, "") | {
            f"{_PACKAGES[-1]}.{name}": (_HERE / f"{name}.py").read_text("utf-8") for name in _SHARED
        }

    def run(self, role: str, told: dict[str, Any], memory: int | None) -> int:
        """Run an instance on descriptors 0 to 2 of this process; return its exit code.

        Raises:
            Trapped: The instance broke down.
        """
        import wasmtime

        store = wasmtime.Store(self._engine)
        store.set_limits(memory_size=-1 if memory is None else memory, memories=1, instances=1)
        wasi = wasmtime.WasiConfig()
        payload = json.dumps([role, self._texts, told])
        wasi.argv = ["python", "-I", "-B", "-W", "ignore", "-c", self._begin, payload]
        wasi.env = _VARIABLES
        wasi.inherit_stdin()
        wasi.inherit_stdout()
        wasi.inherit_stderr()
        store.set_wasi(wasi)
        try:
            start: Any = self._linker.instantiate(store, self._module).exports(store)["_start"]
            start(store)
        except wasmtime.ExitTrap as ended:
            return int(ended.code)
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            raise Trapped(str(error).strip().splitlines()[-1]) from error
        return 0


def _open() -> set[int]:
    """Return the descriptors of this process."""
    found = set()
    for fd in range(_DESCRIPTORS):
        with contextlib.suppress(OSError):
            os.fstat(fd)
            found.add(fd)
    return found


class Trapped(Exception):
    """Compiled code broke down, such as for want of stack: nothing is known of the program."""


class Guests(Server):
    """Runs programs in WASM as they are asked for.

    Args:
        settings: As of `Server`.
        machine: What they run on.
    """

    def __init__(self, settings: dict[str, Any], machine: Machine) -> None:
        super().__init__(settings)
        self._machine = machine
        self._lost = -1

    def _do(self, task: dict[str, Any]) -> dict[str, Any]:
        try:
            return super()._do(task)
        finally:
            self._forget()

    def _program(self, task: dict[str, Any], source: str, theirs: socket.socket, out: int) -> None:
        channel = theirs.fileno()
        self._guest(task, "program", {"source": source}, (channel, channel, out))

    def _judging(
        self, task: dict[str, Any], tests: dict[str, Any], ours: socket.socket, told: int
    ) -> None:
        channel = ours.fileno()
        self._guest(task, "judging", tests, (channel, channel, told))

    def _script(self, task: dict[str, Any], source: str, typed: bytes, out: int, err: int) -> None:
        with tempfile.TemporaryFile(dir=self._scratch) as stream:
            stream.write(typed)
            stream.seek(0)
            self._guest(task, "script", {"source": source}, (stream.fileno(), out, err))

    def _pipe(self, forks: Forks, name: str) -> tuple[int, int]:
        if self._lost < 0:
            _, self._lost = super()._pipe(forks, "lost")
        return super()._pipe(forks, name)

    def _forget(self) -> None:
        if self._lost >= 0:
            os.close(self._lost)
        self._lost = -1

    def _guest(
        self, task: dict[str, Any], role: str, told: dict[str, Any], streams: Sequence[int]
    ) -> None:
        """Run an instance in this fork, and end it."""
        moved = [os.dup(fd) for fd in (*streams, self._lost)]  # none of them is below 3
        for number, fd in enumerate(moved[:3]):
            os.dup2(fd, number)
        lost = moved[3]
        for fd in _open() - self._machine.descriptors - {0, 1, 2, lost}:
            os.close(fd)
        confine.limit({**task["limits"], "memory": None, "processes": None})
        try:
            code = self._machine.run(role, told, task["limits"]["memory"])
        except Trapped as error:
            os.write(lost, str(error).encode("utf-8")[:300])
            code = 1
        os._exit(code & 0xFF)
