"""Whether somebody is at work in a run folder, and who was."""

from __future__ import annotations

import fcntl
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compass.store import is_alive, lock_owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Who holds a run folder."""

    at_work: bool
    """True if a process holds the lock: the runner, or workers that outlive it for a moment."""

    pid: int | None
    """Of the runner; None: it left in good order, whatever became of its jobs."""

    host: str | None
    since: str | None
    alive: bool
    """True unless the runner is known to be gone; another machine's cannot be known."""

    @property
    def broken_off(self) -> bool:
        """True if the runner went without a word."""
        return self.pid is not None and not self.at_work

    def __str__(self) -> str:
        who = f"process {self.pid} on {self.host}, started {self.since}"
        if self.at_work:
            if self.pid is None:
                return "at work"
            return f"at work: {who}" + ("" if self.alive else ", is gone; its workers finish")
        if self.pid is None:
            return "not at work"
        if self.alive and self.host != socket.gethostname():
            return f"not seen at work from this machine: {who}"
        return f"broken off: {who}, is gone; go on with -r"


def presence(lock_file: Path) -> Presence:
    """Return who holds the run whose lock that is."""
    owner = lock_owner(lock_file)
    pid = owner.get("pid")
    return Presence(
        at_work=_held(lock_file),
        pid=pid if isinstance(pid, int) else None,
        host=_text(owner.get("host")),
        since=_text(owner.get("since")),
        alive=is_alive(owner),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _held(lock_file: Path) -> bool:
    try:
        with lock_file.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
