"""Rows: a benchmark out of any file, described by its columns."""

from __future__ import annotations

import csv
import json

import pytest

from compass.data.columns import Columns
from compass.data.inline import Inline
from compass.data.rows import Rows
from compass.errors import ConfigError, DataError


def one(row, **described):
    """Return the sample of one row."""
    (sample,) = Inline([row], **described).samples()
    return sample


def refused(row, what, **described):
    with pytest.raises(DataError, match=what) as caught:
        one(row, **described)
    assert caught.value.where == "rows[0]"
    return caught.value


def quiz(answer, choices=("red", "green", "blue"), **described):
    row = {"question": "?", "choices": list(choices), "answer": answer}
    return one(row, choices="choices", answer="answer", **described).right


@pytest.fixture
def file(tmp_path):
    def write(name, rows):
        path = tmp_path / name
        if name.endswith(".csv"):
            with path.open("w", newline="") as stream:
                writer = csv.DictWriter(stream, rows[0])
                writer.writeheader()
                writer.writerows(rows)
        else:
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return str(path)

    return write


@pytest.mark.parametrize("answer", ["B", "b", "(B)", "B.", " B ", 1, 1.0, "1", "green", ["B"]])
def test_an_answer_is_a_letter_a_number_or_a_text(answer):
    assert quiz(answer) == (1,)


def test_numbers_count_from_where_they_are_said_to():
    assert [quiz(n, base=1) for n in (1, 2, "3")] == [(0,), (1,), (2,)]
    row = {"question": "?", "choices": ["x", "y"], "answer": 2}
    error = refused(row, "none of the options", choices="choices", answer="answer")
    assert "base=1" in error.hint


def test_several_options_may_be_right():
    assert quiz(["A", "C"]) == (0, 2)
    row = {"question": "?", "choices": ["x", "y"], "answer": []}
    refused(row, "empty list", choices="choices", answer="answer")


@pytest.mark.parametrize("answer", ["D", "3", 3, -1, None, True, "", "gree", "AB"])
def test_an_answer_that_is_no_option_is_refused(answer):
    row = {"question": "?", "choices": ["red", "green", "blue"], "answer": answer}
    refused(row, "none of the options: A: 'red'", choices="choices", answer="answer")


def test_an_answer_that_could_mean_two_options_is_never_guessed():
    row = {"question": "2-1?", "choices": ["3", "2", "0", "1"], "answer": "1"}
    described = {"choices": "choices", "answer": "answer"}
    assert "answer_is" in refused(row, "fits more than one", **described).hint
    readings = {how: Columns(answer_is=how, **described)(row).right for how in ("number", "text")}
    assert readings == {"number": (1,), "text": (3,)}
    letters = {"question": "?", "choices": ["B", "A"], "answer": "A"}
    refused(letters, "fits more than one", **described)
    assert Columns(answer_is="letter", **described)(letters).right == (0,)


def test_labels_decide_where_options_have_them():
    choices = {"text": ["one", "two", "three"], "label": ["1", "2", "3"]}
    row = {"question": "?", "choices": choices, "answer": "2"}
    assert one(row, choices="choices", answer="answer").right == (1,)
    listed = [{"text": "one", "label": "P"}, {"text": "two", "label": "Q"}]
    assert one(
        {**row, "choices": listed, "answer": "Q"}, choices="choices", answer="answer"
    ).right == (1,)
    lame = {**row, "choices": {"text": ["one", "two"], "label": ["1"]}}
    refused(lame, "2 options, but 1 labels", choices="choices", answer="answer")


def test_options_may_stand_in_columns_of_their_own(file):
    rows = [
        {"q": "NA?", "A": "NA", "B": "None", "C": "", "key": "B"},
        {"q": "3?", "A": "x", "B": "y", "C": "z", "key": "C"},
    ]
    path = file("x.csv", rows)
    short, long = Rows(path, question="q", choices=["A", "B", "C"], answer="key").samples()
    assert (short.choices, short.right, short.targets) == (("NA", "None"), (1,), ("None",))
    assert (long.choices, long.right) == (("x", "y", "z"), (2,))
    assert dict(long.fields) == {"q": "3?", "question": "3?"}


def test_a_gap_between_options_is_refused():
    row = {"question": "?", "A": "x", "B": "", "C": "z", "answer": "A"}
    refused(row, "incomplete", choices=["A", "B", "C"], answer="answer")
    refused(
        {"question": "?", "choices": ["x"], "answer": "A"}, "no list of options", choices="choices"
    )
    refused(
        {"question": "?", "choices": "x", "answer": "A"}, "no list of options", choices="choices"
    )


def test_a_list_may_be_written_as_json_in_a_csv(file):
    path = file("x.csv", [{"question": "?", "options": '["a", "b"]', "answer": "b"}])
    (sample,) = Rows(path, choices="options", answer="answer").samples()
    assert sample.choices == ("a", "b")


@pytest.mark.parametrize(
    ("answer", "targets"),
    [
        ("x", ("x",)),
        ("", ("",)),
        (42, ("42",)),
        (1.5, ("1.5",)),
        (["x", 2], ("x", "2")),
        ({"text": ["x", "y"], "answer_start": [0, 1]}, ("x", "y")),
    ],
)
def test_free_answers_become_targets(answer, targets):
    assert one({"question": "?", "answer": answer}, answer="answer").targets == targets


