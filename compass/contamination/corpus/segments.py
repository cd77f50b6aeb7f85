"""What a scan remembers of each stretch of the corpus it has read: one row of its log.

The log is the checkpoint: a scan that goes on reads what no row tells of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from compass.contamination.corpus.gather import Gatherer
from compass.contamination.corpus.reading import UnreadableError, blocks
from compass.contamination.corpus.shards import RANGE, Shard

NAMED = 5
"""Problems of a segment that are named; all are counted."""


@dataclass(slots=True)
class Segment:
    """A stretch of a file that was read."""

    file: str
    identity: list[int]
    """Size and time of change of the file."""

    start: int
    stop: int | None
    """Where the file goes on; None: nothing more of this shard is to be read."""

    first_row: int = 0
    """Rows before it in its file; in a range they are not known and counted from 0."""

    rows: int = 0
    documents: int = 0
    size: int = 0
    """Bytes of unpacked text."""

    consumed: int = 0
    """Bytes of the file that this segment took."""

    problems: dict[str, int] = field(default_factory=dict)
    """Rows that could not be read, by kind."""

    named: list[list[Any]] = field(default_factory=list)
    """Row, kind and particulars of the first of them."""

    error: str = ""
    """Why the rest of the file could not be read."""

    findings: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def segments(shard: Shard, name: str, gatherer: Gatherer) -> Iterator[Segment]:
    """Read a shard and yield its segments.

    Args:
        shard: What to read.
        name: Field of a row that holds its text.
        gatherer: Looks the documents through; left without findings.
    """
    gatherer.file = shard.file.path
    open_one = _Open(shard, shard.start, shard.rows, 0)
    try:
        for block in blocks(shard, name):
            for document in block.documents:
                gatherer.add(document)
            open_one.count(block)
            full = open_one.segment.size >= RANGE and not shard.file.ranged
            if full and block.at is not None:
                done = open_one.closed(gatherer, block.at)
                yield done
                before = open_one.consumed
                open_one = _Open(shard, block.at, done.first_row + done.rows, before)
    except UnreadableError as error:
        open_one.segment.error = str(error)
    except RecursionError as error:
        open_one.segment.error = f"nested too deeply: {error}"
    yield open_one.closed(gatherer, None)


class _Open:
    """A segment that is being read."""

    def __init__(self, shard: Shard, start: int, first_row: int, before: int) -> None:
        identity = shard.file.identity
        self.segment = Segment(shard.file.path, identity, start, None, first_row)
        self.consumed = before
        self._before = shard.start if shard.file.ranged else before
        self._problems: Counter[str] = Counter()

    def count(self, block: Any) -> None:
        """Add a block."""
        segment = self.segment
        segment.rows += block.rows
        segment.size += block.size
        segment.documents += len(block.documents)
        self.consumed = max(self.consumed, block.consumed)
        for row, kind, what in block.problems:
            self._problems[kind] += 1
            if len(segment.named) < NAMED:
                segment.named.append([row, kind, what])

    def closed(self, gatherer: Gatherer, stop: int | None) -> Segment:
        """Return the segment with what was found."""
        segment = self.segment
        segment.stop = stop
        segment.consumed = max(self.consumed - self._before, 0)
        segment.problems = dict(sorted(self._problems.items()))
        segment.findings = gatherer.take().to_dict()
        return segment
