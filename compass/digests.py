"""SHA-256 of files, remembered so that an unchanged file is read once.

A remembered digest is believed only while size, both time stamps and inode of
the file are what they were; a file changed within the last two seconds is never
remembered, since a second change could leave its time stamps as they are.  The
cache saves time and nothing else: losing it, or being unable to write it, costs
one more reading.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from compass.cachefolder import cache_folder

_SETTLED_NS = 2_000_000_000
"""Age from which the time stamps of a file can be trusted to show a change."""

_WORTH_REMEMBERING = 1 << 18
"""Size in bytes below which reading a file is as quick as looking its digest up."""

_MOST = 10_000
"""Digests kept; the oldest are dropped first."""

_Stamp = list[int]


def file_digest(path: Path) -> str:
    """Return the SHA-256 (64 hexadecimal digits) of a file's bytes.

    Raises:
        OSError: The file cannot be read.
    """
    return _digests([path])[0]


def files_digest(paths: Iterable[Path]) -> str:
    """Return one digest for the contents of several files, in that order; names do not count.

    Raises:
        OSError: One of the files cannot be read.
    """
    return hashlib.sha256("\n".join(_digests(paths)).encode()).hexdigest()


def _digests(paths: Iterable[Path]) -> list[str]:
    cache = cache_folder() / "digests.json"
    known: dict[str, list[object]] | None = None
    fresh: dict[str, list[object]] = {}
    found = []
    for path in paths:
        stamp = _stamp(path)
        if stamp[0] < _WORTH_REMEMBERING:
            found.append(_read(path))
            continue
        if known is None:
            known = _load(cache)
        name = str(path.resolve())
        entry = known.get(name)
        if entry is not None and entry[:-1] == stamp:
            found.append(str(entry[-1]))
            continue
        digest = _read(path)
        found.append(digest)
        settled = time.time_ns() - max(stamp[1], stamp[2]) > _SETTLED_NS
        if settled and _stamp(path) == stamp:
            fresh[name] = [*stamp, digest]
    if fresh:
        _save(cache, fresh)
    return found


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _read(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _load(cache: Path) -> dict[str, list[object]]:
    """Return what is remembered; nothing if the cache is missing or damaged."""
    try:
        known = json.loads(cache.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {k: v for k, v in known.items() if isinstance(v, list) and len(v) == 5}


def _save(cache: Path, fresh: dict[str, list[object]]) -> None:
    """Add digests to the cache.  Of two processes saving at once, one may lose its additions."""
    known = _load(cache)
    for name in fresh:
        known.pop(name, None)  # the newest stand last
    kept = list({**known, **fresh}.items())[-_MOST:]
    temporary = cache.with_name(f"{cache.name}.{os.getpid()}.{time.monotonic_ns()}")
    with suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_text(json.dumps(dict(kept)), encoding="utf-8")
            os.replace(temporary, cache)
        finally:
            temporary.unlink(missing_ok=True)
