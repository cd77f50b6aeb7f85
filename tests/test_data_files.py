"""Reading rows of files: every format, every oddity of text, every kind of damage."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import lzma
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compass.data.files import read_rows
from compass.errors import DataError

ROWS = [{"q": "Is it so?", "a": 1}, {"q": "Ist es größer? 是吗？ \U0001f600", "a": None}]


def columns(path, **arguments):
    return [row.columns for row in read_rows(path, **arguments)]


def refused(path, what, where=None, hint=None, **arguments):
    with pytest.raises(DataError, match=what) as caught:
        list(read_rows(path, **arguments))
    assert caught.value.hint
    if where is not None:
        assert caught.value.where.endswith(where), caught.value.where
    if hint is not None:
        assert hint in caught.value.hint
    return caught.value


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def lines(rows, end="\n"):
    return "".join(json.dumps(row, ensure_ascii=False) + end for row in rows)


def test_json_lines_come_with_file_and_line(file):
    path = file("x.jsonl", "\n" + lines(ROWS[:1]) + "  \n" + lines(ROWS[1:]))
    assert [row.columns for row in read_rows(path)] == ROWS
    assert [row.place for row in read_rows(path)] == [f"{path}:2", f"{path}:4"]


def test_a_byte_order_mark_and_windows_line_ends_leave_no_trace(file):
    for name in ("x.jsonl", "x.ndjson"):
        assert columns(file(name, "\ufeff" + lines(ROWS, "\r\n"))) == ROWS
    assert (
        columns(file("x.json", "\ufeff" + json.dumps(ROWS, indent=1).replace("\n", "\r\n"))) == ROWS
    )
    text = "\ufeffq,a\r\nyes?,1\r\n"
    assert columns(file("x.csv", text)) == [{"q": "yes?", "a": "1"}]
    assert columns(file("x.tsv", text.replace(",", "\t"))) == [{"q": "yes?", "a": "1"}]


def test_the_last_line_needs_no_line_end(file):
    assert columns(file("x.jsonl", lines(ROWS).rstrip("\n"))) == ROWS
    assert columns(file("x.csv", "a,b\n1,2")) == [{"a": "1", "b": "2"}]


def test_a_line_of_ten_megabytes_is_read_whole(file):
    long = "x" * 10_000_000
    assert columns(file("x.jsonl", lines([{"q": long}, *ROWS])))[0] == {"q": long}
    assert columns(file("x.csv", f"q,a\n{long},1\n")) == [{"q": long, "a": "1"}]


def test_many_lines_are_not_held_in_memory(file):
    path = file("x.jsonl", lines([{"q": "x" * 1000}]) * 20_000)
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_rows(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak < 2_000_000


def test_unicode_line_separators_do_not_end_a_line(file):
    row = {"q": "one\u2028two\x85three\x0b"}
    assert columns(file("x.jsonl", json.dumps(row, ensure_ascii=False) + "\n")) == [row]


@pytest.mark.parametrize(
    ("ending", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
)
def test_compressed_files_read_as_their_content(file, ending, pack):
    assert columns(file("x.jsonl" + ending, pack(lines(ROWS).encode()))) == ROWS
    assert columns(file("y.csv" + ending, pack(b"a\n1\n"))) == [{"a": "1"}]
    broken = file("z.jsonl" + ending, pack(lines(ROWS).encode() * 999)[:-20])
    refused(broken, "cannot read", where=f"z.jsonl{ending}")
    refused(file("w.jsonl" + ending, b"never packed"), "cannot read")


def test_zstandard_is_read_too(file):
    import pyarrow

    packed = pyarrow.compress(lines(ROWS * 50).encode(), codec="zstd", asbytes=True)
    path = file("x.jsonl.zst", packed)
    assert columns(path) == ROWS * 50
    refused(file("y.jsonl.zst", b"never packed"), "cannot read")


def test_a_json_list_or_an_object_that_holds_one(file):
    assert columns(file("x.json", json.dumps(ROWS))) == ROWS
    path = file("y.json", json.dumps({"version": 1, "data": ROWS}))
    assert columns(path) == ROWS
    assert [row.place for row in read_rows(path)] == [f"{path}:data[0]", f"{path}:data[1]"]
    assert columns(file("z.json", json.dumps({"what": ROWS, "tags": ["a"]}))) == ROWS
    assert columns(file("w.json", json.dumps({"more": ROWS[:1], "rows": ROWS}))) == ROWS


def test_a_json_object_without_a_clear_list_is_refused(file):
    both = file("x.json", json.dumps({"one": ROWS, "two": ROWS}))
    assert "'one', 'two'" in refused(both, "no list of rows").what
    refused(file("y.json", '"text"'), "a JSON list of objects, got a string")
    refused(file("z.json", "[{}, 3]"), "got the number 3", where="z.json:[1]")
    refused(file("w.json", lines(ROWS)), "Extra data", hint="rename it")


def test_cells_of_a_csv_are_the_text_that_stands_there(file):
    words = ["NA", "None", "null", "", "NaN", " 007 ", "1e5", "TRUE", "n/a"]
    path = file("x.csv", "a,b\n" + "".join(f"{w},x\n" for w in words))
    assert [row["a"] for row in columns(path)] == words


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(
    table=st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=6),
    dialect=st.sampled_from(["excel", "excel-tab", "unix"]),
)
def test_whatever_python_writes_as_csv_comes_back(tmp_path_factory, table, dialect):
    suffix = ".tsv" if dialect == "excel-tab" else ".csv"
    path = tmp_path_factory.mktemp("csv") / f"x{suffix}"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, dialect=dialect).writerows([["a", "b"], *table])
    assert [[row["a"], row["b"]] for row in columns(path)] == table


def test_a_cell_may_span_lines_and_places_name_where_rows_begin(file):
    path = file("x.csv", 'q,a\n"one\r\ntwo, ""three""",1\n\nfour,2\n')
    rows = list(read_rows(path))
    assert rows[0].columns["q"] == 'one\r\ntwo, "three"'
    assert [row.place for row in rows] == [f"{path}:2", f"{path}:5"]


