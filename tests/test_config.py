"""Config files: what they may hold, every slip in words, overrides, and names without a file."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from compass.config import (
    apply_sets,
    catalogue,
    experiment,
    experiment_from_names,
    load,
    raw_from_names,
)
from compass.errors import CompassError, ConfigError
from compass.specs import Component

ROOT = Path(__file__).resolve().parents[1]

PARTS = '''"""Small components."""


class Model:
    def __init__(self, path="x", size: int = 1, **more):
        pass


class Rows:
    def __init__(self, path: str = "x", split: str = "test"):
        pass


class Text:
    def __init__(self, text: str = "", shots=None):
        pass


class Plain:
    pass
'''

MODELS = '''"""Models made of nothing.

More about them.
"""

from my_parts import Model

toy_models = [
    dict(abbr='toy-1', backend=dict(type=Model, size=1)),
    dict(abbr='toy-2.5', backend=dict(type=Model, size=2)),
]
'''

DATASETS = '''"""Quizzes on everything."""

from my_parts import Plain, Rows, Text

quiz_datasets = [
    dict(
        abbr=f'quiz-{subject}',
        reader=dict(type=Rows, split=subject),
        prompt=dict(type=Text, text='?'),
        ask=dict(type=Plain),
        evaluator=dict(type=Plain),
    )
    for subject in ('art', 'law')
]
'''

EVAL = '''"""All of it."""

from mmengine.config import read_base

with read_base():
    from configs.models.toy import toy_models
    from datasets_cfg.quiz import quiz_datasets
    from summarizers.short import summarizer

from my_parts import Plain

models = [*toy_models]
datasets = [*quiz_datasets]
partitioner = dict(type=Plain)
runner = dict(type=Plain)
'''

HEAD = "from mmengine.config import read_base\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a project folder, which is the current one."""
    for folder in ("configs", "configs/models", "datasets_cfg", "summarizers"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").write_text("")
    write(tmp_path, "my_parts.py", PARTS)
    write(tmp_path, "configs/models/toy.py", MODELS)
    write(tmp_path, "datasets_cfg/quiz.py", DATASETS)
    short = "summarizer = dict(groups=[dict(name='quiz', subsets=['quiz-art', 'quiz-law'])])\n"
    write(tmp_path, "summarizers/short.py", f'"""One mean."""\n\n{short}')
    write(tmp_path, "configs/eval_x.py", EVAL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("my_parts", None)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def loaded(project: Path, text: str, name: str = "configs/eval_y.py") -> dict:
    return load(write(project, name, text))


def refusal(project: Path, text: str, name: str = "configs/eval_y.py") -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        loaded(project, text, name)
    assert caught.value.where
    assert caught.value.hint
    assert caught.value.exit_code == 2
    return caught.value


def test_a_config_becomes_plain_dicts_and_names(project):
    raw = load(Path("configs/eval_x.py"))
    assert list(raw) == ["name", "summarizer", "models", "datasets", "partitioner", "runner"]
    assert raw["name"] == "eval_x"
    assert raw["models"][1] == {
        "abbr": "toy-2.5",
        "backend": {"type": "my_parts.Model", "size": 2},
    }
    assert [d["abbr"] for d in raw["datasets"]] == ["quiz-art", "quiz-law"]
    assert raw["partitioner"] == {"type": "my_parts.Plain"}
    assert json.loads(json.dumps(raw)) == raw
    kinds = {type(raw), type(raw["models"]), type(raw["models"][0]), type(raw["summarizer"])}
    assert kinds == {dict, list}


def test_an_experiment_is_specified_and_checked(project):
    made = experiment(Path("configs/eval_x.py"), ["datasets.*.limit=3"])
    assert made.name == "eval_x"
    assert made.dataset("quiz-law").reader == Component("my_parts.Rows", {"split": "law"})
    assert [d.limit for d in made.datasets] == [3, 3]
    assert len(made.combinations) == 4
    assert made.summarizer["groups"][0]["name"] == "quiz"


def test_loading_imports_nothing_that_is_named(project):
    write(project, "my_parts.py", "raise RuntimeError('imported')\n")
    assert load(Path("configs/eval_x.py"))["models"]
    assert "my_parts" not in sys.modules


def test_components_beside_the_config_are_found_from_anywhere(project, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    made = experiment(project / "configs/eval_x.py")
    assert len(made.models) == 2


def test_relative_bases_and_bases_of_bases_work(project):
    write(project, "configs/base.py", HEAD + "with read_base():\n    from .models.toy import *\n")
    text = HEAD + "with read_base():\n    from .base import toy_models as small\nmodels = small\n"
    assert [m["abbr"] for m in loaded(project, text)["models"]] == ["toy-1", "toy-2.5"]


def test_what_a_config_only_uses_is_left_out(project):
    text = EVAL + (
        "import json\n"
        "import os.path as osp\n"
        "from itertools import product\n"
        "_few = [text for text in '123']\n"
        "for model, (n, dataset) in product(models, enumerate(datasets)):\n"
        "    dataset['limit'] = n + len(_few)\n"
        "if (runners := 2) > 1:\n"
        "    models[0]['resources'] = dict(gpus=0)\n"
    )
    raw = loaded(project, text)
    assert set(raw) == set(load(Path("configs/eval_x.py")))
    assert [d["limit"] for d in raw["datasets"]] == [3, 4]


def test_imported_names_hide_no_keys(project):
    raw = loaded(project, EVAL.replace("from my_parts", "import datasets\nfrom my_parts"))
    assert len(raw["datasets"]) == 2


def test_slips_of_keys_reach_the_schema(project):
    for line in ("modles = []\n", "few_shots = 5\n", "work_dir = 'x'\n"):
        write(project, "configs/eval_y.py", EVAL + line)
        with pytest.raises(ConfigError, match="unknown key") as caught:
            experiment(Path("configs/eval_y.py"))
        assert caught.value.where == f"configs/eval_y.py: {line.partition(' ')[0]}"


def test_a_slip_in_a_star_import_is_no_leak(project):
    write(project, "configs/base.py", "modles = []\nthings = []\n")
    text = HEAD + "with read_base():\n    from .base import *\nmodels = []\n"
    assert set(loaded(project, text)) == {"name", "models", "modles"}


def test_members_of_bases_can_be_changed_and_copied(project):
    text = EVAL + (
        "from copy import deepcopy\n"
        "from collections import OrderedDict\n"
        "models = [\n"
        "    dict(toy_models[0], abbr='a'),\n"
        "    {**toy_models[0], 'abbr': 'b'},\n"
        "    toy_models[0] | dict(abbr='c'),\n"
        "    deepcopy(toy_models[0]),\n"
        "    OrderedDict(abbr='e', backend=toy_models[0]['backend']),\n"
        "]\n"
        "toy_models[1]['backend'].update(size=9)\n"
        "models.append(toy_models[1])\n"
    )
    raw = loaded(project, text)
    assert [m["abbr"] for m in raw["models"]] == ["a", "b", "c", "toy-1", "e", "toy-2.5"]
    assert raw["models"][-1]["backend"]["size"] == 9
    assert {m["backend"]["type"] for m in raw["models"]} == {"my_parts.Model"}
    assert len(experiment(Path("configs/eval_y.py")).models) == 6


def test_modules_and_classes_of_python_may_be_used(project):
    text = (
        "from __future__ import annotations\n"
        "import json\n"
        "import my_parts as parts\n"
        "from pathlib import Path\n"
        "from json import JSONDecoder\n"
        "models = [dict(type=JSONDecoder, path=Path('a') / 'b', n=json.loads('3'), pair=(1, 2))]\n"
        "datasets = [dict(type=parts.Rows)]\n"
    )
    raw = loaded(project, text)
    assert raw["models"] == [
        {"type": "json.decoder.JSONDecoder", "path": "a/b", "n": 3, "pair": [1, 2]}
    ]
    assert raw["datasets"] == [{"type": "my_parts.Rows"}]


def test_mmengine_is_left_as_it_was_and_says_nothing(project, capfd):
    from mmengine.config import config as engine

    before = engine.get_installed_path
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loaded(project, EVAL + r"_odd = '\d'" + "\n")
        refusal(project, "from my_parts import Plain\nmodels = map(Plain, [1])\n_ = [*models]\n")
    assert caught == []
    assert engine.get_installed_path is before
    assert capfd.readouterr() == ("", "")


def test_loading_does_without_pkg_resources(project):
    code = (
        "import sys; sys.modules['pkg_resources'] = None\n"
        "from pathlib import Path; from compass.config import load\n"
        "assert len(load(Path('configs/eval_x.py'))['models']) == 2\n"
        "assert not {'torch', 'transformers', 'pandas', 'my_parts'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


BLOCK = "with read_base():\n    from .models.toy import toy_models\n"
CALLED = ("a config may name classes, not call them", 2, "write dict(type=Plain, ...)")
SLIPS = {
    "called class": ("from my_parts import Plain\nmodels = [Plain(3)]\n", *CALLED),
    "called class of a module": (
        "import my_parts\nmodels = [my_parts.Plain()]\n",
        CALLED[0],
        2,
        "write dict(type=my_parts.Plain, ...)",
    ),
    "called by another": (
        "from my_parts import Plain\nmodels = [*map(Plain, [1])]\n",
        CALLED[0],
        2,
        "write dict(type=Thing, ...)",
    ),
    "second block": (
        HEAD + BLOCK + BLOCK,
        "a second read_base block; the first is on line 2",
        4,
        "into the first block",
    ),
    "nested block": (
        HEAD + "if True:\n    with read_base():\n        from .models.toy import toy_models\n",
        "read_base stands in another block",
        3,
        "top of the file",
    ),
    "another block": (
        "with open('x') as f:\n    models = []\n",
        "the only block a config may have is `with read_base():`",
        1,
        "write it so",
    ),
    "assignment in the block": (
        HEAD + "with read_base():\n    models = []\n",
        "a read_base block may have only lines `from package.file import name`",
        3,
        "out of the block",
    ),
    "import in the block": (
        HEAD + "with read_base():\n    import configs.models.toy\n",
        "a read_base block may have only lines",
        3,
        "out of the block",
    ),
    "package in the block": (
        HEAD + "with read_base():\n    from . import models\n",
        "a read_base block may have only lines",
        3,
        "out of the block",
    ),
    "function": (
        "x = 1\ndef made():\n    return 1\n",
        "a config is data and cannot define 'made'",
        2,
        "dict(type=Name, ...)",
    ),
    "lambda": (
        "models = [dict(key=lambda x: x)]\n",
        "a config is data and cannot define 'lambda'",
        1,
        "in a module",
    ),
    "class": ("class A:\n    pass\n", "a config is data and cannot define 'A'", 1, "in a module"),
    "_base_": ("_base_ = ['x.py']\n", "`_base_ = ...` does not work here", 1, "with read_base():"),
    "reserved name": ("text = 'x'\n", "the name 'text' is taken by mmengine", 1, "write _text"),
    "imports in one line": ("import json, re\n", "several modules in one import", 1, "a line"),
    "star import": (
        "from my_parts import *\n",
        "a star import of 'my_parts' outside read_base",
        1,
        "read_base",
    ),
    "import of a folder": ("from . import models\n", "`from . import ...`", 1, "name the module"),
    "syntax": ("models = [\n    (1,\n]\n", "syntax error: closing parenthesis", 3, "this line"),
    "null byte": ("models = '\0'\n", "null bytes", None, "a Python file"),
    "misspelt name of a base": (
        HEAD + "with read_base():\n    from .models.toy import toy_model\n",
        "configs/models/toy.py has no 'toy_model'",
        3,
        "did you mean 'toy_models'?",
    ),
    "misspelt relative base": (
        HEAD + "with read_base():\n    from .models.toi import toy_models\n",
        "there is no config file '.models.toi'",
        3,
        "did you mean 'toy'?",
    ),
    "misspelt absolute base": (
        HEAD + "with read_base():\n    from datasets_cfg.quizz import quiz_datasets\n",
        "there is no config file 'datasets_cfg.quizz'",
        3,
        "did you mean 'quiz'?",
    ),
    "misspelt folder": (
        HEAD + "with read_base():\n    from configs.model.toy import toy_models\n",
        "there is no config file 'configs.model.toy'",
        3,
        "did you mean 'models'?",
    ),
    "misspelt package": (
        HEAD + "with read_base():\n    from dataset_cfg.quiz import quiz_datasets\n",
        "there is no package 'dataset_cfg'",
        3,
        "did you mean 'datasets_cfg'?",
    ),
    "package for a file": (
        HEAD + "with read_base():\n    from datasets_cfg import quiz\n",
        "'datasets_cfg' is no config file",
        3,
        "from datasets_cfg.NAME import ...",
    ),
    "folder for a file": (
        HEAD + "with read_base():\n    from configs.models import toy\n",
        "'configs.models' is a folder, not a config file",
        3,
        "name a file in it: toy",
    ),
    "undefined name": (
        "toy_models = []\nmodels = toy_model\n",
        "the name 'toy_model' is not defined",
        2,
        "did you mean 'toy_models'",
    ),
    "error while it runs": (
        "models = []\nx = models[3]\n",
        "IndexError: list index out of range",
        2,
        "this is the line",
    ),
    "list imported outside the block": (
        "from datasets_cfg.quiz import quiz_datasets\ndatasets = [*quiz_datasets]\n",
        "an imported name is used as a value",
        2,
        "inside `with read_base():`",
    ),
    "name as a key": ("name = 'x'\n", "unknown key 'name'", "name", "called like its file"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_said_in_words(project, name):
    text, what, line, hint = SLIPS[name]
    error = refusal(project, text)
    assert what in error.what
    places = {None: "", "name": ": name"}
    assert error.where == f"configs/eval_y.py{places.get(line, f':{line}')}"
    assert hint in error.hint


def test_stars_of_bases_and_code_that_binds_names_are_understood(project):
    write(project, "configs/base.py", HEAD + BLOCK.replace("toy_models", "*") + "n = 1\n")
    text = HEAD + "with read_base():\n    from .base import toy_model\n"
    assert refusal(project, text).hint == "did you mean 'toy_models'?"
    write(project, "configs/base.py", "for i in '12':\n    locals()['x' + i] = [i]\n")
    text = HEAD + "with read_base():\n    from .base import x1\nmodels = x1\n"
    assert loaded(project, text)["models"] == ["1"]
    error = refusal(project, text.replace("x1", "x3"))
    assert error.what == "a base has no 'x3'"
    assert error.where == "configs/eval_y.py"


def test_slips_in_a_base_name_the_base(project):
    text = HEAD + "with read_base():\n    from .base import models\n"
    write(project, "configs/base.py", "models = [\n")
    assert refusal(project, text).where == "configs/base.py:1"
    write(project, "configs/base.py", "x = 1\nmodels = [None.x]\n")
    error = refusal(project, text)
    assert error.where == "configs/base.py:2"
    assert error.what.startswith("AttributeError: ")
    write(project, "configs/base.py", "from my_parts import Plain\n\nmodels = [Plain()]\n")
    error = refusal(project, text)
    assert (error.what, error.where) == (CALLED[0], "configs/base.py:3")


def test_bases_that_go_in_a_circle_are_named(project):
    for one, other in (("a", "b"), ("b", "a")):
        text = HEAD + f"with read_base():\n    from configs.{other} import x\nx = 1\n"
        write(project, f"configs/{one}.py", text)
    text = HEAD + "with read_base():\n    from .a import x\n"
    error = refusal(project, text)
    circle = "configs/eval_y.py -> configs/a.py -> configs/b.py -> configs/a.py"
    assert error.what == f"the bases go in a circle: {circle}"
    assert error.where == "configs/b.py:3"


def test_a_folder_without_init_is_no_package(project):
    (project / "bare").mkdir()
    write(project, "bare/toy.py", MODELS)
    text = HEAD + "with read_base():\n    from bare.toy import toy_models\n"
    error = refusal(project, text)
    assert error.what == "the folder bare is no package"
    assert error.hint == "add an empty file bare/__init__.py"
    write(project, "bare/__init__.py", "")
    assert loaded(project, text + "models = toy_models\n")["models"]


def test_files_that_are_no_configs_are_refused(project):
    cases = {
        "configs/eval_z.py": (
            "there is no file 'configs/eval_z.py'",
            "did you mean 'configs/eval_x.py'?",
        ),
        "eval_x.py": ("there is no file 'eval_x.py'", "did you mean 'configs/eval_x.py'?"),
        "confgs/eval_x.py": ("there is no file", "there is no folder confgs"),
        "configs": ("'configs' is a folder", "name a config file in it"),
        "eval.yaml": ("a config is a Python file, got 'eval.yaml'", "name it NAME.py"),
    }
    write(project, "eval.yaml", "models: []\n")
    for name, (what, hint) in cases.items():
        with pytest.raises(ConfigError) as caught:
            load(Path(name))
        assert what in caught.value.what
        assert caught.value.hint == hint


def test_bytes_that_are_not_utf8_are_found(project):
    path = project / "configs/eval_y.py"
    path.write_bytes(b"models = []\nname = '\xe9'\n")
    with pytest.raises(ConfigError, match="not UTF-8: byte 0xe9") as caught:
        load(path)
    assert caught.value.where == "configs/eval_y.py:2"
    path.write_bytes(b"\xef\xbb\xbfmodels = []\n")
    with pytest.raises(ConfigError, match="byte order mark") as caught:
        load(path)
    assert "without BOM" in caught.value.hint


def test_carriage_returns_and_chinese_are_fine(project):
    path = project / "configs/eval_y.py"
    path.write_bytes("models = ['数学']\r\ndatasets = []\r\n".encode())
    assert load(path) == {"name": "eval_y", "models": ["数学"], "datasets": []}


def test_an_import_that_does_not_exist_is_named_by_its_key(project):
    write(project, "configs/eval_y.py", EVAL.replace("import Plain", "import Plane as Plain"))
    with pytest.raises(ConfigError, match="module 'my_parts' has no 'Plane'") as caught:
        experiment(Path("configs/eval_y.py"))
    assert caught.value.where == "configs/eval_y.py: partitioner.type"
    assert caught.value.hint == "did you mean 'Plain'?"


def test_a_secret_is_not_repeated_whichever_way_it_comes(project):
    secret = "sk-abcdefghijklmnop1234567890"
    ways = [
        (EVAL + f"models[0]['backend']['path'] = {secret!r}\n", []),
        (EVAL + f"_a = {secret!r}\nmodels[0]['backend']['api_key'] = _a\n", []),
        (EVAL, [f"models.0.backend.api_key={secret}"]),
        (EVAL, [f"modls.0.backend.api_key={secret}"]),
        (EVAL, [f"models.0.abbr.api_key={secret}"]),
        (EVAL + f"_a = {secret!r}\nmodels[0]['x'] = (_a\n", []),
    ]
    for text, sets in ways:
        path = write(project, "configs/eval_y.py", text)
        with pytest.raises(ConfigError) as caught:
            experiment(path, sets)
        assert "abcdef" not in str(caught.value)


def some() -> dict:
    return {
        "models": [
            {"abbr": "toy-1", "backend": {"type": "a.B", "names": {"x.y": 1}}},
            {"abbr": "toy-2.5", "backend": {"type": "a.B", "path": None}},
        ],
        "datasets": [{"abbr": "d-1"}, {"abbr": "d-2"}],
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64", 64),
        ("0.5", 0.5),
        ("null", None),
        ("None", None),
        ("true", True),
        ("False", False),
        ('["a", "b"]', ["a", "b"]),
        ("['a', 'b']", ["a", "b"]),
        ('{"a": 1}', {"a": 1}),
        ("'64'", "64"),
        ("cache:x", "cache:x"),
        ("a=b", "a=b"),
        ("", ""),
        ("[1, ", "[1, "),
    ],
)
def test_a_value_is_json_else_python_else_text(text, value):
    assert apply_sets(some(), [f"models.0.backend.new={text}"])["models"][0]["backend"] == {
        **some()["models"][0]["backend"],
        "new": value,
    }


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        ("models.0.generation.max_new_tokens", [["models", 0, "generation", "max_new_tokens"]]),
        ("models.-1.abbr", [["models", 1, "abbr"]]),
        ("models.toy-2.5.backend.path", [["models", 1, "backend", "path"]]),
        ("models.toy-*.backend.path", [["models", n, "backend", "path"] for n in (0, 1)]),
        ("datasets.*.limit", [["datasets", n, "limit"] for n in (0, 1)]),
        ("models.0.backend.names.x.y", [["models", 0, "backend", "names", "x.y"]]),
        ("runner.workers", [["runner", "workers"]]),
        ("summarizer.models", [["summarizer", "models"]]),
        ("models.1.resources", [["models", 1, "resources"]]),
    ],
)
def test_a_path_reaches_what_it_names(path, reached):
    before = some()
    made = apply_sets(before, [f"{path}=64"])
    for way in reached:
        node = made
        for part in way:
            node = node[part]
        assert node == 64
    assert before == some()


def test_sections_that_are_left_out_start_from_their_defaults():
    runner = apply_sets(some(), ["runner.workers=2"])["runner"]
    assert runner == {"type": "compass.runners.Local", "workers": 2}


def test_overrides_are_applied_in_order_and_share_nothing():
    made = apply_sets(some(), ["datasets.*.limit=[1]", "datasets.0.limit.0=2"])
    assert [d["limit"] for d in made["datasets"]] == [[2], [1]]


NOWHERE = {
    "modls.0.abbr": ("the config has no 'modls'", "did you mean 'models'?"),
    "models.0.abr": ("models.0 has no 'abr'", "did you mean 'abbr'?"),
    "models.0.generation.max_tokens": (
        "models.0.generation has no 'max_tokens'",
        "did you mean 'max_new_tokens'?",
    ),
    "models.2.abbr": ("models has no member 2", "it has 2, counted from 0"),
    "models.toy-3.abbr": ("models has no member 'toy-3'", "did you mean 'toy-1'"),
    "models.0.backend.pth.x": ("models.0.backend has no 'pth'", "known: names, type"),
    "models.0.abbr.x": ("models.0.abbr is a str and has no 'x'", "end the path there"),
    "models.1.backend.path.x": ("models.1.backend.path is None and has no 'x'", "end the path"),
    "models..abbr": ("an override must be PATH=VALUE", "for example"),
    "": ("an override must be PATH=VALUE", "for example"),
}


@pytest.mark.parametrize("path", NOWHERE)
def test_a_path_that_leads_nowhere_is_explained(path):
    what, hint = NOWHERE[path]
    with pytest.raises(ConfigError) as caught:
        apply_sets(some(), [f"{path}=5"])
    assert caught.value.what == what
    assert caught.value.where == f"--set {path}"
    assert hint in caught.value.hint


def test_an_override_without_a_value_is_explained():
    with pytest.raises(ConfigError, match="PATH=VALUE"):
        apply_sets(some(), ["models.0.abbr"])


def test_an_override_of_a_wrong_type_meets_the_schema(project):
    with pytest.raises(ConfigError, match="limit must be a whole number") as caught:
        experiment(Path("configs/eval_x.py"), ["datasets.0.limit=many"])
    assert caught.value.where == "configs/eval_x.py: datasets[0].limit"


def test_names_find_lists_then_abbrs_then_patterns(project):
    whole = experiment_from_names(models=["toy"], datasets=["quiz"], check=False)
    assert [m.abbr for m in whole.models] == ["toy-1", "toy-2.5"]
    assert [d.abbr for d in whole.datasets] == ["quiz-art", "quiz-law"]
    assert whole.name == "toy__quiz"
    assert whole.summarizer == {}
    one = experiment_from_names(models=["toy-2.5"], datasets=["quiz-l*", "quiz-law"])
    assert [m.abbr for m in one.models] == ["toy-2.5"]
    assert [d.abbr for d in one.datasets] == ["quiz-law"]
    assert one.name == "toy-2.5__quiz-l-quiz-law"


def test_names_take_summarizers_and_overrides(project):
    made = experiment_from_names(
        models=["toy_models"],
        datasets=["quiz-art"],
        summarizer="short",
        sets=["datasets.*.limit=2"],
        name="mine",
    )
    assert made.name == "mine"
    assert made.summarizer["groups"][0]["subsets"] == ["quiz-art", "quiz-law"]
    assert made.datasets[0].limit == 2


def test_paths_of_transformers_models_need_no_entry(project):
    raw = raw_from_names(hf=["HuggingFaceTB/SmolLM2-135M", "./My Model/"], datasets=["quiz"])
    assert raw["models"] == [
        {
            "abbr": "smollm2-135m",
            "backend": {"type": "compass.models.hf.HF", "path": "HuggingFaceTB/SmolLM2-135M"},
        },
        {"abbr": "my-model", "backend": {"type": "compass.models.hf.HF", "path": "./My Model/"}},
    ]


def test_a_file_of_rows_is_a_dataset(project, monkeypatch):
    rows = pytest.importorskip("compass.data.rows")
    path = write(project, "My Quiz.jsonl", '{"question": "1+1?", "answer": "2"}\n')
    raw = raw_from_names(models=["toy"], datasets=[path.name])
    (dataset,) = raw["datasets"]
    assert dataset == {"abbr": "my-quiz", **rows.guess(Path(path.name))}
    made = experiment_from_names(models=["toy"], datasets=[path.name])
    assert made.datasets[0].abbr == "my-quiz"


def unknown(**names) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        raw_from_names(**{"models": ["toy"], "datasets": ["quiz"], **names})
    return caught.value


def test_names_that_are_nearly_right_are_suggested(project):
    error = unknown(datasets=["quizz"])
    assert error.what == "there are no datasets called 'quizz'"
    assert error.where == "--datasets"
    assert "'quiz'" in error.hint
    assert "'toy'" in unknown(models=["toi"]).hint
    assert unknown(summarizer="shrt").what == "there is no summarizer called 'shrt'"
    assert unknown(summarizer="shrt").where == "--summarizer"
    assert "'short'" in unknown(summarizer="shrt").hint
    assert "there is no such file" in unknown(datasets=["rows.jsonl"]).hint
    write(project, "rows.csv", "")
    hint = "there is no such file; did you mean 'rows.csv'?"
    assert unknown(datasets=["row.csv"]).hint == hint
    assert "--models" in unknown(models=[]).hint
    assert "--datasets" in unknown(datasets=[]).hint


def test_a_broken_file_does_not_hide_the_others(project):
    write(project, "configs/models/bad.py", "bad_models = [\n")
    write(project, "configs/models/worse.py", "worse_models = [nothing]\n")
    assert len(raw_from_names(models=["toy"], datasets=["quiz"])["models"]) == 2
    error = unknown(models=["bad"])
    assert "configs/models/bad.py:1" in error.hint
    with pytest.raises(ConfigError, match="'nothing' is not defined"):
        raw_from_names(models=["worse"], datasets=["quiz"])
    entries = {e.name: e for e in catalogue("models")}
    assert entries["toy"].error is None
    assert "syntax error" in str(entries["bad"].error)
    assert "'nothing' is not defined" in str(entries["worse"].error)


def test_a_list_defined_twice_is_refused(project):
    write(project, "configs/models/again.py", "toy_models = []\n")
    error = unknown()
    assert error.what == "'toy_models' is defined twice"
    assert error.where == "configs/models/again.py and configs/models/toy.py"


def test_lists_that_are_passed_on_are_not_defined_twice(project):
    text = HEAD + "with read_base():\n    from .toy import toy_models\nall_models = toy_models\n"
    write(project, "configs/models/every.py", text)
    raw = raw_from_names(models=["toy", "all"], datasets=["quiz"])
    assert [m["abbr"] for m in raw["models"]] == ["toy-1", "toy-2.5"]


def test_the_entries_of_the_package_are_found_without_a_project(project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "summarizers")
    entries = {e.name: e for e in catalogue("models")}
    assert entries["chance"].abbrs == ("chance",)
    assert entries["chance"].file.endswith("compass/catalog/instant.py")


def test_the_catalogue_tells_names_files_and_what_they_are(project):
    (quiz,) = catalogue("datasets", "quiz")
    assert (quiz.name, quiz.file) == ("quiz", "datasets_cfg/quiz.py")
    assert quiz.about == "Quizzes on everything."
    assert quiz.abbrs == ("quiz-art", "quiz-law")
    (art,) = catalogue("datasets", "quiz-a*")
    assert (art.name, art.abbrs) == ("quiz", ("quiz-art",))
    (short,) = catalogue("summarizers", "short")
    assert short.about == "One mean."
    assert catalogue("models", "no-such") == []


def test_long_names_are_cut_and_still_differ(project):
    one = raw_from_names(models=["toy"], datasets=["quiz", *["quiz-art"] * 20])["name"]
    other = raw_from_names(models=["toy"], datasets=["quiz", *["quiz-art"] * 21])["name"]
    assert one != other
    assert len(one) < 100


SHIPPED = [
    path
    for folder in ("configs", "datasets_cfg", "summarizers")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path.name != "__init__.py"
]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_shipped_config_loads(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [*sys.path])
    raw = load(path)
    if path.name.startswith("eval_"):
        try:
            made = experiment(path)
        except CompassError as error:
            pytest.fail(str(error))
        assert made.combinations
        assert raw["name"] == made.name == path.stem
