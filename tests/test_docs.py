"""The documentation knows everything a user can name."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import re
from pathlib import Path

import pytest

from compass import ask, data, errors, evaluators, models, partitioners, prompts, runners
from compass.cli.arguments import parser
from compass.models.hf import HF
from compass.records import Prediction, Score, Verdict

ROOT = Path(__file__).resolve().parents[1]
PAGES = {path.name: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
ALL = "\n".join(PAGES.values())


def test_every_flag_is_described():
    import argparse

    flags = set()
    for action in parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                flags |= {o for a in command._actions for o in a.option_strings if o != "--help"}
    missing = [flag for flag in flags if flag.startswith("--") and flag not in ALL]
    assert missing == []


@pytest.mark.parametrize(
    "package",
    [ask, data, evaluators, models, partitioners, prompts, runners],
    ids=lambda p: p.__name__,
)
def test_every_component_is_described(package):
    missing = [name for name in package.__all__ if not re.search(rf"\b{name}\b", ALL)]
    assert missing == []


def test_every_error_and_exit_code_is_described():
    kinds = [n for n, c in vars(errors).items() if inspect.isclass(c) and n.endswith("Error")]
    assert [name for name in kinds if name not in PAGES["running.md"]] == []


def test_every_argument_of_the_transformers_back_end_is_described():
    names = list(inspect.signature(HF).parameters)
    assert [name for name in names if f"`{name}`" not in PAGES["models.md"]] == []


@pytest.mark.parametrize("record", [Prediction, Verdict, Score], ids=lambda r: r.__name__)
def test_every_field_of_a_stored_row_is_described(record):
    names = [name for name in record.__slots__ if name != "choices"]
    assert [name for name in names if f"`{name}`" not in PAGES["files.md"]] == []


def test_links_lead_somewhere():
    for name, text in PAGES.items():
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
            assert (ROOT / "docs" / target).exists(), (name, target)
    readme = (ROOT / "README.md").read_text("utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", readme):
        assert (ROOT / target).exists(), target


def test_code_in_the_pages_parses():
    for name, text in PAGES.items():
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            try:
                ast.parse(block)
            except SyntaxError:
                ast.parse(f"dict({block})", name)


@pytest.mark.parametrize(
    "path",
    [p for p in sorted((ROOT / "compass").rglob("*.py")) if ">>> " in p.read_text("utf-8")],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_examples_in_docstrings_hold(path):
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert doctest.testmod(module).failed == 0