def test_ragged_rows_name_their_line(file):
    assert (
        "3 cells, expected 2"
        in refused(file("x.csv", "a,b\n1,2\n1,2,3\n"), "cells", "x.csv:3").what
    )
    refused(file("y.csv", "a,b\n1,2\n1\n"), "1 cells, expected 2", "y.csv:3")


def test_a_quote_that_never_closes_swallows_nothing(file):
    path = file("x.csv", 'a,b\n1,2\n"open,2\n' + "3,4\n" * 50)
    refused(path, "unexpected end of data", where="x.csv:3", hint="not closed")


def test_headers_are_checked(file):
    refused(file("x.csv", "a,b,a\n1,2,3\n"), "'a' stands twice", "x.csv:1")
    assert columns(file("y.csv", ",q\n0,x\n1,y\n")) == [{"q": "x"}, {"q": "y"}]
    assert columns(file("z.csv", "x,1\ny,2\n"), header=("q", "a"))[0] == {"q": "x", "a": "1"}
    assert columns(file("w.csv", "a,b\n")) == []


@pytest.mark.parametrize("name", ["x.jsonl", "x.json", "x.csv", "x.tsv"])
def test_text_that_is_not_utf8_is_named_by_line(file, name):
    before = {"x.jsonl": '{"q": "a"}\n', "x.json": "[\n", "x.csv": "q\n", "x.tsv": "q\n"}[name]
    path = file(name, before.encode() + '{"q": "größer"}'.encode("latin1"))
    error = refused(path, "not UTF-8: byte 0xf6", where=f"{name}:2", hint="iconv")
    assert "column" in error.what
    refused(file("wide.jsonl", lines(ROWS).encode("utf-16")), "not UTF-8", hint="UTF-16")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"q": 1', "not JSON: Expecting"),
        ("{'q': 1}", "not JSON"),
        ("[1]", "object, got a list"),
        ("null", "got null"),
        ("true", "got true or false"),
        ('{"q": ' + "[" * 100_000 + "}", "not JSON"),
        ('{"q": ' + "9" * 5000 + "}", "not JSON"),
        ('{"q": "\\ud83d"}', "half a surrogate pair"),
    ],
)
def test_a_broken_line_is_named(file, line, what):
    refused(file("x.jsonl", lines(ROWS) + line + "\n"), what, where="x.jsonl:3")


def test_a_whole_surrogate_pair_is_a_character(file):
    assert columns(file("x.jsonl", '{"q": "\\ud83d\\ude00"}')) == [{"q": "\U0001f600"}]


def test_what_is_missing_or_of_an_unknown_kind_is_said(file, tmp_path):
    file("rows.jsonl", lines(ROWS))
    refused(tmp_path / "row.jsonl", "no such file", hint="did you mean 'rows.jsonl'?")
    refused(tmp_path / "no" / "x.jsonl", "no such file")
    refused(file("x.xlsx", "PK"), r"cannot read files ending in '.xlsx'", where="x.xlsx")
    refused(file("noext", "{}"), "cannot read files ending in ''")
    refused(tmp_path, "a folder")
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
    refused(file("lfs.jsonl", pointer), "not JSON", hint="git lfs pull")


def test_real_csv_and_json_lines_read_as_their_writers_meant(real_data):
    paths = [*real_data.rglob("*.csv"), *real_data.rglob("*.tsv"), *real_data.rglob("*.jsonl*")]
    assert len(paths) > 300
    for path in paths:
        assert sum(1 for _ in read_rows(path)) > 0, path
