"""HumanEval and its relatives, MBPP, LiveCodeBench, DS-1000: every form, all rows there are."""

from __future__ import annotations

import base64
import json
import pickle
import zlib

import pytest
from test_datasets_cfg import INSTANT, ROOT

from compass.config.lazy import variables
from compass.data.ds1000 import ds1000
from compass.data.humaneval import humaneval, humaneval_infilling, humaneval_x
from compass.data.livecodebench import livecodebench
from compass.data.mbpp import mbpp
from compass.errors import ConfigError, DataError
from compass.evaluators import Code
from compass.questions import open_benchmark
from compass.records import Prediction
from compass.sandbox import Sandbox
from compass.schema import experiment_from_dict


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def judged(sample, output, **more):
    try:
        with Sandbox() as sandbox:
            _ = sandbox.rung
    except ConfigError as error:
        pytest.skip(str(error))
    evaluator = Code(**more)
    try:
        one = evaluator.verdict(sample, [Prediction(key="k", sample_id="s", output=output)])
    finally:
        evaluator.close()
    return one.values["pass@1"]


ADD = {
    "task_id": "HumanEval/900",
    "prompt": 'def add(a, b):\n    """Return the sum."""\n',
    "entry_point": "add",
    "canonical_solution": "    return a + b\n",
    "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n",
}
GAP = {
    **ADD,
    "task_id": "SingleLineInfilling/HumanEval/900/L0",
    "prompt": "def add(a, b):\n",
    "canonical_solution": "    c = a + b\n",
    "suffix": "    return c\n",
}


def test_humaneval_is_asked_by_its_prompt_and_tested_by_its_check(tmp_path):
    (sample,) = humaneval(path=write(tmp_path / "HumanEval.jsonl", [ADD])).samples()
    assert sample.id == "HumanEval/900"
    assert dict(sample.fields) == {"prompt": ADD["prompt"], "entry_point": "add"}
    assert judged(sample, sample.targets[0]) == 1
    assert judged(sample, "    return a - b") == 0


def test_a_gap_is_filled_between_prompt_and_suffix(tmp_path):
    path = write(tmp_path / "HumanEval-SingleLineInfilling.jsonl", [GAP])
    (sample,) = humaneval_infilling(path=path).samples()
    assert sample.fields["suffix"] == "    return c\n"
    assert sample.cluster == "HumanEval/900"
    assert judged(sample, "```python\n    c = a + b\n```") == 1
    assert judged(sample, "    c = a\n") == 0


LISTED = {
    "text": "Write a function to add two numbers.",
    "code": "def sum(a, b):\r\n  return a + b",
    "task_id": 11,
    "test_setup_code": "",
    "test_list": ["assert sum(1, 2) == 3", "assert sum(0, 0) == 0"],
    "challenge_test_list": [],
}
CLEANED = {
    "prompt": LISTED["text"],
    "code": LISTED["code"],
    "task_id": 11,
    "test_imports": ["import math"],
    "test_list": LISTED["test_list"],
}


@pytest.mark.parametrize("row", [LISTED, CLEANED])
def test_mbpp_is_read_in_both_forms_and_shows_its_tests(tmp_path, row):
    path = write(tmp_path / "x.jsonl", [{**row, "task_id": n} for n in (2, 3, 4, 11, 601)])
    reader = mbpp(path=path)
    (sample,) = reader.samples()
    assert sample.id == "11"
    assert sample.fields["tests"] == "assert sum(1, 2) == 3\nassert sum(0, 0) == 0"
    assert [shot.id for shot in reader.shots()] == ["2", "3", "4"]
    assert judged(sample, f"[BEGIN]\n{sample.targets[0]}\n[DONE]") == 1
    assert judged(sample, "def sum(a, b): return a") == 0


def test_rows_without_tests_or_columns_are_refused(tmp_path):
    path = write(tmp_path / "x.jsonl", [{**LISTED, "test_list": []}])
    with pytest.raises(DataError, match="no tests") as caught:
        list(mbpp(path=path).samples())
    assert caught.value.where == f"{path}:1"
    path = write(tmp_path / "y.jsonl", [{**LISTED, "task_id": "eleven"}])
    with pytest.raises(DataError, match="no number"):
        list(mbpp(path=path).samples())
    path = write(tmp_path / "z.jsonl", [{k: v for k, v in ADD.items() if k != "test"}])
    with pytest.raises(DataError, match="no 'test'"):
        list(humaneval(path=path).samples())


def test_unknown_subsets_are_refused():
    for wrong in (
        lambda: mbpp("half"),
        lambda: mbpp(split="dev"),
        lambda: humaneval_x("cobol"),
        lambda: humaneval_infilling("no-line"),
    ):
        with pytest.raises(ConfigError):
            wrong()


CONTEST = {
    "question_title": "Double",
    "question_content": "Print twice the number.",
    "question_id": "x_a",
    "contest_date": "2030-01-01T00:00:00",
    "starter_code": "",
    "difficulty": "easy",
    "public_test_cases": json.dumps([{"input": "2\n", "output": "4\n", "testtype": "stdin"}]),
    "metadata": "{}",
}
HIDDEN = json.dumps([{"input": "5\n", "output": "10\n", "testtype": "stdin"}])
PACKED = base64.b64encode(zlib.compress(pickle.dumps(HIDDEN))).decode()


