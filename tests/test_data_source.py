"""What every reader shares: ids, few-shot pools, and errors that name the row."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.data.folders import Files
from compass.data.inline import Listed
from compass.data.source import Source, content_id
from compass.errors import DataError
from compass.records import Sample


def asked(row):
    return Sample(id=row.get("id", ""), fields={"q": row["q"]}, targets=(row.get("a", ""),))


def source(rows, mapping=asked, shots=None):
    return Source(Listed(rows, "rows"), mapping, None if shots is None else Listed(shots, "shots"))


def ids(rows):
    return [sample.id for sample in source(rows).samples()]


def test_samples_keep_the_order_of_their_rows():
    rows = [{"q": str(n)} for n in (3, 1, 2)]
    assert [s.fields["q"] for s in source(rows).samples()] == ["3", "1", "2"]


def test_a_sample_keeps_its_id_when_other_rows_come_and_go():
    one, two, three = ids([{"q": "1"}, {"q": "2"}, {"q": "3"}])
    assert len({one, two, three}) == 3
    assert ids([{"q": "3"}, {"q": "0"}, {"q": "1"}])[::2] == [three, one]


def test_a_corrected_answer_leaves_the_id_alone_and_other_words_do_not():
    assert ids([{"q": "1", "a": "x"}]) == ids([{"q": "1", "a": "y"}])
    assert ids([{"q": "1"}]) != ids([{"q": "1 "}])


def test_choices_are_part_of_an_id_and_metadata_is_not():
    bare = Sample(id="", fields={"q": "1"}, choices=("a", "b"))
    other = Sample(id="", fields={"q": "1"}, choices=("b", "a"))
    noted = Sample(id="", fields={"q": "1"}, choices=("a", "b"), metadata={"n": 1}, right=(1,))
    assert content_id(bare) == content_id(noted) != content_id(other)


def test_equal_rows_are_counted():
    first, other, second, third = ids([{"q": "1"}, {"q": "2"}, {"q": "1"}, {"q": "1"}])
    assert (second, third) == (f"{first}-2", f"{first}-3")
    assert other != first


@given(st.lists(st.text(max_size=3), min_size=1, max_size=30))
def test_ids_are_always_unique_and_always_the_same(questions):
    rows = [{"q": q} for q in questions]
    assert len(set(ids(rows))) == len(rows)
    assert ids(rows) == ids(rows)


def test_two_rows_with_one_explicit_id_are_both_named():
    with pytest.raises(DataError, match="two rows have the id '7'") as caught:
        ids([{"q": "1", "id": "7"}, {"q": "2", "id": "8"}, {"q": "3", "id": "7"}])
    assert caught.value.where == "rows[0] and rows[2]"


def test_no_rows_are_an_error_that_names_the_file(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text("\n")
    with pytest.raises(DataError, match="no rows") as caught:
        list(Source(Files(path), asked).samples())
    assert caught.value.where == str(path)


@pytest.mark.parametrize(
    ("mapping", "what"),
    [
        (lambda row: asked({"q": row["qestion"]}), "no 'qestion'; it has 'question', 'a'"),
        (lambda row: asked({"q": int(row["a"])}), "ValueError"),
        (lambda row: asked({"q": row["a"][9]}), "IndexError"),
        (lambda row: asked({"q": row["a"]["x"]}), "TypeError"),
        (lambda row: asked({"q": row["a"].x}), "AttributeError"),
        (lambda row: Sample(id="", fields={}, choices=("x", "y"), right=(2,)), "option number 3"),
    ],
)
def test_a_row_that_does_not_fit_is_named(mapping, what):
    with pytest.raises(DataError, match=what) as caught:
        list(source([{"question": "1", "a": "b"}], mapping).samples())
    assert caught.value.where == "rows[0]"
    assert caught.value.hint


def test_a_missing_column_is_met_with_the_nearest_name():
    with pytest.raises(DataError) as caught:
        list(source([{"qq": "1"}, {"x": 1}]).samples())
    assert caught.value.hint == "did you mean 'qq'?"
    assert pickle.loads(pickle.dumps(caught.value)).where == "rows[0]"


def test_the_pool_is_read_at_first_use_and_only_then(tmp_path):
    reader = Source(Listed([{"q": "1"}], "rows"), asked, Files(tmp_path / "missing.jsonl"))
    assert len(list(reader.samples())) == 1
    pool = reader.shots()
    assert reader.shots() is pool
    with pytest.raises(DataError, match="no such file"):
        len(pool)
    (tmp_path / "missing.jsonl").write_text('{"q": "2"}\n{"q": "3"}\n')
    assert [s.fields["q"] for s in pool] == ["2", "3"]
    (tmp_path / "missing.jsonl").unlink()
    assert len(pool) == 2
    assert pool[1].fields["q"] == "3"
    assert len(pool[:1]) == 1


def test_a_reader_without_a_pool_has_an_empty_one():
    assert list(source([{"q": "1"}]).shots()) == []


def test_the_digest_follows_rows_and_shots_but_not_names(tmp_path):
    def digest(rows, shots=None):
        for name, content in (("a.jsonl", rows), ("b.jsonl", shots or [])):
            (tmp_path / name).write_text("".join(json.dumps(r) + "\n" for r in content))
        pool = None if shots is None else Files(tmp_path / "b.jsonl")
        return Source(Files(tmp_path / "a.jsonl"), asked, pool).digest()

    bare = digest([{"q": "1"}])
    assert bare == digest([{"q": "1"}])
    assert bare != digest([{"q": "2"}])
    assert digest([{"q": "1"}], [{"q": "3"}]) != digest([{"q": "1"}], [{"q": "4"}])
    with pytest.raises(DataError, match="no such file"):
        Source(Files(tmp_path / "none.jsonl"), asked).digest()


def test_where_rows_come_from_is_described(tmp_path):
    reader = Source(Files(tmp_path / "a.jsonl"), asked, Files(tmp_path, split="train"))
    assert reader.describe()["files"] == [str(tmp_path / "a.jsonl")]
    assert "missing" in reader.describe()["shots"]
