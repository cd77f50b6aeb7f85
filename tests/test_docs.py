"""The documentation names what there is, and its examples are accepted."""

from __future__ import annotations

import argparse
import ast
import doctest
import importlib
import inspect
import pkgutil
import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

import compass
from compass import ask, data, errors, evaluators, models, partitioners, prompts, runners
from compass.cli import catalogue as listing
from compass.cli.arguments import parser
from compass.cli.arguments.run import MODES
from compass.cli.experiment import experiment_of
from compass.config import catalogue, experiment
from compass.models import api, engines, hf
from compass.records import Prediction, Score, Verdict
from compass.schema.experiment import DATASET_KEYS, MODEL_KEYS, RESOURCES_KEYS, TOP_KEYS
from compass.schema.summarizer import (
    FORMATS,
    GROUP_KEYS,
    MEANS,
    SCALES,
    SUMMARIZER_KEYS,
    TABLE_KEYS,
)

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
TEXT = {page: page.read_text("utf-8") for page in PAGES}
ALL = "\n".join(TEXT.values())
PACKAGES = (ask, data, evaluators, models, api, engines, hf, partitioners, prompts, runners)
COMPONENTS = [getattr(package, name) for package in PACKAGES for name in package.__all__]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CONFIG = re.compile(r"# configs/(\w+\.py)\n")


def blocks(kind: str) -> list[tuple[str, str]]:
    """Return page and text of every block of a language."""
    return [
        (page.name, block[2])
        for page, text in TEXT.items()
        for block in BLOCK.finditer(text)
        if block[1] == kind
    ]


def is_in_code(word: str, text: str) -> bool:
    """True if a text has the word between backticks, or in a block."""
    spans = "\n".join([*(b[2] for b in BLOCK.finditer(text)), *re.findall(r"`([^`\n]+)`", text)])
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", spans) is not None


CONFIG_BLOCKS = [(page, text) for page, text in blocks("python") if CONFIG.match(text)]
COMMANDS = [
    line.partition("   #")[0].strip()
    for kind in ("sh", "")
    for _, text in blocks(kind)
    for line in text.splitlines()
    if re.match(r"(python run\.py|compass) ", line)
]


def options() -> list[str]:
    """Return every option and command of the command line."""
    found: list[str] = []
    waiting = [parser()]
    while waiting:
        for action in waiting.pop()._actions:
            found += action.option_strings
            if isinstance(action, argparse._SubParsersAction):
                found += action.choices
                waiting += action.choices.values()
    return sorted(set(found) - {"-h", "--help"})


@pytest.mark.parametrize("option", options())
def test_every_option_is_described(option):
    assert is_in_code(option, ALL)


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_is_described(mode):
    assert is_in_code(mode, (ROOT / "docs" / "running.md").read_text("utf-8"))


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda c: c.__name__)
def test_every_component_is_described_with_each_of_its_arguments_on_one_page(component):
    arguments = inspect.signature(component).parameters
    missing = [
        [name for name in (component.__name__, *arguments) if not is_in_code(name, text)]
        for text in TEXT.values()
    ]
    assert min(missing, key=len) == []


@pytest.mark.parametrize(
    "error",
    [e for e in vars(errors).values() if inspect.isclass(e) and issubclass(e, Exception)],
    ids=lambda e: e.__name__,
)
def test_every_error_is_described_with_its_exit_code(error):
    text = (ROOT / "docs" / "running.md").read_text("utf-8")
    if error is errors.CompassError:
        assert is_in_code(error.__name__, text)
    else:
        assert f"| {error.exit_code} | `{error.__name__}` |" in text


def test_every_key_of_a_config_is_described():
    text = (ROOT / "docs" / "configs.md").read_text("utf-8")
    keys = {*TOP_KEYS, *MODEL_KEYS, *DATASET_KEYS, *RESOURCES_KEYS} - {"name"}
    assert [key for key in sorted(keys) if not is_in_code(key, text)] == []
    text = (ROOT / "docs" / "leaderboards.md").read_text("utf-8")
    keys = {*SUMMARIZER_KEYS, *GROUP_KEYS, *TABLE_KEYS, *FORMATS, *MEANS, *SCALES}
    assert [key for key in sorted(keys) if not is_in_code(key, text)] == []


@pytest.mark.parametrize("record", [Prediction, Verdict, Score], ids=lambda r: r.__name__)
def test_every_field_of_a_stored_record_is_described(record):
    text = (ROOT / "docs" / "files.md").read_text("utf-8")
    stored = {f.name for f in fields(record)} - {"choices"}
    assert [name for name in sorted(stored) if not is_in_code(name, text)] == []


@pytest.mark.parametrize("name", ask.rank.NORMALISATIONS)
def test_every_normalisation_has_its_formula(name):
    assert re.search(
        rf"^\| `{name}` \| .+ \| .+ \|$", TEXT[ROOT / "docs" / "asking.md"], re.MULTILINE
    )


@pytest.mark.parametrize(
    ("page", "text"), CONFIG_BLOCKS, ids=[f"{p}-{CONFIG.match(t)[1]}" for p, t in CONFIG_BLOCKS]
)
def test_an_example_config_loads_and_its_components_fit(page, text, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    path = tmp_path / CONFIG.match(text)[1]
    path.write_text(text, "utf-8")
    assert experiment(path).combinations


@pytest.mark.parametrize(("page", "text"), blocks("python"))
def test_every_python_block_is_python(page, text):
    ast.parse(text if not text.startswith(" ") else f"if True:\n{text}")


def test_no_two_pages_give_different_examples_under_one_name():
    found: dict[str, str] = {}
    for _, text in CONFIG_BLOCKS:
        assert found.setdefault(CONFIG.match(text)[1], text) == text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_accepted(command, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    words = shlex.split(command.partition(" | ")[0])
    words = ["run", *words[2:]] if words[0] == "python" else words[1:]
    if words == ["--version"]:
        return
    examples = {f"configs/{CONFIG.match(text)[1]}": text for _, text in CONFIG_BLOCKS}
    for place, word in enumerate(words):
        if word in examples:
            words[place] = str(tmp_path / Path(word).name)
            Path(words[place]).write_text(examples[word], "utf-8")
    arguments = parser().parse_args(words)
    if "config" in arguments:
        assert experiment_of(arguments).combinations


def test_there_are_examples_to_test():
    assert len(CONFIG_BLOCKS) > 10
    assert len(COMMANDS) > 15


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", BLOCK.sub("", TEXT[page])):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
            slugs = [re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles]
            assert anchor in slugs, target


def test_the_index_names_every_page_and_every_example():
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index
    for path in (ROOT / "configs").glob("eval_*.py"):
        assert f"`{path.name}`" in index


def modules() -> list[str]:
    """Return every module of the package."""
    found = pkgutil.walk_packages(compass.__path__, "compass.")
    return sorted(module.name for module in found if not module.name.endswith("__main__"))


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_are_true(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_some_docstrings_have_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [t for name in modules() for t in finder.find(importlib.import_module(name))]
    assert sum(bool(test.examples) for test in found) > 15


def test_the_page_of_benchmarks_is_what_the_modules_say(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert (ROOT / "docs" / "benchmarks.md").read_text("utf-8") == listing.page(
        catalogue("datasets")
    )


def test_every_benchmark_says_where_it_is_from():
    silent = [entry.name for entry in catalogue("datasets") if not entry.facts.about]
    assert silent == []
