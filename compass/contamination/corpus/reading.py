"""Documents of a shard, block by block, with what could not be read.

A file is never in memory whole, nor unpacked on the disk.  A damaged row costs that row, a
damaged file what comes after the damage; each is counted and named.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from compass.contamination.corpus.gather import Document
from compass.contamination.corpus.shards import Shard

_BLOCK = 1 << 20
_PACKED_BLOCK = 1 << 18
_PACKED_PIECE = 1 << 15
_LONGEST_LINE = 1 << 28
"""Bytes of a line; a longer one is no row but a mistake."""

_STRETCH = 1 << 16
_OVERLAP = 1 << 11
"""Bytes of plain text that make a document, and that it shares with the one before."""

_OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_ROWS = 1000
_SHOWN_FIELDS = 8


class UnreadableError(Exception):
    """The rest of a file cannot be read."""


@dataclass(slots=True)
class Block:
    """Some documents."""

    documents: list[Document] = field(default_factory=list)
    rows: int = 0
    size: int = 0
    """Bytes of unpacked text."""

    at: int | None = None
    """Where to go on after it; None: the block cannot be a last one."""

    consumed: int = 0
    """Bytes of the file read so far."""

    problems: list[tuple[int, str, str]] = field(default_factory=list)
    """Row, kind and particulars of what could not be read."""


def blocks(shard: Shard, name: str) -> Iterator[Block]:
    """Yield the blocks of a shard.

    Args:
        shard: What to read.
        name: Field of a row that holds its text.

    Raises:
        UnreadableError: The rest of the file cannot be read.
    """
    if not shard.file.kind:
        raise UnreadableError("nothing reads files of this kind")
    with _failures():
        if shard.file.kind == ".parquet":
            yield from _parquet_blocks(shard, name)
        elif shard.file.kind == ".txt":
            yield from _text_blocks(shard)
        else:
            yield from _json_blocks(shard, name)


@contextmanager
def _failures() -> Iterator[None]:
    """Turn what the libraries raise on a damaged file into one error."""
    try:
        yield
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        first = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise UnreadableError(f"damaged or cut off: {first}") from error


def _json_blocks(shard: Shard, name: str) -> Iterator[Block]:
    row = shard.rows
    for lines, at, consumed, _ in _lines(shard):
        block = Block(at=at, consumed=consumed)
        for line in lines:
            row += 1
            block.size += len(line) + 1
            if not line or line.isspace():
                continue
            text = _text_of_line(line, name)
            if isinstance(text, str):
                block.documents.append(Document(row, text))
            else:
                block.problems.append((row, *text))
        block.rows = len(lines)
        yield block


def _text_of_line(line: bytes, name: str) -> str | tuple[str, str]:
    """Return the text of a line, or the kind and particulars of a problem."""
    import orjson

    try:
        value = orjson.loads(line)
    except ValueError as error:
        try:  # what Python writes and JSON does not know: NaN, half a surrogate pair
            value = json.loads(line)
        except (ValueError, RecursionError):
            return "broken JSON", str(error)
    if not isinstance(value, dict):
        return "no object", f"a {type(value).__name__} instead"
    return _text_in(value, name)


def _text_in(row: Mapping[str, Any], name: str) -> str | tuple[str, str]:
    value = row.get(name)
    if isinstance(value, str):
        return value
    if value is None and "." in name:
        inner: Any = row
        for key in name.split("."):
            inner = inner.get(key) if isinstance(inner, dict) else None
        value = inner
    text = _joined(value)
    if text is not None:
        return text
    if name in row:
        return f"field {name!r} holds no text", type(value).__name__
    return f"no field {name!r}", "there are " + ", ".join(map(repr, list(row)[:_SHOWN_FIELDS]))


def _joined(value: Any) -> str | None:
    """Return the texts within a value, such as the turns of a dialogue; None if there are none."""
    if isinstance(value, str):
        return value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    texts = [text for text in map(_joined, parts) if text is not None]
    return "\n".join(texts) if texts else None


def _text_blocks(shard: Shard) -> Iterator[Block]:
    """Yield plain text as documents of lines.

    A document holds the lines that begin within a stretch of fixed size, and before them those
    at the end of the stretch before: what spans the border is whole in one of them.
    """
    row = shard.rows
    held: list[bytes] = []
    place, begin = -1, 0
    recent = b""
    for lines, at, consumed, before in _lines(shard):
        if place < 0:
            place = begin = at - sum(map(len, lines)) - len(lines)
            recent = before
        block = Block(at=None, consumed=consumed)
        for line in lines:
            if held and place // _STRETCH != begin // _STRETCH:
                recent = _add_text(block, held, recent, row)
                row += len(held)
                held, begin = [], place
                block.at = begin
            held.append(line)
            place += len(line) + 1
        yield block
    block = Block(at=begin)
    if held:
        _add_text(block, held, recent, row)
    yield block


def _add_text(block: Block, lines: list[bytes], recent: bytes, rows: int) -> bytes:
    """Add a document to a block, and return the text before the next one."""
    raw = b"\n".join(lines) + b"\n"
    before = recent if len(recent) < _OVERLAP else recent[recent.find(b"\n") + 1 :]
    text = (before + raw).decode("utf-8", "replace")
    first = rows + 1
    block.documents.append(Document(first - before.count(b"\n"), text, lined=True))
    if "\ufffd" in text and "\ufffd".encode() not in raw and not _is_utf8(raw):
        block.problems.append((first, "not UTF-8", "in this line or soon after"))
    block.rows += len(lines)
    block.size += len(raw)
    return (recent + raw)[-_OVERLAP:]


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _Lines(NamedTuple):
    """Lines of a file that follow each other."""

    lines: list[bytes]
    at: int
    """Place after them in the unpacked text."""

    consumed: int
    """Bytes of the file read so far."""

    before: bytes
    """What stands before the first lines of a shard."""


def _lines(shard: Shard) -> Iterator[_Lines]:
    """Yield the lines of a shard; a range holds those that begin in it."""
    with ExitStack() as stack:
        stream, raw = _opened(shard, stack)
        at, before = _skip(stream, shard)
        stop = shard.stop if shard.stop is not None else sys.maxsize
        rest: list[bytes] = []
        held = 0
        first = True
        size = _BLOCK if shard.file.ranged else _PACKED_BLOCK
        while at < stop:
            data = stream.read(size) if shard.file.ranged else _some(stream, size)
            if first and b"\0" in data[:8192]:
                raise UnreadableError("binary, or text that is not UTF-8")
            first = False
            if not data:
                if rest:
                    yield _Lines([b"".join(rest)], at + held + 1, raw.tell(), before)
                return
            rest.append(data)
            held += len(data)
            if b"\n" not in data:
                if held > _LONGEST_LINE:
                    raise UnreadableError(f"a line of more than {_LONGEST_LINE >> 20} MB")
                continue
            lines = b"".join(rest).split(b"\n")
            rest = [lines.pop()]
            inside = lines[: _inside(lines, at, stop)]
            at += sum(map(len, inside)) + len(inside)
            held = len(rest[0])
            consumed = min(at, stop) if shard.file.ranged else raw.tell()
            yield _Lines(inside, at, consumed, before)
            if len(inside) < len(lines):
                return


def _some(stream: BinaryIO, size: int) -> bytes:
    """Return about as many bytes; what can be unpacked before damage comes before its error."""
    pieces: list[bytes] = []
    while sum(map(len, pieces)) < size:
        try:
            pieces.append(stream.read1(_PACKED_PIECE))  # type: ignore[attr-defined]
        except (OSError, EOFError, zlib.error, lzma.LZMAError):
            if not any(pieces):
                raise
            break  # the next call meets it again
        if not pieces[-1]:
            break
    return b"".join(pieces)


def _inside(lines: list[bytes], at: int, stop: int) -> int:
    """Return how many of the lines begin before the end of a range."""
    if at + sum(map(len, lines)) + len(lines) <= stop:
        return len(lines)
    for number, line in enumerate(lines):
        if at >= stop:
            return number
        at += len(line) + 1
    return len(lines)


def _skip(stream: BinaryIO, shard: Shard) -> tuple[int, bytes]:
    """Go to the first line that begins in a shard; return its place and what stands before."""
    if not shard.file.ranged:
        left, recent = shard.start, b""
        while left:
            data = stream.read(min(left, _BLOCK))
            if not data:
                raise UnreadableError("shorter than when it was first read")
            left -= len(data)
            recent = (recent + data)[-_OVERLAP:]
        return shard.start, recent
    if not shard.start:
        return 0, b""
    stream.seek(shard.start - 1)
    at = shard.start - 1
    while True:  # to the end of the line that began in the range before
        data = stream.read(_BLOCK)
        newline = data.find(b"\n")
        if not data:
            return sys.maxsize, b""
        if newline >= 0:
            break
        at += len(data)
    at += newline + 1
    begin = max(at - _OVERLAP, 0)
    stream.seek(begin)
    recent = stream.read(at - begin)
    stream.seek(at)
    return at, recent


def _opened(shard: Shard, stack: ExitStack) -> tuple[BinaryIO, Any]:
    """Return the unpacked stream of a shard's file, and what tells how far the file is read."""
    path = shard.file.path
    if path.endswith(".zst"):
        import pyarrow

        packed = stack.enter_context(pyarrow.OSFile(path))
        return stack.enter_context(pyarrow.CompressedInputStream(packed, "zstd")), packed
    regular = bool(shard.file.size or shard.file.stamp)
    raw = stack.enter_context(Path(path).open("rb"))  # noqa: SIM115 - the stack closes it
    opener: Any = _OPENERS.get(Path(path).suffix)
    if opener is None:
        return raw, raw if regular else _Nowhere()
    return stack.enter_context(opener(raw, "rb")), raw


class _Nowhere:
    """A place in what has no places: a pipe."""

    @staticmethod
    def tell() -> int:
        """Return nothing known."""
        return 0


def _parquet_blocks(shard: Shard, name: str) -> Iterator[Block]:
    from pyarrow import parquet

    with parquet.ParquetFile(shard.file.path) as file:
        top = name if name in file.schema_arrow.names else name.partition(".")[0]
        row = shard.rows
        if top not in file.schema_arrow.names:
            known = ", ".join(map(repr, file.schema_arrow.names[:_SHOWN_FIELDS]))
            raise UnreadableError(f"no column {name!r}; there are {known}")
        for group in range(shard.start, file.num_row_groups):
            consumed = shard.file.size * (group + 1) // file.num_row_groups
            for batch in file.iter_batches(_ROWS, [group], [top]):
                block = Block(rows=batch.num_rows, size=batch.nbytes, consumed=consumed)
                for columns in batch.to_pylist():
                    row += 1
                    text = _text_in(columns, name)
                    if isinstance(text, str):
                        block.documents.append(Document(row, text))
                    else:
                        block.problems.append((row, *text))
                yield block
            yield Block(at=group + 1, consumed=consumed)
