"""The process that runs a model's program, and answers calls of its functions.

It holds no tests and no verdict.  All it can do is return values.
"""

from __future__ import annotations

import contextlib
import operator
import os
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

from compass.sandbox.inside import wire

MODULE = "program"


def loaded(source: str, name: str) -> types.ModuleType:
    """Run a program as a module called ``name``; what it raises is raised."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, "<program>", "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    return module


def script(source: str) -> None:
    """Run a program as a script, and end this process as it ends."""
    code = 0
    leave = os._exit  # the program may put something else in its place
    try:
        loaded(source, "__main__")
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:  # noqa: BLE001 - whatever a program raises ends it
        traceback.print_exc(limit=-3)
        code = 1
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
    leave(code & 0xFF)


class Answering:
    """Answers the judge's requests about a loaded program.

    Args:
        connection: To the judge.
    """

    def __init__(self, connection: wire.Connection) -> None:
        self._connection = connection
        self._kept: list[Any] = []
        self._places: dict[int, int] = {}
        self._module = types.ModuleType(MODULE)

    def serve(self, source: str) -> None:
        """Load the program and answer until the judge has no more questions."""
        import json

        dumps, loads = json.dumps, json.loads
        try:
            self._module = loaded(source, MODULE)
        except BaseException as error:  # noqa: BLE001 - whatever a program raises is its result
            self._say(dumps(["raise", *described(error)]))
        else:
            self._say(dumps(["ok", self._names()]))
        while True:
            try:
                request = loads(wire.read_frame(self._connection.recv))
            except EOFError:
                return
            try:
                reply = dumps(["ok", *self._answer(request)])
            except BaseException as error:  # noqa: BLE001 - as above
                reply = dumps(["raise", *described(error)])
            self._say(reply)

    def _say(self, text: str) -> None:
        self._connection.sendall(wire.frame(text.encode("ascii")))

    def _names(self) -> list[list[str]]:
        return [
            [name, value.__name__ if isinstance(value, types.ModuleType) else ""]
            for name, value in list(self._module.__dict__.items())
            if not name.startswith("__")
        ]

    def keep(self, value: Any) -> int:
        """Return the number of an object that stays here."""
        place = self._places.get(id(value))
        if place is None:
            place = self._places[id(value)] = len(self._kept)
            self._kept.append(value)
        return place

    def _decode(self, value: Any) -> Any:
        return wire.decode(value, self._kept.__getitem__)

    def _answer(self, request: dict[str, Any]) -> list[Any]:
        kind = request["do"]
        if kind == "global":
            return [wire.encode(self._module.__dict__[request["name"]], self.keep)]
        if kind == "run":
            code = compile(request["source"], "<tests>", "exec", dont_inherit=True)
            exec(code, self._module.__dict__)  # noqa: S102
            return [None]
        arguments = [self._decode(one) for one in request["with"]]
        keywords = {name: self._decode(one) for name, one in request.get("names", {}).items()}
        operation = _OPERATIONS[request["name"]]
        value = wire.encode(operation(*arguments, **keywords), self.keep)
        changed = {}
        for place, (before, after) in enumerate(zip(request["with"], arguments, strict=True)):
            if type(after) in (list, dict, set):
                now = wire.encode(after, self.keep)
                if now != before:
                    changed[place] = now
        return [value, changed] if changed else [value]


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "call": lambda function, *rest, **names: function(*rest, **names),
    "get": getattr,
    "set": setattr,
    "item": operator.getitem,
    "put": operator.setitem,
    "in": operator.contains,
    "iter": iter,
    "next": next,
    "len": len,
    "bool": bool,
    "str": str,
    "repr": repr,
    "float": float,
    "int": int,
}


def described(error: BaseException) -> tuple[str, str]:
    """Return type and text of an exception."""
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - an exception's own __str__ may raise
        text = ""
    return type(error).__name__, text[:500]
