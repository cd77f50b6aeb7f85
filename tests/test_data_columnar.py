"""Reading arrow and parquet files, and folders written by ``save_to_disk``."""

from __future__ import annotations

import datetime
import decimal
import json

import pytest

from compass.data.files import read_rows
from compass.errors import DataError

ROWS = [
    {"q": f"Question {n}?", "choices": {"text": ["a", "b"], "label": ["A", "B"]}, "n": n, "x": None}
    for n in range(2500)
]


@pytest.fixture(scope="module")
def table():
    import pyarrow

    return pyarrow.Table.from_pylist(ROWS)


def columns(path):
    return [row.columns for row in read_rows(path)]


def test_parquet_rows_are_streamed_in_order(tmp_path, table):
    from pyarrow import parquet

    path = tmp_path / "x.parquet"
    parquet.write_table(table, path, row_group_size=700)
    assert columns(path) == ROWS
    assert [row.place for row in read_rows(path)][-1] == f"{path}:2500"


def test_arrow_files_and_saved_folders_read_alike(tmp_path, table):
    from datasets import Dataset

    Dataset(table).save_to_disk(str(tmp_path / "saved"))
    assert columns(tmp_path / "saved") == ROWS
    (arrow,) = (tmp_path / "saved").glob("*.arrow")
    assert columns(arrow) == ROWS


def test_values_come_out_as_json_knows_them(tmp_path):
    import pyarrow
    from pyarrow import parquet

    row = {
        "day": datetime.date(2020, 2, 29),
        "sum": decimal.Decimal("1.50"),
        "text": b"caf\xc3\xa9",
        "bytes": b"\xff\xfe",
        "deep": [{"when": datetime.datetime(2020, 1, 1, 12)}],  # noqa: DTZ001
    }
    path = tmp_path / "x.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([row]), path)
    assert json.loads(json.dumps(columns(path))) == [
        {
            "day": "2020-02-29",
            "sum": "1.50",
            "text": "café",
            "bytes": "//4=",
            "deep": [{"when": "2020-01-01T12:00:00"}],
        }
    ]


@pytest.mark.parametrize("name", ["x.parquet", "x.arrow"])
def test_damaged_files_are_said(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"hello world")
    with pytest.raises(DataError, match=f"not a readable {name[2:]} file") as caught:
        columns(path)
    assert caught.value.where == str(path)
    assert caught.value.hint


def test_a_saved_folder_without_its_data_is_said(tmp_path, table):
    from datasets import Dataset

    Dataset(table).save_to_disk(str(tmp_path / "saved"))
    for arrow in (tmp_path / "saved").glob("*.arrow"):
        arrow.unlink()
    with pytest.raises(DataError, match="not a readable arrow file"):
        columns(tmp_path / "saved")


def test_a_real_folder_of_save_to_disk_is_read(real_data):
    assert len(columns(real_data / "hf_arrow" / "boolq" / "none" / "validation")) == 3270
