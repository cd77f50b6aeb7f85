"""A bare path: what a file is, told from its columns."""

from __future__ import annotations

import json

import pytest

from compass.data.rows import guess
from compass.errors import DataError
from compass.specs import Component


@pytest.fixture
def file(tmp_path):
    def write(*rows, name="x.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return write


def reader_of(path):
    return {k: v for k, v in guess(path)["reader"].items() if k not in ("type", "path")}


def samples_of(path):
    described = guess(path)["reader"]
    return list(Component(described.pop("type"), described).build().samples())


@pytest.mark.parametrize("question", ["question", "input", "query", "problem", "Question", "题目"])
@pytest.mark.parametrize("answer", ["answer", "target", "gold", "Answer", "answers"])
def test_questions_and_answers_are_known_by_their_usual_names(file, question, answer):
    path = file({"n": 1, question: "How?", answer: "So."})
    assert reader_of(path) == {"question": question, "answer": answer}
    assert guess(path)["evaluator"] == {"type": "compass.evaluators.Exact"}


def test_columns_a_b_c_make_a_multiple_choice(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,question,A,B,C,answer\n1,How?,so,thus,NA,C\n")
    assert reader_of(path)["choices"] == ["A", "B", "C"]
    assert samples_of(path)[0].targets == ("NA",)
    assert guess(path)["evaluator"] == {"type": "compass.evaluators.Choice"}


@pytest.mark.parametrize("name", ["choices", "options", "endings"])
def test_a_list_of_options_makes_a_multiple_choice(file, name):
    path = file({"question": "How?", name: ["so", "thus"], "answer": "B"})
    assert reader_of(path) == {"question": "question", "choices": name, "answer": "answer"}
    assert samples_of(path)[0].right == (1,)


def test_numbered_options_make_a_multiple_choice(file):
    path = file({"question": "?", "choice0": "x", "choice1": "y", "answer": 0})
    assert reader_of(path)["choices"] == ["choice0", "choice1"]
    assert samples_of(path)[0].right == (0,)


def test_where_numbers_count_from_is_read_off_the_answers(file):
    def numbered(*answers):
        return file(*({"question": "?", "options": ["1", "2", "3"], "gold": a} for a in answers))

    assert [s.right for s in samples_of(numbered(0, 1))] == [(0,), (1,)]
    assert [s.right for s in samples_of(numbered(1, 3))] == [(0,), (2,)]
    for unclear in ((1, 2), (0, 3)):
        with pytest.raises(DataError, match="count from 0 or from 1") as caught:
            guess(numbered(*unclear))
        assert "base=0" in caught.value.hint


def test_a_passage_is_shown_before_its_question(file):
    path = file({"context": "Once.", "question": "When?", "answer": "once"})
    assert guess(path)["prompt"]["user"] == "{{ context }}\n\n{{ question }}"
    gap = file({"context": None, "question": "When?", "answer": "once"})
    assert guess(gap)["prompt"]["user"] == "{{ question }}"


def test_an_empty_column_is_not_the_answer(file):
    path = file({"question": "?", "options": ["x", "y"], "label": "A", "answer": None})
    assert reader_of(path)["answer"] == "label"


@pytest.mark.parametrize(
    ("row", "missing"), [({"foo": "x", "answer": "y"}, "question"), ({"input": "x"}, "answer")]
)
def test_unknown_columns_are_listed_with_a_way_to_say_it(file, row, missing):
    with pytest.raises(DataError, match=f"known to be the {missing}; columns: ") as caught:
        guess(file(row))
    assert f"{missing}='...'" in caught.value.hint
    assert repr(next(iter(row))) in caught.value.what


def test_an_empty_file_is_refused(file):
    with pytest.raises(DataError, match="no rows"):
        guess(file())


@pytest.mark.parametrize(
    ("name", "count", "choices"),
    [
        ("mmlu/test/anatomy_test.csv", 135, 4),
        ("cmmlu/test/anatomy.csv", 148, 4),
        ("arc/ARC-Challenge-Test.jsonl", 1150, 4),
        ("arc/llm_foundry_format/arc_challenge.jsonl", 1172, 4),
        ("commonsenseqa/dev_rand_split.jsonl", 1221, 5),
        ("hf_arrow/piqa/plain_text/validation", None, None),
        ("nq_open/NQ-open.dev.jsonl", 3610, 0),
        ("math_word_problems/mawps/addsub.jsonl", 395, 0),
        ("gsm8k/test.jsonl", 1319, 0),
    ],
)
def test_public_benchmarks_are_told_by_their_columns(real_data, name, count, choices):
    if count is None:
        with pytest.raises(DataError, match="known to be the question"):
            guess(real_data / name)
        return
    samples = samples_of(real_data / name)
    assert len(samples) == count
    assert len(samples[0].choices) == choices
    assert all(s.targets for s in samples)
