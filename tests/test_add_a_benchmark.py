"""The page on adding a benchmark, followed to the letter."""

from __future__ import annotations

import csv
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from compass.cli import main

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "add-a-benchmark.md").read_text("utf-8")
MOST_LINES = 30


def config() -> tuple[str, str]:
    """Return name and text of the config the page shows."""
    match = re.search(r"^```python\n# (configs/\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return match[1], f"# {match[1]}\n{match[2]}"


def rows() -> tuple[str, str]:
    """Return name and text of the rows the page shows."""
    match = re.search(r"This is `(\S+)`:\n\n```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return match[1], match[2]


def commands() -> list[list[str]]:
    """Return the commands the page shows, in their order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write what the page shows, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name, text in (config(), rows()):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def board(folder: Path, metric: str) -> dict[str, dict[str, str]]:
    """Return the one board of a run folder, by dataset."""
    (path,) = folder.glob("**/summary.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["dataset"]: row for row in csv.DictReader(stream) if row["metric"] == metric}


def test_the_config_is_at_most_thirty_lines_with_circular_evaluation():
    assert len(config()[1].splitlines()) <= MOST_LINES
    assert "circular=" in config()[1]


def test_the_page_shows_a_look_at_a_prompt_and_a_run():
    assert [words[:2] for words in commands()] == [["compass", "prompt"], ["python", "run.py"]]


def test_every_command_of_the_page_runs_and_the_board_is_as_it_says(written):
    programs = {"python": [sys.executable], "compass": [sys.executable, "-m", "compass"]}
    for program, *arguments in commands():
        words = [str(ROOT / word) if word == "run.py" else word for word in arguments]
        done = subprocess.run(
            [*programs[program], *words],
            cwd=written,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr
    found, plain = (board(written / "outputs", name) for name in ("perf", "acc_circular"))
    said = re.search(r"`right` (\S+) and\n`first`, which always says A, (\S+) on both", PAGE)
    share = re.search(r"(\S+) for the `acc_circular`", PAGE)
    for dataset, mode in (("rivers", "rank"), ("rivers-gen", "gen")):
        row = found[dataset]
        assert (row["right"], row["first"], row["mode"]) == (said[1], said[2], mode)
        assert plain[dataset]["first"] == share[1]


def test_the_list_is_found_by_name_once_it_is_copied(written, capsys):
    folder = written / "datasets_cfg"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    kept = config()[1].splitlines()[:-2]
    (folder / "rivers.py").write_text("\n".join(kept) + "\n", "utf-8")
    assert main(["run", "--models", "chance", "--datasets", "rivers", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"rivers +4 +16 ", shown)
    assert re.search(r"rivers-gen +4 +16 ", shown)
