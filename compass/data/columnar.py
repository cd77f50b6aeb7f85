"""Rows of arrow and parquet files and of folders of Hugging Face ``datasets``.

Arrow is mapped into memory and parquet is streamed, so neither is ever whole in
memory, and nothing is copied into the cache of ``datasets``.  Values come out as
JSON knows them: dates as ISO text, bytes as text or base64.
"""

from __future__ import annotations

import base64
import datetime
import decimal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from compass.errors import DataError

_BATCH = 1000


def read_arrow(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield place and columns of the rows of an arrow file."""
    with _reading(path, "arrow"):
        from datasets import Dataset

        yield from table_rows(Dataset.from_file(str(path)), str(path))


def read_parquet(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield place and columns of the rows of a parquet file."""
    with _reading(path, "parquet"):
        from pyarrow import parquet

        with parquet.ParquetFile(path) as file:
            start = 0
            for batch in file.iter_batches(_BATCH):
                for number, row in enumerate(batch.to_pylist()):
                    yield f"{path}:{start + number + 1}", _plain(row)
                start += batch.num_rows


def read_saved(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield place and columns of the rows of a folder written by ``save_to_disk``."""
    if not is_saved(path):
        raise DataError(
            "a folder, and none that Dataset.save_to_disk has written",
            where=str(path),
            hint="name a file, or say which split of the folder is meant",
        )
    with _reading(path, "arrow"):
        from datasets import load_from_disk

        yield from table_rows(load_from_disk(str(path)), str(path))


def is_saved(path: Path) -> bool:
    """Return whether a folder was written by ``Dataset.save_to_disk``."""
    return (path / "state.json").is_file() and (path / "dataset_info.json").is_file()


def table_rows(dataset: Any, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield place and columns of the rows of a ``datasets.Dataset``; pictures stay bytes."""
    start = 0
    for table in dataset.with_format("arrow").iter(batch_size=_BATCH):
        for number, row in enumerate(table.to_pylist()):
            yield f"{name}:{start + number + 1}", _plain(row)
        start += table.num_rows


@contextmanager
def _reading(path: Path, kind: str) -> Iterator[None]:
    """Turn what the libraries raise on a damaged file into a data error."""
    try:
        yield
    except ImportError as error:
        raise DataError(
            f"reading {kind} needs a package that is missing: {error.name}",
            where=str(path),
            hint="pip install datasets",
        ) from error
    except (OSError, ValueError, KeyError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"not a readable {kind} file: {first}",
            where=str(path),
            hint="fetch or write it again if it is damaged, or mend its suffix",
        ) from error


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return _text_of(value)
    if isinstance(value, (decimal.Decimal, datetime.timedelta)):
        return str(value)
    return repr(value)


def _text_of(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(value).decode("ascii")
