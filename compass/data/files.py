"""Rows of a data file, one after another, each with the place it stands at.

The suffix decides how a file is read: ``.jsonl .ndjson .json .csv .tsv .parquet
.arrow``, the text formats also compressed (``.gz .bz2 .xz .zst``).  Text is
UTF-8, with or without a byte order mark.  A cell of a CSV is the text that
stands there: ``NA``, ``None``, ``null`` and the empty cell are no exceptions.
Whatever cannot be read is a `DataError` naming file and line.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import lzma
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from compass import jsontext
from compass.data.columnar import read_arrow, read_parquet, read_saved
from compass.errors import DataError, did_you_mean

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
_LISTS = ("data", "rows", "examples", "questions", "instances", "items", "samples")
"""Names under which a JSON object usually keeps its rows, the likelier first."""


class Row(NamedTuple):
    """One row as it stands in its file."""

    place: str
    """``file:line``."""

    columns: dict[str, Any]


def read_rows(path: Path | str, header: Sequence[str] | None = None) -> Iterator[Row]:
    """Yield the rows of a file, or of a folder written by ``Dataset.save_to_disk``.

    Args:
        path: The file.
        header: Column names of a CSV or TSV file whose first line is a row already.

    Raises:
        DataError: The file is missing, of an unknown kind, or damaged.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        yield from (Row(*row) for row in read_saved(path))
        return
    suffix = kind_of(path)
    if suffix in (".csv", ".tsv"):
        yield from _csv_rows(path, "," if suffix == ".csv" else "\t", header)
    else:
        yield from _KINDS[suffix](path)


def kind_of(path: Path) -> str:
    """Return the suffix that says how a file is read, without that of its compression.

    Raises:
        DataError: There is no such file, or nothing reads its kind.
    """
    if not path.exists():
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        near = did_you_mean(path.name, siblings)
        hint = near if near.startswith("did") else "check the path"
        raise DataError(f"no such file: {str(path)!r}", where=str(path), hint=hint)
    suffixes = [s.lower() for s in path.suffixes[-2:]]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    suffix = suffixes[-1] if suffixes else ""
    if suffix not in _KINDS:
        known = " ".join(_KINDS)
        raise DataError(
            f"cannot read files ending in {path.suffix!r}, expected one of {known}",
            where=str(path),
            hint="rename or convert the file; .gz, .bz2, .xz and .zst may follow a text suffix",
        )
    return suffix


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield number and text of every line, line end included, byte order mark left out."""
    with _open(path) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as error:
                raise DataError(
                    f"not UTF-8: byte 0x{line[error.start]:02x} in column {error.start + 1}",
                    where=f"{path}:{number}",
                    hint=f"convert it: iconv -f {_encoding_of(line)} -t UTF-8 {path.name}",
                ) from error
            yield number, text.removeprefix("\ufeff") if number == 1 else text


def _encoding_of(line: bytes) -> str:
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    return "GB18030 (or LATIN1)"


def json_lines(path: Path) -> Iterator[Row]:
    """Yield the objects of a file that has one a line, whatever the file is called."""
    for number, line in text_lines(path):
        if line.isspace():
            continue
        place = f"{path}:{number}"
        row = _parsed(line, place)
        if not isinstance(row, dict):
            raise DataError(
                f"a row must be a JSON object, got {_named(row)}",
                where=place,
                hint="one object a line; a file that is one JSON list should end in .json",
            )
        yield Row(place, row)


def _json_rows(path: Path) -> Iterator[Row]:
    text = "".join(line for _, line in text_lines(path))
    content = _parsed(text, str(path), whole=True)
    name, rows = "", content
    if isinstance(content, dict):
        lists = [k for k, v in content.items() if isinstance(v, list) and v and _objects(v)]
        usual = [k for k in _LISTS if k in lists]
        if not usual and len(lists) != 1:
            raise DataError(
                f"no list of rows in this JSON object; its keys: {_some(content)}",
                where=str(path),
                hint="expected a list of objects, or an object with such a list under 'data'",
            )
        name = usual[0] if usual else lists[0]
        rows = content[name]
    if not isinstance(rows, list):
        raise DataError(
            f"expected a JSON list of objects, got {_named(rows)}",
            where=str(path),
            hint="one object a line belongs in a .jsonl file",
        )
    for number, row in enumerate(rows):
        place = f"{path}:{name}[{number}]"
        if not isinstance(row, dict):
            raise DataError(
                f"a row must be a JSON object, got {_named(row)}", where=place, hint="mend it"
            )
        yield Row(place, row)


def _csv_rows(path: Path, delimiter: str, header: Sequence[str] | None) -> Iterator[Row]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    lines = (line for _, line in text_lines(path))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    names = list(header) if header is not None else None
    start = 1
    try:
        for cells in reader:
            place, start = f"{path}:{start}", reader.line_num + 1
            if not cells:
                continue
            if names is None:
                names = _checked_header(cells, place)
                continue
            if len(cells) != len(names):
                raise DataError(
                    f"{len(cells)} cells, expected {len(names)} ({_some(names)})",
                    where=place,
                    hint=f"a cell that holds {delimiter!r} or a quote must stand in quotes",
                )
            yield Row(place, {k: v for k, v in zip(names, cells, strict=True) if k})
    except csv.Error as error:
        raise DataError(
            f"not {path.suffix}: {error}",
            where=f"{path}:{start}",
            hint="a quote opened in this row is not closed, or not doubled inside a cell",
        ) from error


def _checked_header(names: list[str], place: str) -> list[str]:
    """Return the column names.  A column without one (an exported row number) is left out."""
    names = [name.strip() for name in names]
    twice = sorted({n for n in names if n and names.count(n) > 1})
    if twice:
        raise DataError(
            f"column name {twice[0]!r} stands twice in the header", where=place, hint="rename one"
        )
    return names


_KINDS: dict[str, Callable[[Path], Iterable[Any]]] = {
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".json": _json_rows,
    ".csv": lambda path: _csv_rows(path, ",", None),
    ".tsv": lambda path: _csv_rows(path, "\t", None),
    ".parquet": lambda path: (Row(*row) for row in read_parquet(path)),
    ".arrow": lambda path: (Row(*row) for row in read_arrow(path)),
}
SUFFIXES = tuple(_KINDS)


@contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading bytes, unpacked; failures on the way are data errors."""
    try:
        with _unpacked(path) as stream:
            yield stream
    except FileNotFoundError as error:
        raise DataError(f"no such file: {str(path)!r}", hint="check the path") from error
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise DataError(
            f"cannot read the file: {error}",
            where=str(path),
            hint="check its permissions, or fetch it again if it is damaged",
        ) from error


