"""Which GPUs a worker gets, and how many workers there may be."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Slots:
    """The workers' places on one machine.

    Args:
        workers: Most workers at a time.
        gpus: Names of the GPUs that may be used.
    """

    workers: int
    gpus: Sequence[str]
    _used: dict[str, float] = field(default_factory=dict)
    _busy: int = 0

    def take(self, need: float) -> tuple[str, ...] | None:
        """Return the GPUs of a new worker, None if there is no room for it.

        A need below one shares a GPU: the fullest that still has room, so that whole
        GPUs stay free for models that need them.
        """
        if self._busy >= self.workers:
            return None
        free = {gpu: 1.0 - self._used.get(gpu, 0.0) for gpu in self.gpus}
        if need == 0:
            taken: list[str] = []
        elif need < 1:
            fitting = [gpu for gpu in self.gpus if free[gpu] >= need - 1e-9]
            taken = sorted(fitting, key=lambda gpu: free[gpu])[:1]
        else:
            whole = [gpu for gpu in self.gpus if free[gpu] > 1 - 1e-9]
            taken = whole[: round(need)]
        if need and len(taken) < max(1, round(need)):
            return None
        for gpu in taken:
            self._used[gpu] = self._used.get(gpu, 0.0) + min(need, 1.0)
        self._busy += 1
        return tuple(taken)

    def give(self, taken: Sequence[str], need: float) -> None:
        """Take back the place of a worker that ended."""
        for gpu in taken:
            self._used[gpu] -= min(need, 1.0)
        self._busy -= 1


def visible_gpus() -> tuple[str, ...]:
    """Return the GPUs this process may use: CUDA_VISIBLE_DEVICES, or all there are."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return tuple(one.strip() for one in named.split(",") if one.strip() not in ("", "-1"))
    if not os.path.exists("/proc/driver/nvidia"):
        return ()
    try:
        listed = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(listed.split())


def cores() -> int:
    """Return the number of processor cores this process may use."""
    return len(os.sched_getaffinity(0))


def cpu_workers(count: int) -> int:
    """Return how many workers a machine without GPUs gets.

    Threads of one operation wait for each other, so beside any other busy process two
    threads on two cores are many times slower than one each.  Few cores get a worker each;
    many are shared out by eights.
    """
    return count if count <= 4 else max(2, count // 8)


def threads(count: int, workers: int) -> int:
    """Return the threads of each worker; where there are many cores one of them stays free."""
    each = count // workers
    return max(1, each - 1 if each > 2 else each // 2 if each == 2 else each)


def free_memory() -> int:
    """Return the bytes of memory that are to be had; files kept in it make room."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
