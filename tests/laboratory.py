"""A small experiment on disk, run by the real command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from compass.store import read_rows

ROOT = Path(__file__).resolve().parents[1]

CONFIG = """
from compass.ask import Generate, Rank
from compass.data.rows import Rows
from compass.evaluators import Choice
from compass.models.instant import Instant
from compass.prompts import Text
from compass.runners import Local
from compass.partitioners import BySize

models = [dict(abbr='chance', backend=dict(type=Instant, rule='random', pause={pause}))]
datasets = [
    dict(
        abbr='ranked',
        reader=dict(type=Rows, path={data!r}, question='question', choices='choices',
                    answer='answer', id={id}),
        prompt=dict(type=Text, text={prompt!r}),
        ask=dict(type=Rank),
        evaluator=dict(type=Choice),
    ),
    dict(
        abbr='generated',
        reader=dict(type=Rows, path={data!r}, question='question', choices='choices',
                    answer='answer', id={id}),
        prompt=dict(type=Text, text={prompt!r}),
        ask=dict(type=Generate, max_new_tokens={tokens}),
        evaluator=dict(type=Choice{evaluator}),
    ),
]
partitioner = dict(type=BySize, rows={rows})
runner = dict(type=Local, workers={workers})
"""

DEFAULTS = {
    "prompt": "{{ question }}\n{{ options }}\nAnswer:",
    "pause": 0.0,
    "tokens": 8,
    "rows": 20,
    "workers": 1,
    "id": None,
    "evaluator": "",
}


class Laboratory:
    """A config and its data in a folder of their own.

    Args:
        home: An empty folder.
        count: Number of questions in the data.
    """

    def __init__(self, home: Path, count: int = 50, **settings) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.data = home / "rows.jsonl"
        self.config = home / "lab.py"
        self.out = home / "out"
        self.rows = [
            {
                "id": f"q{n}",
                "question": f"What is {n} plus {n}?",
                "choices": [str(2 * n + d) for d in (0, 1, 2, 3)],
                "answer": "A",
            }
            for n in range(count)
        ]
        self.write_data()
        self.configure(**settings)

    def write_data(self) -> None:
        lines = [json.dumps(row) + "\n" for row in self.rows]
        self.data.write_text("".join(lines))

    def configure(self, **settings) -> None:
        values = {**DEFAULTS, "data": str(self.data), **settings}
        self.config.write_text(CONFIG.format(**values))

    def command(self, *arguments: str) -> list[str]:
        return [
            sys.executable, str(ROOT / "run.py"), str(self.config), "-w", str(self.out), *arguments,
        ]  # fmt: skip

    def run(self, *arguments: str, code: int = 0, env=None) -> subprocess.CompletedProcess:
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, **(env or {})},
            check=False,
        )
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done

    @property
    def folder(self) -> Path:
        (folder,) = (path.parent for path in self.out.glob("lab/*/run.json"))
        return folder

    def logs(self) -> list[Path]:
        return sorted(self.folder.glob("infer/*/*/*.jsonl"))

    def stored(self) -> list[dict]:
        """Every row of every log."""
        return [row for log in self.logs() for row in read_rows(log)]

    def asked_by(self, *arguments: str, code: int = 0) -> int:
        """Resume the run and return how many questions that asked."""
        before = len(self.stored())
        self.run("-r", *arguments, code=code)
        return len(self.stored()) - before

    def board(self) -> dict:
        return json.loads((self.folder / "summary.json").read_text())
