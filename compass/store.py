"""Files that survive a crash: row logs, documents and the lock of a run folder.

Two shapes only.  *Rows* are appended, one JSON line each, by one writer; a crash
leaves at most one torn line, and only at the end.  *Documents* are replaced
whole: a reader sees the old one or the new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from compass import jsontext
from compass.errors import StoreError

log = logging.getLogger(__name__)

SYNC_SECONDS = 1.0


def to_line(row: Any) -> bytes:
    """Return a row as one JSON line."""
    return jsontext.dumps(row) + b"\n"


class RowLog:
    """An append-only JSON-lines file with one writer.

    Every line is handed to the operating system at once, so that it outlives the
    process; it is forced to the disk at least every second and at close, so that a
    power cut costs a second of answers.
    """

    def __init__(self, path: Path) -> None:
        with _DiskErrors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            cut_torn_tail(path)
            self._file = path.open("ab", buffering=0)
        self.path = path
        self._synced = time.monotonic()
        self._dirty = False

    def append(self, row: Any) -> None:
        """Write one row as a line that other processes can see at once."""
        line = to_line(row)
        with _DiskErrors(self.path):
            written = self._file.write(line)
            while written < len(line):  # a nearly full disk takes part of a line
                line = line[written:]
                written = self._file.write(line)
            self._dirty = True
            if time.monotonic() - self._synced > SYNC_SECONDS:
                self.sync()

    def sync(self) -> None:
        """Force what was appended to the disk: it now survives a power cut."""
        if self._dirty:
            os.fsync(self._file.fileno())
        self._dirty = False
        self._synced = time.monotonic()

    def close(self) -> None:
        """Sync and close; closing twice is fine."""
        if not self._file.closed:
            with _DiskErrors(self.path):
                self.sync()
                self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _DiskErrors:
    """Turn an OSError of the enclosed block into a StoreError that names the path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, OSError):
            raise StoreError(
                f"cannot write: {error.strerror or error}",
                where=str(self.path),
                hint="free some space or choose another folder with -w; then run again with -r",
            ) from error


def cut_torn_tail(path: Path) -> None:
    """Drop an unfinished last line, as a crash in mid-append leaves it."""
    if not path.exists():
        return
    size = path.stat().st_size
    with path.open("rb") as file:
        keep = size
        tail = b""
        while keep > 0:
            step = min(65536, keep)
            file.seek(keep - step)
            tail = file.read(step)
            newline = tail.rfind(b"\n")
            if newline >= 0:
                keep = keep - step + newline + 1
                break
            keep -= step
    if keep != size:
        log.warning("%s: an unfinished last line of %d bytes is cut off", path, size - keep)
        os.truncate(path, keep)


def scan_lines(path: Path, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield offset and bytes of every whole line from ``start`` on."""
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(start)
        offset = start
        for line in file:
            if not line.endswith(b"\n"):
                return
            yield offset, line
            offset += len(line)


def parse_line(path: Path, offset: int, line: bytes) -> dict[str, Any] | None:
    """Return the row of a line, or None with a warning that names file and line."""
    try:
        row = jsontext.loads_stored(line)
        if isinstance(row, dict):
            return row
        problem = f"expected an object, got {type(row).__name__}"
    except ValueError as error:
        problem = str(error)
    number = _line_number(path, offset)
    log.warning(
        "%s:%d: a damaged line is set aside and its question asked again (%s)",
        path,
        number,
        problem,
    )
    return None


def _line_number(path: Path, offset: int) -> int:
    with path.open("rb") as file:
        return file.read(offset).count(b"\n") + 1


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a log; an unfinished last line is not a row yet."""
    for offset, line in scan_lines(path):
        row = parse_line(path, offset, line)
        if row is not None:
            yield row


def write_bytes(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Replace ``path`` whole by what ``write`` puts into the file it is given."""
    with _DiskErrors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with draft.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Replace the file by ``text`` (UTF-8), all or nothing."""
    data = text.encode("utf-8", "backslashreplace")
    write_bytes(path, lambda file: _ignore(file.write(data)))


def write_document(path: Path, value: Any) -> None:
    """Replace a JSON document, all or nothing."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_rows(path: Path, rows: Iterable[Any]) -> None:
    """Replace a file of JSON lines, all or nothing, without holding the rows in memory."""

    def write(file: IO[bytes]) -> None:
        for row in rows:
            file.write(to_line(row))

    write_bytes(path, write)


def _ignore(_: Any) -> None:
    return None


def read_document(path: Path) -> Any:
    """Return the value of a JSON document, None if there is no such file.

    Raises:
        StoreError: The file is not JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise StoreError(
            f"not a readable JSON document: {error}",
            where=str(path),
            hint="delete the file; the next run makes it again",
        ) from error


def digest(paths: Iterable[Path]) -> str:
    """Return a hash of the names and contents of files (32 hexadecimal digits)."""
    sums = hashlib.sha256()
    for path in sorted(paths):
        sums.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            sums.update(hashlib.file_digest(file, "sha256").digest())
    return sums.hexdigest()[:32]


class Lock:
    """The right to write into a run folder.

    An advisory lock of the operating system: it goes with the last process that
    holds the file open, so that the workers of a killed run keep it until they end.

    Args:
        path: The lock file.
        patience: Seconds to wait for the workers of a run whose owner is gone.
    """

    def __init__(self, path: Path, patience: float = 20.0) -> None:
        with _DiskErrors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+b", buffering=0)
        self.path = path
        try:
            self._wait(patience)
            owner = {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "since": time.strftime("%Y-%m-%d %H:%M:%S"),
            }
            with _DiskErrors(path):
                self._file.truncate(0)
                self._file.write(json.dumps(owner).encode())
        except BaseException:
            self._file.close()
            raise

    @property
    def fileno(self) -> int:
        """The descriptor that workers inherit to keep the lock while they live."""
        return self._file.fileno()

    def release(self) -> None:
        """Let go; workers that still run keep the lock.  A name left in it tells of a crash."""
        with suppress(OSError):
            self._file.truncate(0)
        self._file.close()

    def _wait(self, patience: float) -> None:
        began = time.monotonic()
        while not self._try():
            owner = lock_owner(self.path)
            if is_alive(owner) or time.monotonic() - began > patience:
                raise StoreError(
                    f"another run is at work here: process {owner.get('pid', '?')} "
                    f"on {owner.get('host', '?')} since {owner.get('since', '?')}",
                    where=str(self.path.parent),
                    hint="wait for it, or start without -r to get a folder of your own",
                )
            time.sleep(0.1)

    def _try(self) -> bool:
        with _DiskErrors(self.path):  # some network file systems know no locks
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True


def lock_owner(path: Path) -> dict[str, Any]:
    """Return who wrote a name into a lock last: its ``pid``, ``host`` and ``since``."""
    try:
        owner = json.loads(path.read_bytes() or b"{}")
    except (ValueError, OSError):
        return {}
    return owner if isinstance(owner, dict) else {}


def is_alive(owner: dict[str, Any]) -> bool:
    """True unless a lock's owner is known to be gone; another machine's cannot be known."""
    if not owner:
        return False
    if owner.get("host") != socket.gethostname():
        return True
    try:
        os.kill(int(owner["pid"]), 0)
    except (ProcessLookupError, ValueError, KeyError):
        return False
    except PermissionError:
        return True
    return True
