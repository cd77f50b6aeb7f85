"""How much of everything a program may have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from compass.errors import ConfigError

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one program, with all processes it starts.

    Raises:
        ConfigError: One of them is not above 0.
    """

    wall: float = 3.0
    """Seconds by the clock; the default is that of Chen et al. 2021, arXiv:2107.03374."""

    cpu: float | None = None
    """Seconds of processor time of a process; None: ``wall`` and one more."""

    memory: int | None = 1024 * MIB
    """Bytes a process may address; None where a runtime reserves more than it uses."""

    total: int = 1536 * MIB
    """Bytes all processes may have in memory."""

    processes: int = 32
    file: int = 16 * MIB
    """Bytes of a file."""

    scratch: int = 64 * MIB
    """Bytes of all files."""

    output: int = MIB
    """Bytes of output."""

    def __post_init__(self) -> None:
        for name in ("wall", "cpu", "memory", "total", "processes", "file", "scratch", "output"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ConfigError(f"the limit {name}={value!r} is not above 0")

    def to_dict(self) -> dict[str, Any]:
        """Return them as the sandbox is told."""
        cpu = self.wall + 1 if self.cpu is None else self.cpu
        return {
            "wall": self.wall,
            "total": self.total,
            "scratch": self.scratch,
            "output": self.output,
            "limits": {
                "cpu": math.ceil(cpu),
                "memory": self.memory,
                "file": self.file,
                "processes": self.processes,
                "files": 256,
                "core": 0,
            },
        }
