"""The process that runs the tests of a benchmark.  No line of a model's program runs in it.

Functions of the program stand here as proxies: a call goes to the program's process, and a
plain value comes back.  Exit, prints, patched builtins and forged ``__eq__`` of the program
therefore reach nothing that decides.
"""

from __future__ import annotations

import builtins
import importlib
import json
import sys
import types
from collections.abc import Iterator
from typing import Any

from compass.sandbox.inside import wire


class Gone(BaseException):
    """The program's process has ended; no ``except Exception`` of a test may hide that."""


class Raised(Exception):
    """The program raised something that is no built-in exception."""


class Unsendable(BaseException):
    """A test hands over what cannot leave this process, such as a function."""


class Program:
    """The program, as its judge sees it."""

    def __init__(self, connection: wire.Connection) -> None:
        self._connection = connection

    def load(self) -> dict[str, str]:
        """Return the names the program defines; of modules, which one each is."""
        return {str(name): str(module) for name, module in self._reply()[0]}

    def value(self, name: str) -> Any:
        """Return the value of a global name."""
        return self._decode(self.ask({"do": "global", "name": name})[0])

    def run(self, source: str) -> None:
        """Run tests inside the program's own process."""
        self.ask({"do": "run", "source": source})

    def do(self, name: str, *arguments: Any, **keywords: Any) -> Any:
        """Return the result of an operation on values or objects of the program."""
        request: dict[str, Any] = {
            "do": "operate",
            "name": name,
            "with": [self._encode(one) for one in arguments],
        }
        if keywords:
            request["names"] = {key: self._encode(one) for key, one in keywords.items()}
        value, *rest = self.ask(request)
        for place, now in (rest[0] if rest else {}).items():
            _replace(arguments[int(place)], self._decode(now))
        return self._decode(value)

    def ask(self, request: dict[str, Any]) -> list[Any]:
        """Return the reply to a request; what the program raised is raised here."""
        try:
            self._connection.sendall(wire.dumped(request))
        except OSError as error:
            raise Gone from error
        return self._reply()

    def _reply(self) -> list[Any]:
        try:
            reply = json.loads(wire.read_frame(self._connection.recv))
            kind, *rest = reply
        except (EOFError, OSError, ValueError, TypeError, RecursionError) as error:
            raise Gone from error
        if kind != "ok":
            raise _exception(str(rest[0]), str(rest[1]))
        return list(rest)

    def _encode(self, value: Any) -> Any:
        return wire.encode(value, _number)

    def _decode(self, value: Any) -> Any:
        try:
            return wire.decode(value, lambda number: Remote(self, number))
        except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            raise Gone from error


class Remote:
    """An object of the program that is not plain data.  It equals nothing but itself."""

    def __init__(self, program: Program, number: int) -> None:
        self.__dict__["_program"] = program
        self.__dict__["_number"] = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and other._number == self._number

    def __hash__(self) -> int:
        return hash(self._number)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Return what the program's object returns when it is called."""
        return self._program.do("call", self, *arguments, **keywords)

    def __getattr__(self, name: str) -> Any:
        return self._program.do("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._program.do("set", self, name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._program.do("item", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._program.do("put", self, key, value)

    def __contains__(self, key: Any) -> bool:
        return bool(self._program.do("in", self, key))

    def __iter__(self) -> Iterator[Any]:
        walk = self._program.do("iter", self)
        while True:
            try:
                yield self._program.do("next", walk)
            except StopIteration:
                return

    def __next__(self) -> Any:
        return self._program.do("next", self)

    def __len__(self) -> int:
        return int(self._program.do("len", self))

    def __bool__(self) -> bool:
        return bool(self._program.do("bool", self))

    def __float__(self) -> float:
        return float(self._program.do("float", self))

    def __int__(self) -> int:
        return int(self._program.do("int", self))

    def __str__(self) -> str:
        return str(self._program.do("str", self))

    def __repr__(self) -> str:
        return str(self._program.do("repr", self))


def judged(program: Program, task: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict on a program: ``passed``, and the reason if it did not."""
    try:
        names = program.load()
        if task["how"] == "value":
            value = wire.encode(program.value(task["name"]), _number)
            return {"passed": True, "value": value}
        if task["how"] == "joint":
            program.run(task["tests"])
        else:
            _tests(program, names, task)
    except AssertionError as error:
        return _failed("failed test", f"line {_line(error)}: {error}")
    except Unsendable as error:
        return _failed("unsendable", str(error))
    except Gone:
        return _failed("ended early", "the program's process ended before its tests")
    except MemoryError:
        return _failed("memory", "MemoryError")
    except BaseException as error:  # noqa: BLE001 - the verdict is the boundary
        return _failed("error", f"{type(error).__name__}: {error}")
    return {"passed": True}


def _tests(program: Program, names: dict[str, str], task: dict[str, Any]) -> None:
    """Run the tests among the trusted names, and the program's where tests ask for them."""
    module = types.ModuleType("tests")
    sys.modules["tests"] = module
    space = module.__dict__
    if task.get("trusted"):
        exec(compile(task["trusted"], "<trusted>", "exec", dont_inherit=True), space)  # noqa: S102
    code = compile(task["tests"], "<tests>", "exec", dont_inherit=True)
    entry = task.get("entry")
    wanted = {name for name in _named(code) if name not in space and not hasattr(builtins, name)}
    for name in wanted | set(task["names"]):
        if name in names:
            space[name] = _proxy(program, name, names[name])
    if entry:
        if entry not in names:
            raise NameError(f"the program does not define {entry!r}")
        space[entry] = space["candidate"] = program.value(entry)
    exec(code, space)  # noqa: S102


def _proxy(program: Program, name: str, module: str) -> Any:
    if module:
        try:
            return importlib.import_module(module)
        except ImportError:
            pass
    return program.value(name)


def _named(code: types.CodeType) -> set[str]:
    """Return every name that code looks up, its functions included."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _named(constant)
    return found


def _number(value: Any) -> int:
    if isinstance(value, Remote):
        return int(value.__dict__["_number"])
    raise Unsendable(type(value).__name__)


def _replace(argument: Any, now: Any) -> None:
    """Make a list, dict or set of the tests what the program made of it."""
    if isinstance(argument, list) and isinstance(now, list):
        argument[:] = now
    elif isinstance(argument, (dict, set)) and isinstance(now, type(argument)):
        argument.clear()
        argument.update(now)


def _exception(name: str, text: str) -> BaseException:
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        try:
            return kind(text)
        except TypeError:
            pass
    return Raised(f"{name}: {text}")


def _failed(reason: str, detail: str) -> dict[str, Any]:
    return {"passed": False, "reason": reason, "detail": detail[:500]}


def _line(error: BaseException) -> int:
    """Return the line of the tests an exception came through."""
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<tests>":
            found = trace.tb_lineno
        trace = trace.tb_next
    return found
