"""What a tired user types: what, where, a hint, the right exit code, no traceback, no weights."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

GOOD = """
from compass.ask import Generate, Rank
from compass.data.rows import Rows
from compass.evaluators import Choice
from compass.models.hf import HF
from compass.models.instant import Instant
from compass.models.replay import Replay
from compass.prompts import Chat, Fixed, Text

models = [dict(abbr='chance', backend=dict(type=Instant))]
datasets = [
    dict(
        abbr='quiz',
        reader=dict(type=Rows, path='rows.jsonl', question='question', choices='choices', answer='answer'),
        prompt=dict(type=Text, text='{{ question }}'),
        ask=dict(type=Rank),
        evaluator=dict(type=Choice),
    )
]
"""

ROW = {"id": "1", "question": "2+2?", "choices": ["3", "4"], "answer": "B"}


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "eval_x.py").write_text(GOOD)
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW) + "\n")
    return tmp_path


def run(desk, *arguments):
    return subprocess.run(
        [sys.executable, str(ROOT / "run.py"), *(arguments or ["eval_x.py"])],
        cwd=desk,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        check=False,
    )


def refused(desk, code, what, *arguments, where=None):
    done = run(desk, *arguments)
    said = done.stderr
    assert done.returncode == code, (done.returncode, done.stdout, said)
    assert "Traceback" not in said
    assert re.search(what, said), said
    assert said.startswith("error: "), said
    assert "  hint: " in said, said
    assert len(said.splitlines()) < 25
    if where is not None:
        assert re.search(rf"  at: .*{where}", said), said
    assert not list(desk.glob("outputs/*/*/infer/*")), "nothing may be asked"
    return said


def edit(desk, old, new):
    path = desk / "eval_x.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_untouched_desk_is_fine(desk):
    done = run(desk)
    assert done.returncode == 0, done.stderr


CONFIG_EDITS = {
    "misspelt key": ("abbr='chance'", "abbrr='chance'", "'abbrr'", r"models\[0\]"),
    "misspelt top key": ("datasets = [", "dataset = [", "dataset", None),
    "misspelt argument": ("question='question'", "qestion='question'", "'qestion'", r"datasets\[0\]\.reader"),
    "wrong type": ("ask=dict(type=Rank)", "ask=dict(type=Rank, options=3)", "options", r"datasets\[0\]\.ask"),
    "wrong type of a list": ("models = [dict(abbr='chance', backend=dict(type=Instant))]", "models = 'chance'", "models", None),
    "missing key": ("        ask=dict(type=Rank),\n", "", "'ask'", r"datasets\[0\]"),
    "unknown class": ("from compass.evaluators import Choice", "from compass.evaluators import Chioce as Choice", "Chioce", None),
    "called class": ("dict(type=Choice)", "Choice()", "may name classes, not call them", r"eval_x\.py"),
    "function in the config": ("models = [", "def f():\n    pass\n\nmodels = [", "def", r"eval_x\.py"),
    "lambda in the config": ("evaluator=dict(type=Choice)", "evaluator=dict(type=Choice, compat=lambda x: x)", "lambda", r"eval_x\.py"),
    "syntax": ("models = [", "models = [(", "syntax", r"eval_x\.py"),
    "bad abbr": ("abbr='quiz'", "abbr='My Quiz'", "My Quiz", r"datasets\[0\]"),
    "unknown normalisation": ("type=Rank", "type=Rank, normalise='bytes'", "'bytes'", None),
    "secret": ("type=Instant)", "type=Instant, text='sk-abcdefghijklmnop1234567890')", "secret", None),
    "template field": ("{{ question }}", "{{ qestion }}", "qestion", None),
    "template syntax": ("{{ question }}", "{{ question", "template", None),
    "answer shown in the question": ("{{ question }}", "{{ question }} {{ answer }}", "answer", None),
    "missing shots": ("{{ question }}'", "{{ question }}', shots=dict(type=Fixed, n=3)", "3", None),
    "model folder": ("dict(type=Instant)", "dict(type=HF, path='./no/such/folder')", "no/such/folder", None),
    "back end that cannot": ("dict(type=Instant)", "dict(type=Replay, path='rows.jsonl')", "cannot do what Rank asks", None),
    "too many gpus": ("backend=dict(type=Instant)", "backend=dict(type=Instant), resources=dict(gpus=-1)", "gpus", None),
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIG_EDITS)
def test_a_wrong_config_is_explained(desk, name):
    old, new, what, where = CONFIG_EDITS[name]
    edit(desk, old, new)
    refused(desk, 3 if name in ("template field", "missing shots") else 2, what, where=where)


DATA_EDITS = {
    "missing file": (None, "rows.jsonl", None),
    "empty file": (b"", "no|empty", r"rows\.jsonl"),
    "broken json": (b'{"id": 1,\n', "JSON", r"rows\.jsonl:1"),
    "not an object": (b"[1, 2]\n", "object|row", r"rows\.jsonl:1"),
    "missing column": (b'{"question": "x", "choices": ["a", "b"]}\n', "answer", r"rows\.jsonl:1"),
    "missing answer key": (
        b'{"question": "x", "choices": ["a", "b"], "answer": "Z"}\n', "Z", r"rows\.jsonl:1",
    ),
    "not utf-8": (b'{"question": "\xff\xfe", "choices": ["a", "b"], "answer": "A"}\n', "UTF-8", r"rows\.jsonl"),
    "no choices": (b'{"question": "x", "choices": [], "answer": "A"}\n', "choice", None),
}  # fmt: skip


@pytest.mark.parametrize("name", DATA_EDITS)
def test_wrong_data_are_explained(desk, name):
    content, what, where = DATA_EDITS[name]
    if content is None:
        (desk / "rows.jsonl").unlink()
    else:
        (desk / "rows.jsonl").write_bytes(content)
    refused(desk, 3, what, where=where)


def test_duplicate_explicit_ids_are_both_named(desk):
    (desk / "rows.jsonl").write_text(2 * (json.dumps(ROW) + "\n"))
    edit(desk, "question='question'", "id='id', question='question'")
    said = refused(desk, 3, "'1'")
    assert "rows.jsonl:1" in said
    assert "rows.jsonl:2" in said


def test_a_missing_config_names_its_neighbours(desk):
    assert "eval_x.py" in refused(desk, 2, "eval_y.py", "eval_y.py")


def test_a_second_read_base_block_is_refused(desk):
    block = "with read_base():\n    from .part import other_models\n"
    (desk / "part.py").write_text("other_models = []\n")
    text = "from mmengine.config import read_base\n" + block + block + GOOD
    (desk / "eval_x.py").write_text(text)
    refused(desk, 2, "read_base", where=r"eval_x\.py")


def test_cyclic_bases_are_refused(desk):
    (desk / "__init__.py").write_text("")
    for one, other in (("a", "b"), ("b", "a")):
        text = f"from mmengine.config import read_base\nwith read_base():\n    from .{other} import x\nx = 1\n"
        (desk / f"{one}.py").write_text(text)
    refused(desk, 2, "cycl|itself|circle", "a.py")


def test_a_config_that_is_not_utf8_is_refused(desk):
    (desk / "eval_x.py").write_bytes(GOOD.encode() + b"# \xff\xfe\n")
    refused(desk, 2, "UTF-8", where=r"eval_x\.py")


def test_overrides_name_their_path(desk):
    refused(desk, 2, "max_new_tokns", "eval_x.py", "--set", "models.0.generation.max_new_tokns=4")
    refused(desk, 2, "models", "eval_x.py", "--set", "models.7.abbr=x")
    refused(desk, 2, "=", "eval_x.py", "--set", "nonsense")


def test_names_that_are_nearly_right_are_suggested(desk):
    said = refused(desk, 2, "gsm8", "--models", "chance", "--datasets", "gsm8")
    assert "gsm8k" in said


def test_nothing_to_evaluate_is_said(desk):
    refused(desk, 2, "nothing to evaluate", "--limit", "3")


def test_a_run_that_is_not_there_cannot_be_resumed(desk):
    refused(desk, 2, "no run of 'eval_x' to resume", "eval_x.py", "-r")
    assert run(desk).returncode == 0
    done = run(desk, "eval_x.py", "-r", "20200101_000000")
    assert done.returncode == 2
    assert "no run '20200101_000000'" in done.stderr


def test_an_unwritable_folder_is_said(desk):
    (desk / "file").write_text("")
    refused(desk, 5, "cannot", "eval_x.py", "-w", "file", where="file")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_said_and_the_run_can_go_on_elsewhere(desk):
    small = desk / "small"
    small.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)], check=False
    )
    if done.returncode:
        pytest.skip("this machine does not let tests mount a tmpfs")
    try:
        rows = [json.dumps({**ROW, "id": str(n), "question": f"{n} " * 40}) for n in range(3000)]
        (desk / "rows.jsonl").write_text("\n".join(rows) + "\n")
        done = run(desk, "eval_x.py", "-w", "small")
        assert done.returncode in (4, 5), done.stderr
        assert "No space left on device" in done.stderr + done.stdout
        assert "Traceback" not in done.stderr
    finally:
        subprocess.run(["umount", str(small)], check=True)