def _unpacked(path: Path) -> BinaryIO:
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    if suffix == ".bz2":
        return cast(BinaryIO, bz2.open(path, "rb"))
    if suffix == ".xz":
        return cast(BinaryIO, lzma.open(path, "rb"))
    if suffix == ".zst":
        return _unpacked_zstandard(path)
    return path.open("rb")


def _unpacked_zstandard(path: Path) -> BinaryIO:
    import pyarrow

    try:
        with pyarrow.input_stream(str(path), compression="zstd") as stream:
            return BytesIO(stream.read())
    except pyarrow.ArrowException as error:
        raise OSError(str(error)) from error


def _parsed(text: str, place: str, whole: bool = False) -> Any:
    """Return the value of a JSON text that UTF-8 can write."""
    try:
        value = jsontext.loads(text)
    except json.JSONDecodeError as error:
        line = f":{error.lineno}" if whole else ""
        hint = "mend the line"
        if whole and error.msg == "Extra data":
            hint = "one object a line belongs in a .jsonl file: rename it"
        if text.startswith("version https://git-lfs"):
            hint = "this is a pointer of Git LFS, not the data: run git lfs pull"
        raise DataError(
            f"not JSON: {error.msg} in column {error.colno}", where=place + line, hint=hint
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"not JSON that can be read: {error}", where=place, hint="mend or remove the row"
        ) from error
    if "\\ud" in text or "\\uD" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            raise DataError(
                f"half a surrogate pair, \\u{ord(error.object[error.start]):04x}, is no character",
                where=place,
                hint="write the whole pair, or leave the character out",
            ) from error
    return value


def _objects(values: list[Any]) -> bool:
    return isinstance(values[0], dict)


def _named(value: Any) -> str:
    names = {list: "a list", str: "a string", bool: "true or false", dict: "an object"}
    return names.get(type(value), "null" if value is None else f"the number {value!r}")


def _some(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(repr(n) for n in shown[:12]) + (" ..." if len(shown) > 12 else "")
