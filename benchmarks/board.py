"""A large leaderboard: what it takes to summarise 1,000 models on 100 datasets.

    python benchmarks/board.py --models 1000 --datasets 100

The scores are made up; there are no verdicts behind them, so nothing is tested.  Score files
are written first, outside of what is measured; measured are reading them, making the board
with ten groups in two tables, writing it in each format, and printing it.  Prints a line of
JSON with CPU seconds, wall seconds and the largest memory of the process.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from compass.board import Board, board_of, print_board, recorded_runs, tested  # noqa: E402
from compass.board.files import to_csv, to_json, to_long_csv  # noqa: E402
from compass.board.latex import to_latex  # noqa: E402
from compass.board.markdown import to_markdown  # noqa: E402
from compass.report.report import board_page, columns_of  # noqa: E402

GROUPS = 10


def make_run(root: Path, models: int, datasets: int) -> None:
    """Write a run folder of made-up scores, two metrics each."""
    chance = random.Random(0)
    names = [f"model-{number:04d}" for number in range(models)]
    sets = [f"dataset-{number:03d}" for number in range(datasets)]
    for model in names:
        skill = chance.random()
        for dataset in sets:
            folder = root / "score" / model / dataset
            folder.mkdir(parents=True)
            scores = [made_up(metric, skill, chance) for metric in ("accuracy", "accuracy_norm")]
            document = {
                "model": model, "dataset": dataset, "version": "1a2b3c", "mode": "rank",
                "scores": scores,
            }  # fmt: skip
            (folder / "scores.json").write_text(json.dumps(document, indent=1))
    document = {"config": "large", "models": {name: {} for name in names}, "datasets": sets}
    (root / "run.json").write_text(json.dumps(document))


def made_up(metric: str, skill: float, chance: random.Random) -> dict[str, Any]:
    value = min(0.99, max(0.01, 0.25 + 0.6 * skill + chance.gauss(0, 0.05)))
    return {
        "metric": metric, "value": value, "low": value - 0.01, "high": value + 0.01, "n": 1000,
        "failed": 0, "unparsed": chance.randrange(3), "truncated": 0, "chance": 0.25,
        "scale": "share",
    }  # fmt: skip


def summarizer(datasets: int) -> dict[str, Any]:
    names = [f"dataset-{number:03d}" for number in range(datasets)]
    groups = [
        {"name": f"group-{number}", "subsets": names[number::GROUPS]} for number in range(GROUPS)
    ]
    groups.append({"name": "all", "subsets": [one["name"] for one in groups]})
    return {
        "groups": groups,
        "datasets": [one["name"] for one in groups],
        "tables": [{"title": "Every dataset", "datasets": ["dataset-*"]}],
    }


def html(made: Board, root: Path, summed: dict[str, Any]) -> str:
    """Return the page of the board, without transcripts."""
    return board_page(made, columns_of(made, root), summed)


def printed(made: Board) -> str:
    from rich.console import Console

    text = io.StringIO()
    print_board(made, Console(file=text, width=120))
    return text.getvalue()


def run(models: int, datasets: int, parent: str | None) -> dict[str, Any]:
    """Measure and return seconds of CPU by step, wall seconds, and memory."""
    steps: dict[str, float] = {}
    sizes: dict[str, int] = {}

    def timed(name: str, do: Callable[[], Any]) -> Any:
        began = time.process_time()
        result = do()
        steps[name] = round(time.process_time() - began, 2)
        if isinstance(result, str):
            sizes[name] = len(result)
        return result

    with tempfile.TemporaryDirectory(dir=parent) as folder:
        make_run(Path(folder), models, datasets)
        began = time.perf_counter()
        runs = timed("read", lambda: recorded_runs([folder]))
        made = timed("board", lambda: tested(board_of(runs, summarizer(datasets))))
        for name, render in (
            ("csv", to_csv), ("long csv", to_long_csv), ("markdown", to_markdown),
            ("latex", to_latex), ("json", to_json), ("terminal", printed),
            ("html", lambda made: html(made, Path(folder), summarizer(datasets))),
        ):  # fmt: skip
            timed(name, lambda render=render: render(made))
        wall = time.perf_counter() - began
    return {
        "models": models,
        "datasets": datasets,
        "cpu_seconds": steps,
        "cpu_total": round(sum(steps.values()), 2),
        "wall_seconds": round(wall, 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "characters": sizes,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--datasets", type=int, default=100)
    parser.add_argument("--folder", help="where the score files are written (a temporary folder)")
    arguments = parser.parse_args()
    print(json.dumps(run(arguments.models, arguments.datasets, arguments.folder)))


if __name__ == "__main__":
    main()