@pytest.mark.parametrize("answer", [None, [], [None], [["x"]]])
def test_a_missing_free_answer_is_refused(answer):
    refused({"question": "?", "answer": answer}, "answer", answer="answer")


def test_what_gives_the_answer_away_is_no_field():
    row = {"question": "?", "hint": "h", "answer": "x", "solution": "s", "note": "n", "id": 5}
    sample = Columns(answer="answer", id="id", metadata=["note"])(row)
    assert dict(sample.fields) == {"question": "?", "hint": "h"}
    assert dict(sample.metadata) == {"solution": "s", "note": "n"}
    assert sample.id == "5"


def test_fields_may_be_chosen():
    row = {"q": "?", "a": 1, "b": 2, "answer": "x"}
    assert dict(one(row, question="q", answer="answer").fields) == {
        "q": "?", "a": 1, "b": 2, "question": "?"
    }  # fmt: skip
    chosen = Columns(question="q", answer="answer", fields=["b"])(row)
    assert dict(chosen.fields) == {"question": "?", "b": 2}


def test_dotted_names_reach_into_objects():
    row = {"question": {"stem": "?", "choices": ["a", "b"]}, "key": {"is": "B"}}
    sample = one(row, question="question.stem", choices="question.choices", answer="key.is")
    assert sample.right == (1,)
    assert dict(sample.fields) == {"question": "?"}
    flat = {"question.stem": "??", "key": "x"}
    assert one(flat, question="question.stem", answer="key").fields["question"] == "??"


def test_a_missing_column_is_met_with_the_nearest_name():
    error = refused({"question": "?", "anser": "x"}, "no 'answer'; it has", answer="answer")
    assert error.hint == "did you mean 'anser'?"
    refused({"question": None}, "missing")


def test_samples_that_share_a_passage_share_a_cluster(file):
    path = file("x.jsonl", [{"question": str(n), "p": n // 2, "answer": "x"} for n in range(4)])
    clusters = [s.cluster for s in Rows(path, answer="answer", cluster="p").samples()]
    assert clusters == ["0", "0", "1", "1"]


def test_only_the_wanted_rows_are_asked_and_shown(file):
    rows = [
        {"question": f"{lang}{n}", "lang": lang, "n": n} for n in (1, 2) for lang in ("en", "zh")
    ]
    path, shots = file("x.jsonl", rows), file("s.jsonl", rows)
    reader = Rows(path, where={"lang": "zh"}, shots=shots)
    assert [s.fields["question"] for s in reader.samples()] == ["zh1", "zh2"]
    assert [s.fields["question"] for s in reader.shots()] == ["zh1", "zh2"]
    both = Rows(path, where={"lang": ["en", "zh"], "n": 2})
    assert [s.fields["question"] for s in both.samples()] == ["en2", "zh2"]
    assert reader.describe()["where"] == {"lang": ["zh"]}


def test_a_condition_no_row_meets_names_the_values_there_are(file):
    path = file("x.jsonl", [{"question": "?", "lang": "en"}, {"question": "?", "lang": "zh"}])
    with pytest.raises(DataError, match="no row has lang 'fr'") as caught:
        list(Rows(path, where={"lang": "fr"}).samples())
    assert "lang is en, zh" in caught.value.hint
    with pytest.raises(DataError, match="names the column 'language'"):
        list(Rows(path, where={"language": "en"}).samples())


def test_rows_set_aside_as_shots_are_not_asked(file):
    path = file("x.jsonl", [{"question": str(n)} for n in range(6)])

    def split(shots):
        reader = Rows(path, shots=shots)
        return [[s.fields["question"] for s in part] for part in (reader.samples(), reader.shots())]

    assert split(2) == [["2", "3", "4", "5"], ["0", "1"]]
    assert split([3, 5]) == [["0", "1", "2", "5"], ["3", "4"]]
    assert split(None)[1] == []
    assert len({Rows(path, shots=n).digest() for n in (None, 1, 2)}) == 3


def test_splits_of_a_folder_are_found(file, tmp_path):
    file("test.jsonl", [{"question": "asked"}])
    file("train.jsonl", [{"question": "shown"}])
    reader = Rows(str(tmp_path), split="test", shot_split="train")
    assert [s.fields["question"] for s in reader.samples()] == ["asked"]
    assert [s.fields["question"] for s in reader.shots()] == ["shown"]
    alone = Rows(str(tmp_path / "test.jsonl"), shot_split="train")
    with pytest.raises(DataError, match="one split only"):
        len(alone.shots())


def test_a_file_inside_a_package_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    reader = Rows("package:compass.data.demo/arithmetic.jsonl", answer="answer", id="id")
    assert len(list(reader.samples())) >= 60
    with pytest.raises(DataError, match=r"no such package: 'compass\.dta'"):
        Rows("package:compass.dta/x.jsonl")


@pytest.mark.parametrize(
    "wrong",
    [
        {"choices": ["A"]},
        {"question": ["q"]},
        {"question": None},
        {"base": 2},
        {"answer_is": "word"},
        {"fields": "question"},
        {"shots": [3, 3]},
        {"shots": 0},
        {"shots": True},
        {"shots": "x.jsonl", "shot_split": "train"},
        {"where": "lang"},
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_read(wrong):
    with pytest.raises(ConfigError):
        Rows("missing.jsonl", **wrong)
