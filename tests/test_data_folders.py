"""Which files of a folder are a split."""

from __future__ import annotations

import pytest

from compass.data.folders import Files, find_split, local_folder
from compass.errors import DataError


@pytest.fixture
def folder(tmp_path):
    def make(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f'{{"from": "{name}"}}\n')
        return tmp_path

    return make


def found(folder, split, name=None):
    return [str(path.relative_to(folder)) for path in find_split(folder, split, name)]


@pytest.mark.parametrize(
    "name",
    [
        "test.jsonl",
        "test.csv.gz",
        "TEST.json",
        "quiz_test.csv",
        "Quiz-Test.jsonl",
        "test-00000-of-00001.parquet",
        "test-00000-of-00001-0123456789abcdef.parquet",
        "data/test.jsonl",
        "main/test.jsonl",
        "main/data/test.jsonl",
    ],
)
def test_a_split_is_found_by_its_usual_names(folder, name):
    assert found(folder(name, "train.jsonl", "latest.jsonl", "contest.md"), "test", "main") == [
        name
    ]


def test_shards_come_in_order(folder):
    names = [f"test-{n:05d}-of-00003.jsonl" for n in range(3)]
    reader = Files(folder(*reversed(names)), "test")
    assert [row.columns["from"] for row in reader.rows()] == names
    assert len(reader.describe()["files"]) == 3


def test_the_plain_name_comes_before_longer_ones(folder):
    assert found(folder("test.jsonl", "hard_test.jsonl"), "test") == ["test.jsonl"]


def test_the_configuration_comes_before_the_rest(folder):
    assert found(folder("test.jsonl", "hard/test.jsonl"), "test", "hard") == ["hard/test.jsonl"]


def test_validation_goes_by_several_names(folder):
    assert found(folder("val.jsonl", "valid_old.md"), "validation") == ["val.jsonl"]


def test_two_sets_of_files_are_never_chosen_between(folder):
    with pytest.raises(DataError, match=r"several files could be .*: a_test.jsonl, b_test.jsonl"):
        find_split(folder("a_test.jsonl", "b_test.jsonl"), "test")
    with pytest.raises(DataError, match="several files"):
        find_split(folder("train.jsonl", "train.csv"), "train")


def test_a_missing_split_lists_what_there_is(folder):
    with pytest.raises(DataError, match=r"no files of the split 'test'.*; it holds train.jsonl"):
        find_split(folder("train.jsonl"), "test")
    with pytest.raises(DataError, match="one file is expected"):
        Files(folder("train.jsonl")).files()


def test_a_folder_without_data_is_an_error(tmp_path):
    with pytest.raises(DataError, match="it holds nothing"):
        Files(tmp_path, "test").files()


def test_a_folder_saved_by_split_is_found(tmp_path):
    from datasets import Dataset, DatasetDict

    splits = {name: Dataset.from_list([{"q": name}]) for name in ("train", "test")}
    DatasetDict(splits).save_to_disk(str(tmp_path / "saved"))
    rows = Files(tmp_path / "saved", "test")
    assert [row.columns for row in rows.rows()] == [{"q": "test"}]
    digest = rows.digest()
    assert digest != Files(tmp_path / "saved", "train").digest()
    assert Files(tmp_path / "saved" / "test", "whatever").digest() == digest


def test_the_data_folder_is_named_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.delenv("COMPASS_DATA", raising=False)
    assert local_folder("gsm8k") is None
    monkeypatch.setenv("COMPASS_DATA", str(tmp_path))
    assert local_folder("gsm8k") is None
    (tmp_path / "gsm8k").mkdir()
    assert local_folder("gsm8k") == str(tmp_path / "gsm8k")
