"""What CPython for WASI begins with: a program, its judge, or a script, one to an instance.

Its own source is what the interpreter is started with; the modules it shares with the other
rungs come as text, since there are no files.  Of a program and its judge, descriptor 0 and 1
are the connection between the two.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any


class Texts(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds modules among texts; an empty one is a package."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where a module is, if it is here."""
        if fullname not in self._texts:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=self.is_package(fullname))

    def is_package(self, fullname: str) -> bool:
        """Return whether a module is one that holds others."""
        return not self._texts[fullname]

    def get_source(self, fullname: str) -> str:
        """Return the text of a module."""
        return self._texts[fullname]


class Channel:
    """The connection to the other instance."""

    def recv(self, count: int) -> bytes:
        """Return some bytes; none at the end."""
        return os.read(0, count)

    def sendall(self, data: bytes) -> None:
        """Send bytes."""
        view = memoryview(data)
        while view:
            view = view[os.write(1, view) :]


def program(told: dict[str, Any]) -> None:
    """Run a program, and answer its judge."""
    from compass.sandbox.inside import candidate

    sys.stdin = io.StringIO()
    sys.stdout = sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    candidate.Answering(Channel()).serve(told["source"])


def judging(told: dict[str, Any]) -> None:
    """Run tests, and say the verdict where nothing else is said."""
    from compass.sandbox.inside import judge

    sys.stdout = sys.stderr = io.StringIO()
    view = memoryview(json.dumps(judge.judged(judge.Program(Channel()), told)).encode("ascii"))
    leave = os._exit
    while view:
        view = view[os.write(2, view) :]
    leave(0)


def script(told: dict[str, Any]) -> None:
    """Run a script."""
    from compass.sandbox.inside import candidate

    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    candidate.script(told["source"])


if __name__ == "__main__":
    role, texts, given = json.loads(sys.argv[1])
    sys.argv[1:] = []
    sys.meta_path.insert(0, Texts(texts))
    {"program": program, "judging": judging, "script": script}[role](given)
