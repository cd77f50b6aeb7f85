"""How a fork server begins: warm, confined as it was told, and only then serving."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import sys
from typing import Any

from compass.sandbox.inside import confine, wire
from compass.sandbox.inside.guests import Guests, Machine
from compass.sandbox.inside.server import Server

# fmt: off
WARM = (
    "abc", "array", "bisect", "cmath", "collections", "copy", "dataclasses", "datetime", "decimal",
    "encodings.ascii", "enum", "fractions", "functools", "hashlib", "heapq", "inspect", "io",
    "itertools", "json", "math", "numbers", "operator", "random", "re", "statistics", "string",
    "struct", "textwrap", "time", "types", "typing", "unittest", "uuid",
)
# fmt: on


def main() -> None:
    """Confine this process as it was told, say so, and serve."""
    settings = json.loads(sys.argv[1])
    try:
        machine = _prepare(settings)
    except (confine.Unconfined, OSError) as error:
        os.write(1, wire.dumped({"ready": False, "why": str(error)}))
        return
    server = Server(settings) if machine is None else Guests(settings, machine)
    server.say({"ready": True})
    server.serve()


def _prepare(settings: dict[str, Any]) -> Machine | None:
    for name in (*WARM, *settings["preload"]):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    sys.path[:] = [p for p in sys.path if p != settings["inside"]] + settings["packages"]
    for name in settings["preload"]:
        importlib.import_module(name)
    # Read before the rights to do so are given up.
    machine = Machine(settings["compiled"]) if settings["rung"] == "wasm" else None
    user = settings.get("user")
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    os.chdir(settings["scratch"])
    confine.hidden()
    confine.adopt_orphans()
    if settings["rung"] != "none":
        confine.no_new_privileges()
        if settings["rung"] == "landlock":
            settings["taken"] = _processes() if user is None else 0
            confine.landlock(settings["read"], [settings["scratch"], "/dev/null"])
            _check_scope(settings["outside"])
        if machine is None:  # it may start threads; instances have no system calls to filter
            confine.seccomp()
    gc.collect()
    gc.freeze()
    return machine


def _processes() -> int:
    """Return how many processes and threads this user has: the limit counts them too."""
    count = 0
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == os.getuid():
                count += len(os.listdir(f"/proc/{name}/task"))
    return count


def _check_scope(outside: int) -> None:
    """Make sure that a signal to everyone reaches no one outside.

    Raises:
        Unconfined: It would.
    """
    try:
        os.kill(outside, 0)
    except PermissionError:
        return
    raise confine.Unconfined("Landlock lets signals out")