@pytest.mark.parametrize("hidden", [HIDDEN, PACKED])
def test_livecodebench_reads_hidden_tests_without_loading_a_pickle(tmp_path, hidden):
    row = {**CONTEST, "private_test_cases": hidden}
    (sample,) = livecodebench(path=write(tmp_path / "test.jsonl", [row])).samples()
    assert sample.metadata["task"]["stdin"] == ["2\n", "5\n"]
    assert judged(sample, "```python\nprint(int(input()) * 2)\n```") == 1
    assert judged(sample, "print(4)") == 0


def test_livecodebench_calls_a_method(tmp_path):
    case = {"input": "[1, 2]\n3", "output": "[1, 2, 3]", "testtype": "functional"}
    row = {
        **CONTEST,
        "starter_code": "class Solution:\n    def add(self, a: List[int], b: int) -> List[int]:\n",
        "public_test_cases": json.dumps([case]),
        "private_test_cases": "[]",
        "metadata": json.dumps({"func_name": "add"}),
    }
    (sample,) = livecodebench(path=write(tmp_path / "test.jsonl", [row])).samples()
    assert judged(sample, row["starter_code"] + "        return tuple(a + [b])") == 1
    assert judged(sample, row["starter_code"] + "        return a") == 0


def test_livecodebench_with_unreadable_tests_is_refused(tmp_path):
    row = {**CONTEST, "private_test_cases": "???"}
    with pytest.raises(DataError, match="neither JSON nor packed"):
        list(livecodebench(path=write(tmp_path / "test.jsonl", [row])).samples())


SCIENCE = {
    "prompt": "Sum the list x into result.\n<code>\nx = [1, 2]\n</code>\nBEGIN SOLUTION\n<code>\n",
    "reference_code": "result = sum(x)",
    "metadata": {"problem_id": 7, "library": "Numpy", "perturbation_origin_id": 5},
    "code_context": (
        "def test_execution(solution):\n    space = {'x': [1, 2]}\n    exec(solution, space)\n"
        "    assert space['result'] == 3\n"
        "def test_string(solution):\n    assert 'for' not in solution\n"
    ),
}


def test_ds1000_runs_the_answer_in_its_context(tmp_path):
    (sample,) = ds1000(path=write(tmp_path / "ds1000.jsonl", [SCIENCE])).samples()
    assert (sample.id, sample.cluster) == ("7", "5")
    assert judged(sample, "```python\nresult = sum(x)\n```") == 1
    assert judged(sample, "result = 0") == 0
    assert judged(sample, "result = 0\nfor n in x: result += n") == 0
    assert judged(sample, "import os; os._exit(0)") == 0


# Real files


def test_all_rows_are_read(real_data):
    def count(reader):
        ids = [sample.id for sample in reader.samples()]
        assert len(ids) == len(set(ids))
        return len(ids)

    assert count(humaneval(path=str(real_data / "humaneval"))) == 164
    assert count(humaneval_infilling(path=str(real_data / "humaneval_infilling"))) == 1033
    for language in ("python", "cpp", "java", "js", "go"):
        assert count(humaneval_x(language, path=str(real_data / "humaneval_x"))) == 164
    folder = str(real_data / "mbpp")
    assert count(mbpp("full", "all", path=folder)) == 974
    assert count(mbpp("sanitized", "all", path=folder)) == 427
    splits = {"test": 500, "validation": 90, "train": 374}
    assert {s: count(mbpp("full", s, path=folder)) for s in splits} == splits
    splits = {"test": 257, "validation": 43, "train": 120}
    assert {s: count(mbpp("sanitized", s, path=folder)) for s in splits} == splits


@pytest.mark.parametrize(
    ("file", "name", "shots"),
    [
        ("humaneval", "humaneval_datasets", 0),
        ("humaneval", "humaneval_gen_datasets", 0),
        ("humaneval_infilling", "humaneval_infilling_datasets", 0),
        ("humaneval_x", "humaneval_x_datasets", 0),
        ("mbpp", "mbpp_datasets", 3),
        ("mbpp", "sanitized_mbpp_datasets", 3),
    ],
)
def test_prompts_show_the_task_and_not_its_solution(real_data, monkeypatch, file, name, shots):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    entry = variables(ROOT / "datasets_cfg" / f"{file}.py").meant()[name][0]
    experiment = experiment_from_dict(
        {"models": [INSTANT], "datasets": [entry]}, name="test", where="test"
    )
    opened = open_benchmark(experiment.datasets[0])
    for sample, _ in zip(opened.samples(), range(20), strict=False):
        dialogue = opened.prompt.dialogue(sample, opened.reader.shots())
        assert sum(m.role == "assistant" for m in dialogue.messages) == shots
        last = dialogue.messages[-1].content
        shown = sample.fields.get("prompt") or sample.fields["tests"]
        assert shown in last
        if len(sample.targets[0]) > 60:
            assert sample.targets[0].strip() not in dialogue.plain()
