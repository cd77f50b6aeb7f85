"""Every shipped config and benchmark loads, imports nothing heavy, and names what exists."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from compass.config import catalogue, experiment

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = sorted((ROOT / "configs").glob("eval_*.py"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_shipped_config_becomes_an_experiment_whose_parts_exist(path, monkeypatch, smollm2):
    monkeypatch.chdir(ROOT)
    made = experiment(path)
    assert made.models
    assert made.datasets
    assert made.name == path.stem


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_shipped_config_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_every_listed_module_can_be_read(monkeypatch):
    monkeypatch.chdir(ROOT)
    for kind in ("models", "datasets", "summarizers"):
        entries = catalogue(kind)
        assert entries
        assert [entry.file for entry in entries if entry.error] == []
        assert all(entry.about for entry in entries)


def test_loading_the_demo_imports_no_model_library():
    code = (
        "import sys; from pathlib import Path; from compass.config import experiment;"
        "experiment(Path('configs/eval_demo.py'), check=False);"
        "print(*sorted({'torch', 'transformers', 'datasets', 'pandas'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    ("name", "expected"), [("eval_zero_code", "quiz"), ("eval_replay", "83.33")]
)
def test_examples_without_weights_run_to_the_end(tmp_path, name, expected):
    subprocess.run(
        [sys.executable, "run.py", f"configs/{name}.py", "-w", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    (board,) = tmp_path.glob("*/*/summary.csv")
    assert expected in board.read_text()
