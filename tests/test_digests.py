"""Digests of files: right, remembered, and never believed for too long."""

from __future__ import annotations

import hashlib
import json
import os
import time

import pytest

from compass import digests
from compass.digests import file_digest, files_digest

LARGE = 1 << 20


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COMPASS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "digests.json"


@pytest.fixture
def reads(monkeypatch):
    """Count the files that are really read."""
    seen = []
    read = digests._read
    monkeypatch.setattr(digests, "_read", lambda path: seen.append(path) or read(path))
    return seen


@pytest.fixture
def large(tmp_path, monkeypatch):
    """A file old enough to be remembered: ten seconds have passed since it was written."""
    path = tmp_path / "large.bin"
    path.write_bytes(b"a" * LARGE)
    now = time.time_ns
    monkeypatch.setattr(digests.time, "time_ns", lambda: now() + 10**10)
    return path


def sha(content):
    return hashlib.sha256(content).hexdigest()


def test_a_digest_is_that_of_the_bytes(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    assert file_digest(path) == sha(b"abc")


def test_digests_of_several_files_follow_order_and_content_not_names(tmp_path):
    for name, content in (("a", b"1"), ("b", b"2"), ("c", b"1")):
        (tmp_path / name).write_bytes(content)
    a, b, c = (tmp_path / name for name in "abc")
    assert files_digest([a, b]) == files_digest([c, b]) != files_digest([b, a])
    assert files_digest([a]) != files_digest([a, a])


def test_an_unchanged_file_is_read_once(large, reads):
    assert file_digest(large) == file_digest(large) == sha(b"a" * LARGE)
    assert len(reads) == 1


def test_a_changed_file_is_read_again_even_if_its_time_stamp_is_put_back(large, reads):
    before = large.stat()
    file_digest(large)
    large.write_bytes(b"b" * LARGE)
    os.utime(large, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file_digest(large) == sha(b"b" * LARGE)
    assert len(reads) == 2


def test_another_file_put_in_its_place_is_read(large, tmp_path):
    file_digest(large)
    before = large.stat()
    other = tmp_path / "other"
    other.write_bytes(b"c" * LARGE)
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.replace(other, large)
    assert file_digest(large) == sha(b"c" * LARGE)


def test_a_file_of_this_moment_is_not_remembered(tmp_path, reads):
    path = tmp_path / "x"
    path.write_bytes(b"a" * LARGE)
    file_digest(path)
    file_digest(path)
    assert len(reads) == 2


def test_small_files_leave_the_cache_alone(tmp_path, cache, large):
    path = tmp_path / "x"
    path.write_bytes(b"a")
    file_digest(path)
    assert not cache.exists()
    file_digest(large)
    assert len(json.loads(cache.read_text())) == 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"x": 3}', "\x00"])
def test_a_damaged_cache_is_made_anew(large, cache, content):
    cache.parent.mkdir(parents=True)
    cache.write_text(content)
    assert file_digest(large) == sha(b"a" * LARGE)
    assert str(large.resolve()) in json.loads(cache.read_text())


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(large, cache, tmp_path):
    cache.parent.write_text("a file where the folder should be")
    assert file_digest(large) == sha(b"a" * LARGE)
    assert [p.name for p in tmp_path.iterdir() if "digests" in p.name] == []


def test_no_temporary_file_stays_behind(large, cache):
    file_digest(large)
    assert [p.name for p in cache.parent.iterdir()] == ["digests.json"]


def test_the_oldest_digests_are_dropped(large, cache, tmp_path, monkeypatch):
    monkeypatch.setattr(digests, "_MOST", 2)
    for n in range(3):
        path = tmp_path / f"{n}.bin"
        path.write_bytes(b"x" * LARGE)
        file_digest(path)
    assert [name.rpartition("/")[2] for name in json.loads(cache.read_text())] == ["1.bin", "2.bin"]


def test_a_missing_file_is_the_caller_s_to_explain(tmp_path):
    with pytest.raises(FileNotFoundError):
        file_digest(tmp_path / "none")
