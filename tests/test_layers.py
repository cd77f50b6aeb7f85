"""The shape of the code: who may import whom, and what may not be in it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "compass"

# A module imports from its own layer or from one above it in this list.
LAYERS = [
    {"cachefolder", "errors", "jsontext", "records", "stats", "textsafe"},
    {"digests", "prompts", "specs", "store"},
    {
        "answers",
        "circular",
        "costs",
        "environment",
        "plan",
        "presence",
        "progress",
        "robust",
        "runfolder",
        "sandbox",
        "schema",
        "verdicts",
    },
    {"catalog", "data", "evaluators", "models", "partitioners"},
    {"questions", "variants"},
    {"ask", "contamination", "infer", "planner", "score"},
    {
        "board",
        "cases",
        "checkpoints",
        "comparison",
        "gate",
        "history",
        "imports",
        "report",
        "worker",
    },
    {"config", "evaluate", "runners"},
    {"__main__", "cli", "pytest_plugin"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

# Packages of alternatives.  An alternative is a module whose names the package offers in its
# __init__, or a package inside it; every other module is there to be shared.
SIDE_BY_SIDE = ("ask", "data", "evaluators", "models", "partitioners", "prompts", "runners")

# Alternatives that others may build on: a benchmark's reader is made of a plain one, engines
# are asked what transformers is.
BUILT_UPON = {"data": {"rows", "hub", "inline"}, "models": {"hf"}}

HEAVY = {
    "anthropic", "bm25s", "datasets", "jinja2", "langdetect", "latex2sympy2_extended", "lmdeploy",
    "math_verify", "matplotlib", "mmengine", "nltk", "numpy", "openai", "pandas", "ray", "rich",
    "scipy", "sglang", "sympy", "tabulate", "torch", "transformers", "vllm", "yaml",
}  # fmt: skip
MOST_LINES = 400

FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text("utf-8")) for path in FILES}


def module_of(path: Path) -> str:
    """Return the dotted name of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in FILES}


def imported(path: Path) -> set[str]:
    """Return the modules of Compass that a file imports, at its top or inside functions."""
    found: set[str] = set()
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in named}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name == "compass" or name.startswith("compass.")}


def named(path: Path) -> str:
    """Return how a test of this file is called."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_imports_point_down(path):
    parts = module_of(path).split(".")
    if len(parts) == 1:
        assert imported(path) == set()
        return
    assert parts[1] in RANK, f"give {parts[1]} a layer"
    for name in imported(path) - {"compass"}:
        other = name.split(".")[1]
        assert other in RANK, f"give {other} a layer"
        assert RANK[other] <= RANK[parts[1]], f"{parts[1]} must not import {other}"


def parts_of(package: str, path: Path) -> set[str]:
    """Return the modules of a package that a file imports."""
    names = [name.split(".") for name in imported(path)]
    return {parts[2] for parts in names if len(parts) > 2 and parts[1] == package}


def alternatives(package: str) -> set[str]:
    """Return the modules of a package that stand side by side."""
    folder = PACKAGE / package
    inner = {path.parent.name for path in folder.glob("*/__init__.py")}
    return parts_of(package, folder / "__init__.py") | inner


@pytest.mark.parametrize("package", SIDE_BY_SIDE)
def test_alternatives_do_not_import_each_other(package):
    others = alternatives(package)
    for path in sorted((PACKAGE / package).rglob("*.py")):
        own = module_of(path).split(".")[2:3]
        if own:
            allowed = {*own, *BUILT_UPON.get(package, ())}
            forbidden = (parts_of(package, path) & others) - allowed
            assert not forbidden, f"{named(path)} imports {forbidden}: share a module of its own"


def test_alternatives_are_told_from_what_they_share():
    assert alternatives("prompts") == {"chat", "retrieval", "shots", "text"}
    assert "picking" in parts_of("prompts", PACKAGE / "prompts" / "retrieval.py")


def test_importing_everything_loads_nothing_heavy():
    modules = ", ".join(sorted(MODULES))
    code = f"import sys, {modules}; print(*sorted({HEAVY!r} & sys.modules.keys()))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.split() == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_file_has_one_subject_and_a_docstring(path):
    assert ast.get_docstring(TREES[path]), "say what the module is"
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


def faults(tree: ast.AST) -> list[str]:
    """Return what we do not write."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in {"eval", "exec", "__import__"}:
                found.append(f"line {node.lineno}: {node.func.id}()")
        elif isinstance(node, ast.Global):
            found.append(f"line {node.lineno}: global")
        elif isinstance(node, ast.ImportFrom):
            if any(alias.name == "*" for alias in node.names):
                found.append(f"line {node.lineno}: star import")
            if node.module and node.module.split(".")[0] in {"pickle", "dill", "cloudpickle"}:
                found.append(f"line {node.lineno}: {node.module}")
            if node.level:
                found.append(f"line {node.lineno}: relative import")
        elif isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
            found += [
                f"line {node.lineno}: {name}"
                for name in sorted(names & {"pickle", "dill", "cloudpickle"})
            ]
        elif isinstance(node, ast.ExceptHandler) and node.type is None:
            found.append(f"line {node.lineno}: bare except")
    return found


# The one place that runs programs it is given: inside the sandbox.
RUNS_PROGRAMS = {"compass.sandbox.inside.candidate", "compass.sandbox.inside.judge"}


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_eval_no_global_no_star_import_no_pickle(path):
    found = faults(TREES[path])
    if module_of(path) in RUNS_PROGRAMS:
        found = [one for one in found if not one.endswith("exec()")]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')",
        "exec('1')",
        "def f():\n    global x",
        "from os import *",
        "import pickle",
        "from dill import loads",
        "from . import x",
        "try:\n    pass\nexcept:\n    pass",
    ],
)
def test_what_we_do_not_write_is_found(code):
    assert len(faults(ast.parse(code))) == 1


def test_printing_is_for_the_command_line_and_the_board():
    for path, tree in TREES.items():
        if module_of(path).split(".")[1:2] in (["cli"], ["board"]):
            continue
        printed = [
            node.lineno
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "print"
        ]
        assert printed == [], f"{path} prints"
