"""What can be run in a sandbox, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from compass.sandbox.inside import wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A Python program whose functions are tested from another process.

    The tests call the program's functions through a pipe and get plain values back; the
    verdict is made where no line of the program runs.
    """

    source: str
    tests: str = ""
    """Python that raises if the program is wrong."""

    entry: str | None = None
    """A function that must be there; tests know it as ``candidate`` too."""

    trusted: str = ""
    """Python that defines names the tests use, such as a reference solution."""

    names: tuple[str, ...] = ()
    """Names that tests take from the program even if they are built in or trusted."""

    joint: bool = False
    """Run the tests inside the program's own process: for tests that hand over functions.
    Such a verdict can be forged by a program that means to."""

    value: str | None = None
    """Instead of tests: the global name whose value is wanted."""

    def request(self) -> tuple[str, bytes]:
        """Return the kind of the request and its data."""
        how = "value" if self.value is not None else "joint" if self.joint else "apart"
        told = {
            "how": how,
            "tests": self.tests,
            "entry": self.entry,
            "trusted": self.trusted,
            "names": list(self.names),
            "name": self.value,
        }
        return "check", _text(self.source) + wire.dumped(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A Python program that reads standard input and writes standard output."""

    source: str
    stdin: str = ""

    def request(self) -> tuple[str, bytes]:
        """Return the kind of the request and its data."""
        return "stdio", _text(self.source) + _text(self.stdin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command in a folder of files, such as a compiler, or what it made."""

    argv: Sequence[str]
    files: Mapping[str, str] = field(default_factory=dict)
    build: Sequence[str] = ()
    """A command that comes first, in the same folder."""

    def request(self) -> tuple[str, bytes]:
        """Return the kind of the request and its data."""
        return "command", wire.dumped(dict(self.files))


Task = Check | Script | Command

Reason = Literal[
    "",
    "failed test",
    "error",
    "timeout",
    "memory",
    "disk",
    "build",
    "output",
    "ended early",
    "exit",
    "sandbox failed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a program fared."""

    passed: bool | None
    """None only where the sandbox itself failed: nothing is known about the program."""

    reason: Reason = ""
    """Why it did not pass."""

    detail: str = ""
    out: str = ""
    err: str = ""
    code: int = 0
    value: Any = None
    """What was asked of a `Check` with ``value``."""

    seconds: float = 0.0
    cpu: float = 0.0
    joint: bool = False
    """True if the tests ran inside the program's own process."""


def _text(text: str) -> bytes:
    return wire.frame(text.encode("utf-8", "surrogatepass"))
