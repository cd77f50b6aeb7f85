"""The fork server: a warm interpreter that runs one program after another, each in forks.

Requests come in on one pipe, results leave on another; no fork holds either.  Where it is the
first process of its own process namespace, killing everything but itself ends the program
with all it has started.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from compass.sandbox.inside import candidate, confine, judge, wire

_LARGEST_DESCRIPTOR = 4096
_MOST_LEFT = 200
_LOOK_EVERY = 0.05


@dataclass
class Forks:
    """The processes of one program and what they say."""

    main: int = 0
    """The process whose end is the end."""

    pids: list[int] = field(default_factory=list)
    out: dict[int, bytearray] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    end: str = "exit"
    code: int = 0


class Server:
    """Runs programs as they are asked for.

    Args:
        settings: ``scratch`` folder, ``rung``, and names of modules to ``preload``.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self._scratch: str = settings["scratch"]
        self._rung: str = settings["rung"]
        self._taken: int = settings.get("taken", 0)
        self._alone_in_namespace = os.getpid() == 1
        self._requests = os.dup(0)
        self._results = os.dup(1)
        with open(os.devnull, "r+b") as null:
            for number in (0, 1):  # what the server itself complains of goes out by 2
                os.dup2(null.fileno(), number)

    def serve(self) -> None:
        """Answer requests until there are no more."""
        while True:
            try:
                task = json.loads(wire.read_frame(self._read))
            except EOFError:
                return
            result = self._do(task)
            self.say(result)
            if result["spent"]:
                return

    def _read(self, count: int) -> bytes:
        return os.read(self._requests, count)

    def say(self, result: dict[str, Any]) -> None:
        """Send a result."""
        data = memoryview(wire.dumped(result))
        while data:
            data = data[os.write(self._results, data) :]

    def _do(self, task: dict[str, Any]) -> dict[str, Any]:
        begun = time.monotonic()
        forks = Forks()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        doing: Callable[[dict[str, Any], Forks], None] = {
            "check": self._check,
            "stdio": self._stdio,
            "command": self._command,
        }[task["kind"]]
        try:
            if self._built(task):
                started = time.monotonic()
                doing(task, forks)
                self._wait(forks, task, started)
            else:
                forks.end = "build"
        finally:
            self._kill(forks)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        texts = {forks.names[fd]: bytes(data) for fd, data in forks.out.items()}
        for fd in forks.out:
            os.close(fd)
        return {
            "end": forks.end,
            "code": forks.code,
            "out": texts.get("out", b"").decode("utf-8", "replace"),
            "err": texts.get("err", b"").decode("utf-8", "replace"),
            "lost": texts.get("lost", b"").decode("utf-8", "replace"),
            "verdict": texts.get("verdict", b"").decode("ascii", "replace"),
            "seconds": time.monotonic() - begun,
            "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            "spent": not self._cleaned(),
        }

    # What is run

    def _check(self, task: dict[str, Any], forks: Forks) -> None:
        """Fork the program, and then, its tests read, the judge.  The program never has them."""
        source = wire.read_frame(self._read).decode("utf-8", "surrogatepass")
        ours, theirs = socket.socketpair()
        _out, said = self._pipe(forks, "out")

        self._fork(forks, lambda: self._program(task, source, theirs, said))
        theirs.close()
        os.close(said)
        tests = json.loads(wire.read_frame(self._read))
        _verdict, told = self._pipe(forks, "verdict")
        forks.main = self._fork(forks, lambda: self._judging(task, tests, ours, told))
        ours.close()
        os.close(told)

    def _program(self, task: dict[str, Any], source: str, theirs: socket.socket, out: int) -> None:
        """Be the program of a check."""
        connection = socket.socket(fileno=os.dup2(theirs.fileno(), 3, inheritable=False))
        self._confined(task, out, keep=3)
        candidate.Answering(connection).serve(source)

    def _judging(
        self, task: dict[str, Any], tests: dict[str, Any], ours: socket.socket, told: int
    ) -> None:
        """Be the judge of a check."""
        gc.disable()  # it is over before there is anything to collect
        connection = socket.socket(fileno=os.dup2(ours.fileno(), 3, inheritable=False))
        os.dup2(told, 4)
        os.closerange(5, _LARGEST_DESCRIPTOR)
        confine.limit({**task["limits"], "processes": None})
        found = judge.judged(judge.Program(connection), tests)
        with os.fdopen(4, "wb") as stream:
            stream.write(json.dumps(found).encode("ascii"))

    def _stdio(self, task: dict[str, Any], forks: Forks) -> None:
        """Fork the program as a script that reads standard input."""
        source = wire.read_frame(self._read).decode("utf-8", "surrogatepass")
        typed = wire.read_frame(self._read)
        _out, said = self._pipe(forks, "out")
        _err, complained = self._pipe(forks, "err")
        forks.main = self._fork(forks, lambda: self._script(task, source, typed, said, complained))
        os.close(said)
        os.close(complained)

    def _script(self, task: dict[str, Any], source: str, typed: bytes, out: int, err: int) -> None:
        """Be a script."""
        with tempfile.TemporaryFile(dir=self._scratch) as stream:
            stream.write(typed)
            stream.seek(0)
            os.dup2(stream.fileno(), 0)
        self._confined(task, out, err)
        sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
        candidate.script(source)

    def _built(self, task: dict[str, Any]) -> bool:
        """Write the files of a command, and build it; False if that fails."""
        if task["kind"] != "command":
            return True
        files = json.loads(wire.read_frame(self._read))
        for name, text in files.items():
            path = os.path.join(self._scratch, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", errors="surrogatepass") as stream:
                stream.write(text)
        step = task.get("build")
        if step is None:
            return True
        forks = Forks()
        try:
            self._command(step, forks)
            self._wait(forks, step, time.monotonic())
        finally:
            self._kill(forks)
            for fd in forks.out:
                os.close(fd)
        return forks.end == "exit" and forks.code == 0

    def _command(self, task: dict[str, Any], forks: Forks) -> None:
        """Fork a command in the scratch folder."""
        _out, said = self._pipe(forks, "out")
        _err, complained = self._pipe(forks, "err")

        def command() -> None:
            self._confined(task, said, complained)
            with contextlib.suppress(OSError):
                os.execvp(task["argv"][0], task["argv"])  # noqa: S606
            os._exit(127)

        forks.main = self._fork(forks, command)
        os.close(said)
        os.close(complained)

    # How it is run

    def _pipe(self, forks: Forks, name: str) -> tuple[int, int]:
        read, write = os.pipe()
        os.set_blocking(read, False)
        forks.out[read] = bytearray()
        forks.names[read] = name
        return read, write

    def _fork(self, forks: Forks, work: Callable[[], None]) -> int:
        pid = os.fork()
        if pid:
            forks.pids.append(pid)
            return pid
        leave = os._exit  # the program may put something else in its place
        try:
            if not self._alone_in_namespace:
                confine.die_with_parent()
            os.setsid()
            work()
        finally:
            with contextlib.suppress(BaseException):
                sys.stdout.flush()
            leave(1)

    def _confined(self, task: dict[str, Any], out: int, err: int = -1, keep: int = 2) -> None:
        """Take on the limits of a program; ``keep`` is the last descriptor that stays open."""
        os.dup2(out, 1)
        os.dup2(err if err >= 0 else out, 2)
        os.closerange(keep + 1, _LARGEST_DESCRIPTOR)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        limits = task["limits"]
        confine.limit({**limits, "processes": limits["processes"] + self._taken})
        if self._rung == "landlock":
            confine.alone()
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
        os.chdir(self._scratch)

    def _wait(self, forks: Forks, task: dict[str, Any], begun: float) -> None:
        """Collect what the forks say until the main one ends or something has had enough."""
        poll = select.poll()
        watch = os.pidfd_open(forks.main)
        poll.register(watch, select.POLLIN)
        for fd in forks.out:
            poll.register(fd, select.POLLIN)
        look = begun + 2 * _LOOK_EVERY
        try:
            while True:
                now = time.monotonic()
                left = begun + task["wall"] - now
                if left <= 0:
                    forks.end = "timeout"
                    return
                if now >= look:
                    look = now + _LOOK_EVERY
                    forks.end = self._overspent(task)
                    if forks.end != "exit":
                        return
                ready = {
                    fd for fd, _ in poll.poll(min(left, look - now if look > now else 0) * 1e3)
                }
                for fd in ready - {watch}:
                    if not self._drain(forks, fd, task["output"]):
                        poll.unregister(fd)
                if forks.end != "exit":
                    return
                if watch in ready:
                    for fd in forks.out:
                        self._drain(forks, fd, task["output"])
                    _, status, _ = os.wait4(forks.main, 0)
                    forks.pids.remove(forks.main)
                    forks.code = os.waitstatus_to_exitcode(status)
                    return
        finally:
            os.close(watch)

    def _drain(self, forks: Forks, fd: int, most: int) -> bool:
        """Take in what a pipe holds; False at its end."""
        while True:
            try:
                data = os.read(fd, 1 << 16)
            except BlockingIOError:
                return True
            if not data:
                return False
            forks.out[fd] += data
            if len(forks.out[fd]) > most:
                del forks.out[fd][most:]
                forks.end = "output"
                return False

    def _overspent(self, task: dict[str, Any]) -> str:
        """Return what a program and all it started have too much of, or ``exit``."""
        if self._alone_in_namespace:
            return "memory" if self._resident() > task["total"] else "exit"
        return "disk" if _size(self._scratch) > task["scratch"] else "exit"

    def _resident(self) -> int:
        """Return the memory of all processes but this one."""
        total = 0
        page = resource.getpagesize()
        for name in os.listdir("/proc"):
            if name.isdigit() and name != "1":
                with (
                    contextlib.suppress(OSError, ValueError, IndexError),
                    open(f"/proc/{name}/statm", encoding="ascii") as stream,
                ):
                    resident, shared = stream.read().split()[1:3]
                    total += (int(resident) - int(shared)) * page
        return total

    def _kill(self, forks: Forks) -> None:
        """End every process of the program, and bury it."""
        confined = self._alone_in_namespace or self._rung == "landlock"
        while True:
            for pid in forks.pids:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            if confined:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(-1, signal.SIGKILL)
            try:
                os.waitpid(-1, 0 if confined or forks.pids else os.WNOHANG)
            except ChildProcessError:
                return
            if not confined:
                forks.pids = [pid for pid in forks.pids if _reaped(pid)]
                if not forks.pids:
                    return

    def _cleaned(self) -> bool:
        """Empty the scratch folder; False if that takes more than a moment."""
        try:
            left = 0
            for root, folders, files in os.walk(self._scratch, topdown=False):
                left += len(folders) + len(files)
                if left > _MOST_LEFT:
                    return False
                for name in files:
                    os.unlink(os.path.join(root, name))
                for name in folders:
                    path = os.path.join(root, name)
                    (os.unlink if stat.S_ISLNK(os.lstat(path).st_mode) else os.rmdir)(path)
        except (OSError, RecursionError):
            return False
        return True


def _size(folder: str) -> int:
    """Return the bytes of all files of a folder that is being written to."""
    total = 0
    for root, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(root, name)).st_size
    return total


def _reaped(pid: int) -> bool:
    """True while a child is left."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False
