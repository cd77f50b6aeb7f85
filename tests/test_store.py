"""Row logs, documents and the lock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from compass import store
from compass.errors import StoreError


def rows_of(path):
    return list(store.read_rows(path))


def test_rows_come_back_as_they_were_written(tmp_path):
    path = tmp_path / "deep" / "rows.jsonl"
    rows = [{"key": "1", "text": "a\nb\u2028c"}, {"key": "2", "text": "汉字 \ud800"}]
    with store.RowLog(path) as log:
        for row in rows:
            log.append(row)
    assert rows_of(path) == rows


def test_a_row_is_visible_to_others_before_the_log_is_closed(tmp_path):
    log = store.RowLog(tmp_path / "rows.jsonl")
    log.append({"key": "1"})
    assert rows_of(log.path) == [{"key": "1"}]
    log.close()


@pytest.mark.parametrize("kept", range(1, 64, 7))
def test_a_torn_last_line_is_cut_off_and_the_log_goes_on(tmp_path, kept):
    path = tmp_path / "rows.jsonl"
    with store.RowLog(path) as log:
        for number in range(5):
            log.append({"key": number, "pad": "x" * 10})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - kept])
    left = len(rows_of(path))
    with store.RowLog(path) as log:
        log.append({"key": "new"})
    keys = [row["key"] for row in rows_of(path)]
    assert keys == [*range(left), "new"]
    assert left == 4 - (kept - 1) // (len(whole) // 5)


def test_a_torn_line_longer_than_a_read_block_is_cut_off(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"key":1}\n{"key":"' + b"x" * 200_000)
    store.cut_torn_tail(path)
    assert path.read_bytes() == b'{"key":1}\n'


def test_a_damaged_line_is_named_and_costs_only_itself(tmp_path, caplog):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"key":1}\n{"key":2,,}\n[3]\n{"key":4}\n')
    assert [row["key"] for row in rows_of(path)] == [1, 4]
    assert f"{path}:2: a damaged line is set aside" in caplog.text
    assert f"{path}:3: a damaged line is set aside" in caplog.text


def test_a_document_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "run.json"
    store.write_document(path, {"a": 1})

    def broken(file):
        file.write(b"half")
        raise KeyError("stop")

    with pytest.raises(KeyError):
        store.write_bytes(path, broken)
    assert store.read_document(path) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_a_broken_document_is_an_error_that_names_it(tmp_path):
    path = tmp_path / "run.json"
    path.write_text("{")
    with pytest.raises(StoreError, match="not a readable JSON document") as caught:
        store.read_document(path)
    assert caught.value.where == str(path)
    assert store.read_document(tmp_path / "none.json") is None


def test_an_unwritable_place_is_said_with_its_path(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(StoreError, match="cannot write"):
        store.write_document(file / "x.json", {})


def test_the_digest_sees_content_and_names(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_text("a")
    two.write_text("b")
    before = store.digest([one, two])
    assert before == store.digest([two, one])
    two.write_text("c")
    assert store.digest([one, two]) != before


HOLDER = """
import sys, time
from pathlib import Path
from compass.store import Lock
lock = Lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(30)
"""


def test_a_second_run_is_refused_and_told_who_is_there(tmp_path):
    path = tmp_path / "run.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match=f"process {holder.pid} on ") as caught:
            store.Lock(path)
        assert "wait for it" in caught.value.hint
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    store.Lock(path).release()


def test_the_workers_of_a_dead_run_are_waited_for(tmp_path):
    path = tmp_path / "run.lock"
    lock = store.Lock(path)
    child = subprocess.Popen(["sleep", "1"], pass_fds=(lock.fileno,))
    lock._file.close()
    owner = {"pid": 2**22 + 1, "host": os.uname().nodename, "since": "before"}
    path.write_text(json.dumps(owner))
    began = time.monotonic()
    store.Lock(path).release()
    assert time.monotonic() - began > 0.3
    child.wait()
