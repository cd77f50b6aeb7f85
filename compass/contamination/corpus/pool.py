"""Worker processes, each with a shard at a time."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import compass
from compass import jsontext
from compass.contamination.corpus.segments import Segment
from compass.contamination.corpus.shards import Shard
from compass.contamination.corpus.worker import order

_PIPE = 1 << 16
_PATIENCE = 10.0
"""Seconds that a worker has to end after its last shard."""


@dataclass(slots=True)
class _Hand:
    process: subprocess.Popen[bytes]
    shard: Shard | None = None
    buffer: bytes = b""
    at: int = 0
    """Where its shard goes on after the last segment it handed back."""

    rows: int = 0

    @property
    def orders(self) -> IO[bytes]:
        assert self.process.stdin is not None  # noqa: S101 - asked for when it was started
        return self.process.stdin

    @property
    def answers(self) -> IO[bytes]:
        assert self.process.stdout is not None  # noqa: S101 - asked for when it was started
        return self.process.stdout


def read_all(
    shards: Iterable[Shard], folder: Path, name: str, workers: int
) -> Iterator[dict[str, Any]]:
    """Yield the segments of shards, as their JSON forms, in the order they are ready.

    A worker that dies costs the rest of its shard, which becomes a segment with an error.

    Args:
        shards: What to read.
        folder: Where the index is.
        name: Field of a row that holds its text.
        workers: Processes, at most.
    """
    waiting = iter(shards)
    hands: list[_Hand] = []
    with selectors.DefaultSelector() as selector:
        try:
            for shard in waiting:
                hands.append(_start(folder, name, selector))
                _give(hands[-1], shard)
                if len(hands) == workers:
                    break
            while selector.get_map():
                for key, _ in selector.select():
                    hand: _Hand = key.data
                    lines = _hear(hand)
                    if lines is None:
                        selector.unregister(hand.answers)
                        if hand.shard is not None:
                            yield _lost(hand)
                            following = next(waiting, None)
                            if following is not None:
                                hands.append(_start(folder, name, selector))
                                _give(hands[-1], following)
                        continue
                    for line in lines:
                        if line:
                            segment = jsontext.loads_stored(line)
                            hand.at = segment["stop"] or 0
                            hand.rows = segment["first_row"] + segment["rows"]
                            yield segment
                        else:
                            _give(hand, next(waiting, None))
        finally:
            for hand in hands:
                _end(hand)


def _start(folder: Path, name: str, selector: selectors.BaseSelector) -> _Hand:
    # The package may be used from a checkout; -P: no module of the current folder hides another.
    home = str(Path(compass.__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "compass.contamination.corpus.worker", str(folder), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        start_new_session=True,  # Ctrl-C reaches the scan alone, which then ends its workers
    )
    hand = _Hand(process)
    selector.register(hand.answers, selectors.EVENT_READ, hand)
    return hand


def _give(hand: _Hand, shard: Shard | None) -> None:
    hand.shard = shard
    with suppress(BrokenPipeError):  # it may have died; the end of its output tells that
        if shard is None:
            hand.orders.close()
        else:
            hand.at, hand.rows = shard.start, shard.rows
            hand.orders.write(order(shard))
            hand.orders.flush()


def _hear(hand: _Hand) -> list[bytes] | None:
    data = os.read(hand.answers.fileno(), _PIPE)
    if not data:
        return None
    *lines, hand.buffer = (hand.buffer + data).split(b"\n")
    return lines


def _lost(hand: _Hand) -> dict[str, Any]:
    """Return the segment of a worker that died."""
    shard = hand.shard
    assert shard is not None  # noqa: S101 - the caller has looked
    code = hand.process.wait()
    memory = "; is there too little memory?" if code == -9 else ""
    segment = Segment(shard.file.path, shard.file.identity, hand.at, None, hand.rows)
    segment.error = f"the process that read it ended with {code}{memory}"
    segment.findings = {"counts": [], "passages": []}
    return segment.to_dict()


def _end(hand: _Hand) -> None:
    if hand.shard is not None:
        hand.process.kill()
    with suppress(BrokenPipeError):
        hand.orders.close()
    hand.answers.close()
    try:
        hand.process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        hand.process.kill()
        hand.process.wait()
