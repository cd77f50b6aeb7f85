"""Answers that were made elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from compass.errors import CompassError, ConfigError, DataError
from compass.models import Replay
from compass.records import Dialogue, Message, Question, Sample
from compass.specs import Generation

ROOT = Path(__file__).resolve().parents[1]
RIGHT = {
    "6b_finetuning": 286,
    "6b_verification": 515,
    "175b_finetuning": 458,
    "175b_verification": 742,
}


def asked(number, repeat=0, text=""):
    return Question(
        key=f"{number}-{repeat}",
        sample=Sample(id=str(number), fields={"question": text}),
        repeat=repeat,
        dialogue=Dialogue((Message("user", text),)),
    )


def replayed(tmp_path, rows, questions, **arguments):
    path = tmp_path / "outputs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    model = Replay(str(path), **arguments)
    return [one.output or one.error for one in model.generate(questions, Generation())]


def test_outputs_are_found_by_sample(tmp_path):
    rows = [{"sample_id": 2, "output": "two"}, {"sample_id": "1", "output": "one"}]
    assert replayed(tmp_path, rows, [asked(1), asked(2)]) == ["one", "two"]


def test_rows_of_one_sample_are_its_repeats(tmp_path):
    rows = [{"sample_id": 1, "output": f"say {n}"} for n in range(3)]
    assert replayed(tmp_path, rows, [asked(1, 2), asked(1, 0)]) == ["say 2", "say 0"]


def test_numbered_repeats_are_found_in_any_order(tmp_path):
    rows = [{"sample_id": 1, "repeat": n, "output": f"say {n}"} for n in (1, 0)]
    assert replayed(tmp_path, rows, [asked(1, 0), asked(1, 1)]) == ["say 0", "say 1"]


def test_a_csv_file_may_leave_the_repeat_empty(tmp_path):
    path = tmp_path / "outputs.csv"
    path.write_text("sample_id,repeat,output\n1,,a\n1,,b\n")
    answers = Replay(str(path)).generate([asked(1, 0), asked(1, 1)], Generation())
    assert [one.output for one in answers] == ["a", "b"]


def test_outputs_are_found_by_the_text_of_a_field(tmp_path):
    rows = [{"question": "why?", "said": {"a": "because"}}]
    questions = [asked(7, text="why?"), asked(8, text="how?")]
    found = replayed(tmp_path, rows, questions, match="question", output="said.a")
    assert found == ["because", "outputs.jsonl has no output for sample '8', repeat 0"]


def test_what_is_missing_is_an_error_and_no_empty_answer(tmp_path):
    rows = [{"sample_id": 1, "output": None}, {"sample_id": 2, "output": ""}]
    path = tmp_path / "outputs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    model = Replay(str(path))
    one, two, three = model.generate([asked(1), asked(2), asked(3)], Generation())
    assert "no output for sample '1'" in one.error
    assert (two.output, two.error) == ("", None)
    assert "no output for sample '3'" in three.error


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([{"sample_id": 1, "text": "x"}], "no column 'output'"),
        ([{"id": 1, "output": "x"}], "no column 'sample_id'"),
        ([{"sample_id": 1, "repeat": "two", "output": "x"}], "not a whole number: 'two'"),
        ([{"sample_id": 1, "repeat": 0, "output": x} for x in "ab"], "two outputs for sample '1'"),
    ],
)
def test_a_file_of_another_shape_is_explained(tmp_path, rows, what):
    with pytest.raises(DataError, match=what) as caught:
        replayed(tmp_path, rows, [asked(1)])
    assert "outputs.jsonl:" in caught.value.where
    assert caught.value.hint


def test_a_field_that_samples_lack_is_named(tmp_path):
    with pytest.raises(CompassError, match="no such field"):
        replayed(tmp_path, [{"qestion": "x", "output": "y"}], [asked(1)], match="qestion")


def test_other_outputs_are_another_model(tmp_path):
    path = tmp_path / "outputs.jsonl"
    path.write_text('{"sample_id": 1, "output": "x"}\n')
    one = Replay(str(path)).identity()
    path.write_text('{"sample_id": 1, "output": "y"}\n')
    assert Replay(str(path)).identity() != one
    with pytest.raises(ConfigError, match="no such file"):
        Replay(str(tmp_path / "none.jsonl")).identity()


def test_published_solutions_of_gsm8k_score_as_published(real_data, tmp_path):
    folder = real_data / "gsm8k"
    config = tmp_path / "published.py"
    config.write_text(
        "from mmengine.config import read_base\n"
        "with read_base():\n"
        "    from datasets_cfg.gsm8k import gsm8k_datasets\n"
        "from compass.models import Replay\n"
        "datasets = gsm8k_datasets\n"
        f"datasets[0]['reader']['path'] = {str(folder)!r}\n"
        f"models = [dict(abbr=name, backend=dict(type=Replay, match='question',\n"
        f"    path={str(folder / 'example_model_solutions.jsonl')!r}, output=name + '.solution'))\n"
        f"    for name in {list(RIGHT)!r}]\n"
    )
    done = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), str(config), "-w", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=200,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = {}
    for path in (tmp_path / "out").glob("published/*/score/*/gsm8k/scores.json"):
        scores = json.loads(path.read_text())
        headline = scores["scores"][0]
        assert (headline["n"], headline["failed"]) == (1319, 0)
        found[scores["model"]] = round(headline["value"] * 1319, 6)
    assert found == RIGHT
