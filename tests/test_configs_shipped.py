"""Every config, dataset list and summarizer that ships loads, and names what exists."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from compass.cli import main
from compass.config import catalogue, experiment, load
from compass.config.lazy import variables
from compass.schema import check_components, experiment_from_dict
from compass.schema.place import Place
from compass.schema.summarizer import summarizer_from
from compass.specs import Experiment

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = sorted((ROOT / "configs").glob("eval_*.py"))
MODELS = [
    path
    for folder in ("configs/models", "compass/catalog")
    for path in sorted((ROOT / folder).glob("[!_]*.py"))
    if "_models" in path.read_text("utf-8")
]
DATASETS = sorted((ROOT / "datasets_cfg").glob("[!_]*.py"))
SUMMARIZERS = sorted((ROOT / "summarizers").glob("[!_]*.py"))
EVERY = [*CONFIGS, *MODELS, *DATASETS, *SUMMARIZERS]

MODEL = {"abbr": "instant", "backend": {"type": "compass.models.instant.Instant"}}
DATASET = {
    "abbr": "none",
    "reader": {"type": "compass.data.Inline", "rows": [{"question": "1 + 1 = ?", "answer": "2"}]},
    "prompt": {"type": "compass.prompts.Text", "text": "{{ question }}"},
    "ask": {"type": "compass.ask.Generate"},
    "evaluator": {"type": "compass.evaluators.Exact"},
}
# mmengine itself brings numpy and rich.
HEAVY = (
    "bm25s", "datasets", "jinja2", "pandas", "pyarrow", "scipy", "tabulate", "torch", "transformers"
)  # fmt: skip


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    """Shipped configs name files from the project root, and no data of this machine."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("COMPASS_DATA", raising=False)


def named(path: Path) -> str:
    return path.stem


def lists_of(path: Path, ending: str) -> dict[str, list]:
    values = variables(path).values
    return {name: value for name, value in values.items() if name.endswith(ending)}


def test_there_is_something_of_each_kind():
    assert len(CONFIGS) >= 6
    assert len(MODELS) >= 16
    assert DATASETS
    assert SUMMARIZERS


@pytest.mark.parametrize("path", CONFIGS, ids=named)
def test_a_config_becomes_specs_whose_components_exist(path):
    made = experiment(path)
    assert isinstance(made, Experiment)
    assert made.name == path.stem
    assert made.combinations


@pytest.mark.parametrize("path", CONFIGS, ids=named)
def test_a_config_is_json_and_comes_back_the_same(path):
    made = experiment(path)
    kept = json.loads(json.dumps(made.to_dict()))
    assert experiment_from_dict(kept, name=made.name, where="config.json") == made


@pytest.mark.parametrize("path", CONFIGS, ids=named)
def test_a_config_says_what_it_shows_in_one_line(path):
    first = path.read_text("utf-8").splitlines()[0]
    assert first.startswith('"""')
    assert len(first) > 20


@pytest.mark.parametrize("path", MODELS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_every_model_entry_becomes_a_spec(path):
    for name, entries in lists_of(path, "_models").items():
        made = experiment_from_dict(
            {"models": entries, "datasets": [DATASET]}, name=name, where=name
        )
        check_components(made, where=name)
        assert [m.abbr for m in made.models] == [one["abbr"] for one in entries]


@pytest.mark.parametrize("path", DATASETS, ids=named)
def test_every_dataset_list_becomes_specs(path):
    lists = lists_of(path, "_datasets")
    assert lists
    for name, entries in lists.items():
        made = experiment_from_dict({"models": [MODEL], "datasets": entries}, name=name, where=name)
        check_components(made, where=name)
        assert [d.abbr for d in made.datasets] == [one["abbr"] for one in entries]


@pytest.mark.parametrize("path", SUMMARIZERS, ids=named)
def test_every_summarizer_has_known_keys(path):
    for name, value in lists_of(path, "summarizer").items():
        assert summarizer_from(value, Place(name))["groups"]


@pytest.mark.parametrize("kind", ["models", "datasets", "summarizers"])
def test_everything_that_is_listed_can_be_read_and_says_what_it_is(kind):
    entries = catalogue(kind)
    assert entries
    assert [entry.file for entry in entries if entry.error] == []
    assert all(entry.about for entry in entries)


def test_loading_any_of_them_imports_nothing_heavy_and_none_of_the_parts():
    code = f"""
import sys
from pathlib import Path
from compass.config.lazy import variables
before = set(sys.modules)
for path in {[str(path) for path in EVERY]!r}:
    variables(Path(path))
heavy = {HEAVY!r}
parts = ("compass.data", "compass.ask", "compass.prompts", "compass.evaluators", "compass.models")
new = set(sys.modules) - before
print(*sorted(n for n in new if n.partition(".")[0] in heavy or n.startswith(parts)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_a_name_that_does_not_exist_would_be_found(tmp_path):
    text = (ROOT / "configs" / "eval_zero_code.py").read_text("utf-8")
    broken = tmp_path / "eval_broken.py"
    broken.write_text(text.replace("import Choice", "import Chioce").replace("=Choice", "=Chioce"))
    assert load(broken)["datasets"][0]["evaluator"]["type"] == "compass.evaluators.Chioce"
    with pytest.raises(Exception, match="has no 'Chioce'"):
        experiment(broken)


@pytest.mark.parametrize("name", ["eval_zero_code", "eval_replay"])
def test_configs_without_a_real_model_run_to_the_end(name, tmp_path, capsys):
    assert main(["run", f"configs/{name}.py", "-w", str(tmp_path), "--debug"]) == 0
    assert "quiz" in capsys.readouterr().out
    assert len(list(tmp_path.glob(f"{name}/*/summary.csv"))) == 1


def test_the_stored_outputs_score_five_of_six(tmp_path):
    main(["run", "configs/eval_replay.py", "-w", str(tmp_path), "--debug"])
    (summary,) = tmp_path.glob("eval_replay/*/summary.json")
    score = json.loads(summary.read_text())["rows"][0]["scores"]["elsewhere"]
    assert (round(score["value"] * 6), score["n"], score["unparsed"]) == (5, 6, 1)


@pytest.mark.parametrize("name", ["eval_demo", "eval_loss", "eval_combinations"])
def test_configs_of_the_small_model_are_planned_without_loading_it(name, smollm2, capsys):
    assert main(["run", f"configs/{name}.py", "--dry-run"]) == 0
    assert "questions" in capsys.readouterr().out


def test_the_quickstart_is_planned_on_local_data(smollm2, real_data, monkeypatch, capsys):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    assert main(["run", "configs/eval_quickstart.py", "--dry-run"]) == 0
    assert " 20 " in capsys.readouterr().out
