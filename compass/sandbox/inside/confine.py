"""What a process gives up for good: system calls, files, network, and more than its share.

Straight calls of the kernel by ctypes; nothing has to be installed.  seccomp(2) filters are
classic BPF programs, Landlock rules follow landlock(7).
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_LIBC = ctypes.CDLL(None, use_errno=True)

_NO_NEW_PRIVS, _SECCOMP, _DUMPABLE, _SUBREAPER, _DEATH = 38, 22, 4, 36, 1

# Numbers of system calls.  From 424 on they are the same everywhere.
_COMMON = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 440, 442)


class _Arch(NamedTuple):
    """Numbers of one architecture."""

    audit: int
    clone: int
    socket: int
    deny: tuple[int, ...]


_ARCHES = {
    "x86_64": _Arch(
        audit=0xC000003E,
        clone=56,
        socket=41,
        # ptrace, process_vm_*, unshare, setns, mount, umount2, pivot_root, chroot, reboot,
        # modules, kexec, bpf, perf, userfaultfd, keys, file handles, vhangup, syslog, acct,
        # swap; and memory that no process answers for: shared memory, queues, memfd
        deny=(
            101, 310, 311, 272, 308, 165, 166, 155, 161, 169, 175, 176, 313, 246, 320, 321, 298,
            323, 248, 249, 250, 304, 303, 153, 103, 163, 167, 168, 212, 29, 30, 64, 68, 319,
        ),
    ),
    "aarch64": _Arch(
        audit=0xC00000B7,
        clone=220,
        socket=198,
        deny=(
            117, 270, 271, 97, 268, 40, 39, 41, 51, 142, 105, 106, 273, 104, 294, 280, 241, 282,
            217, 218, 219, 265, 264, 58, 116, 89, 224, 225, 18, 194, 196, 190, 186, 279,
        ),
    ),
}  # fmt: skip
_CLONE3 = 435
_NEW_NAMESPACES = 0x7E020080  # time, mount, cgroup, uts, ipc, user, pid, net
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_EPERM, _ENOSYS, _EACCES = 1, 38, 13
_LOAD, _EQUAL, _ABOVE, _ANY, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_X32 = 0x40000000


class Unconfined(RuntimeError):
    """The kernel refused to confine this process."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _prctl(option: int, *rest: int | ctypes.c_void_p) -> None:
    values = [*rest, *([0] * (4 - len(rest)))]
    arguments = [v if isinstance(v, ctypes.c_void_p) else ctypes.c_ulong(v) for v in values]
    if _LIBC.prctl(option, *arguments):
        raise Unconfined(f"prctl {option}: {os.strerror(ctypes.get_errno())}")


def no_new_privileges() -> None:
    """Give up to gain privileges by running a program."""
    _prctl(_NO_NEW_PRIVS, 1)


def hidden() -> None:
    """Make the memory of this process and of its forks unreadable to others of its user."""
    _prctl(_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _prctl(_SUBREAPER, 1)


def die_with_parent() -> None:
    """Be killed when the parent ends."""
    _prctl(_DEATH, 9)


def seccomp() -> None:
    """Give up system calls no program needs, new namespaces, and sockets.

    Pairs of connected sockets stay: they lead nowhere else.  Landlock alone would let a program
    connect to any socket in the file system.

    Raises:
        Unconfined: The kernel refuses, or its architecture is not known.
    """
    arch = _ARCHES.get(os.uname().machine)
    if arch is None:
        raise Unconfined(f"no list of system calls for {os.uname().machine}")
    code = _program(arch)
    raw = b"".join(struct.pack("HBBI", *one) for one in code)
    program = _Program(len(code), raw)
    _prctl(_SECCOMP, 2, ctypes.cast(ctypes.byref(program), ctypes.c_void_p))


def _program(arch: _Arch) -> list[tuple[int, int, int, int]]:
    def refuse(errno: int) -> tuple[int, int, int, int]:
        return (_RETURN, 0, 0, _ERRNO | errno)

    code = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, arch.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_ABOVE, 0, 1, _X32),
        refuse(_EPERM),
    ]
    for number in (*arch.deny, *_COMMON):
        code += [(_EQUAL, 0, 1, number), refuse(_EPERM)]
    # "No such call" makes the C library fall back to clone, whose flags can be looked at.
    code += [(_EQUAL, 0, 1, _CLONE3), refuse(_ENOSYS)]
    code += [
        (_EQUAL, 0, 4, arch.clone),
        (_LOAD, 0, 0, 16),
        (_ANY, 0, 1, _NEW_NAMESPACES),
        refuse(_EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code += [(_EQUAL, 0, 1, arch.socket), refuse(_EACCES)]
    return [*code, (_RETURN, 0, 0, _ALLOW)]


# Landlock: rights over files by the version of the interface that brought them.
_READ = 0b1101  # execute, read a file, list a folder
_ALL_FILES = (1 << 13) - 1
_BY_VERSION = ((2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
_ON_FILES = 0b111 | 1 << 14 | 1 << 15
_CREATE, _RULE, _RESTRICT = 444, 445, 446


def landlock_version() -> int:
    """Return the version of Landlock's interface, 0 if there is none."""
    return max(0, int(_LIBC.syscall(_CREATE, None, ctypes.c_size_t(0), 1)))


def landlock(read: Sequence[str], write: Sequence[str]) -> None:
    """Give up all files but these, TCP, and signals to processes that are not confined too.

    Raises:
        Unconfined: The kernel has no Landlock that can do so (Linux 6.12 has).
    """
    version = landlock_version()
    if version < 6:
        raise Unconfined(f"Landlock's interface is {version}, and 6 is needed (Linux 6.12)")
    handled = _ALL_FILES
    for since, right in _BY_VERSION:
        handled |= right if version >= since else 0
    rules = _ruleset(handled, network=3, scope=3)
    for paths, rights in ((read, _READ), (write, handled)):
        for path in paths:
            _allow(rules, path, rights)
    _enforce(rules)


def alone() -> None:
    """Give up signals to every process but the descendants of this one."""
    _enforce(_ruleset(0, network=0, scope=3))


def _ruleset(files: int, network: int, scope: int) -> int:
    attributes = struct.pack("QQQ", files, network, scope)
    rules = _LIBC.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        raise Unconfined(f"landlock_create_ruleset: {os.strerror(ctypes.get_errno())}")
    return int(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        rights &= _ON_FILES
    under = struct.pack("=Qi", rights, place)
    failed = _LIBC.syscall(_RULE, rules, 1, under, 0)
    os.close(place)
    if failed:
        raise Unconfined(f"landlock_add_rule {path}: {os.strerror(ctypes.get_errno())}")


def _enforce(rules: int) -> None:
    failed = _LIBC.syscall(_RESTRICT, rules, 0)
    os.close(rules)
    if failed:
        raise Unconfined(f"landlock_restrict_self: {os.strerror(ctypes.get_errno())}")


def limit(limits: Mapping[str, int | None]) -> None:
    """Take on limits of this process: ``cpu`` seconds, bytes of ``memory``, and so on."""
    names = {
        "cpu": resource.RLIMIT_CPU,
        "memory": resource.RLIMIT_AS,
        "file": resource.RLIMIT_FSIZE,
        "processes": resource.RLIMIT_NPROC,
        "files": resource.RLIMIT_NOFILE,
        "core": resource.RLIMIT_CORE,
    }
    for name, kind in names.items():
        value = limits.get(name)
        if value is not None:
            hard = resource.getrlimit(kind)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))
