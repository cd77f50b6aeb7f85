"""Stored answers are found by key, whatever happened to their files."""

from __future__ import annotations

import pytest

from compass.answers import Answers
from compass.records import Prediction, Verdict, record_from_dict
from compass.store import RowLog


def key(number):
    return f"{number:032x}"


def write(path, *rows):
    with RowLog(path) as log:
        for row in rows:
            log.append({"key": row[0], "sample_id": "s", **row[1]})


def test_answers_are_found_over_several_files(tmp_path):
    one, two = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    write(one, (key(1), {"output": "a"}), (key(2), {"output": "b"}))
    write(two, (key(3), {"likelihoods": [[-1.5, 2, -1.0, True, None, None]]}))
    answers = Answers([one, two])
    assert [answers.get(key(n)).output for n in (2, 1)] == ["b", "a"]
    assert answers.get(key(3)).likelihoods[0].logprob == -1.5
    assert answers.get(key(4)) is None
    answers.close()


def test_a_failure_does_not_hide_an_answer_nor_count_as_one(tmp_path):
    path = tmp_path / "1.jsonl"
    write(
        path,
        (key(1), {"error": "busy"}),
        (key(2), {"output": "fine"}),
        (key(2), {"error": "late"}),
        (key(3), {"error": "busy"}),
        (key(3), {"output": "second try"}),
    )
    answers = Answers([path])
    assert [answers.answered(key(n)) for n in (1, 2, 3)] == [False, True, True]
    assert answers.get(key(1)).error == "busy"
    assert answers.get(key(2)).output == "fine"
    assert answers.get(key(3)).output == "second try"
    answers.close()


def test_rows_that_say_nothing_or_too_much_are_set_aside(tmp_path, caplog):
    path = tmp_path / "1.jsonl"
    write(
        path,
        (key(1), {}),
        (key(2), {"output": "a", "error": "b"}),
        (key(3), {"likelihoods": "broken"}),
        (key(4), {"output": "fine"}),
    )
    with path.open("ab") as file:
        file.write(b'{"output": "no key"}\n{"key": 7, "output": "x"}\n')
    answers = Answers([path])
    assert [answers.answered(key(n)) for n in (1, 2, 3, 4)] == [False, False, False, True]
    assert caplog.text.count("without a usable answer") == 5
    answers.close()


def test_what_is_appended_later_is_found_without_reading_all_again(tmp_path):
    path = tmp_path / "1.jsonl"
    write(path, (key(1), {"output": "a"}))
    answers = Answers([path])
    write(path, (key(2), {"output": "b"}))
    assert not answers.answered(key(2))
    answers.update([path])
    assert answers.answered(key(2))
    assert len(answers) == 2


def test_a_row_becomes_the_record_that_its_class_would_make():
    row = {"key": "k", "sample_id": "s", "values": {"accuracy": 1.0}, "order": [1, 0]}
    made = record_from_dict(Verdict, {**row, "of a later version": 1})
    assert made == Verdict(key="k", sample_id="s", values={"accuracy": 1.0}, order=(1, 0))
    one, other = (record_from_dict(Prediction, {"key": "k", "sample_id": "s"}) for _ in range(2))
    assert one == Prediction(key="k", sample_id="s")
    assert one.choices is not other.choices
    with pytest.raises(ValueError, match="Verdict without 'values'"):
        record_from_dict(Verdict, {"key": "k", "sample_id": "s"})
