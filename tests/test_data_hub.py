"""The hub: local copies of its folders, the datasets package, and having no network."""

from __future__ import annotations

import json

import pytest

from compass.data.hub import Hub, HubRows, is_local
from compass.errors import ConfigError, DataError
from compass.records import Sample

ROWS = [{"question": f"{n}?", "answer": str(n)} for n in range(3)]


def mapped(row):
    return Sample(id="", fields={"shouted": row["question"].upper()})


@pytest.fixture
def copy(tmp_path):
    """A folder as the hub has it."""
    from datasets import Dataset

    for split, rows in (("test", ROWS), ("train", ROWS[:1])):
        (tmp_path / "main").mkdir(exist_ok=True)
        Dataset.from_list(rows).to_parquet(tmp_path / "main" / f"{split}-00000-of-00001.parquet")
    return str(tmp_path)


def test_a_copy_of_a_hub_folder_is_read_in_place(copy):
    reader = Hub(copy, "main", "test", answer="answer", shot_split="train")
    assert [s.targets for s in reader.samples()] == [("0",), ("1",), ("2",)]
    assert len(reader.shots()) == 1
    assert reader.describe()["files"][0].endswith("main/test-00000-of-00001.parquet")


def test_a_function_may_map_the_rows_given_itself_or_by_path(copy):
    for row in (mapped, f"{__name__}.mapped"):
        assert [s.fields["shouted"] for s in Hub(copy, "main", row=row).samples()] == [
            "0?",
            "1?",
            "2?",
        ]
    with pytest.raises(ConfigError, match="no function"):
        Hub(copy, "main", row=3)
    with pytest.raises(ConfigError):
        Hub(copy, "main", row="compass.data.hub.nothing")


def test_rows_may_be_chosen(copy):
    reader = Hub(copy, "main", where={"answer": ["0", "2"]})
    assert len(list(reader.samples())) == 2


def test_the_datasets_package_loads_what_has_a_name(tmp_path, monkeypatch):
    (tmp_path / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    rows = HubRows(str(tmp_path), None, "test", None)
    assert [row.columns for row in rows.rows()] == ROWS
    assert list(rows.rows())[2].place == f"{tmp_path}/test:3"
    assert rows.digest() == HubRows(str(tmp_path), None, "test", None).digest()
    assert rows.describe()["hub"] == str(tmp_path)


@pytest.mark.parametrize("split", ["tset", "test"])
def test_what_the_package_refuses_is_a_data_error(tmp_path, split):
    (tmp_path / "test.jsonl").write_text("{]\n" if split == "test" else '{"q": 1}\n')
    with pytest.raises(DataError, match="cannot load") as caught:
        list(HubRows(str(tmp_path), None, split, None).rows())
    assert caught.value.hint


def test_no_network_is_said_in_one_sentence():
    reader = Hub("nobody/nothing", "main", answer="answer")
    with pytest.raises(DataError, match="cannot load 'nobody/nothing' from the hub") as caught:
        list(reader.samples())
    assert "HF_HUB_OFFLINE" in caught.value.hint
    assert "path=" in caught.value.hint
    assert "\n" not in caught.value.what
    with pytest.raises(DataError):
        reader.digest()


def test_paths_are_told_from_names_on_the_hub(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert not is_local("openai/gsm8k")
    assert not is_local("gsm8k")
    for path in ("./x", "/x", "~/x", "a/b/c", "rows.jsonl"):
        assert is_local(path)
    (tmp_path / "openai" / "gsm8k").mkdir(parents=True)
    assert is_local("openai/gsm8k")
    with pytest.raises(DataError, match="no such file"):
        list(Hub("./none").samples())
