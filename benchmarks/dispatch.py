"""What planning and dispatching a job costs: locally, on a real Slurm and on a real Ray.

Two models that answer at once, fifty benchmarks of twenty questions, each question a job of its
own: 2,000 inference jobs and 100 scoring jobs, beside a tenth as many inference jobs.  Each run is
the whole of ``run.py`` in a fresh process and folder; the runners take turns.  Prints the slope
between the two (milliseconds of wall time a job, with its durable row and its seal) and the
start-up apart.

The clusters are on this machine, from tests/cluster; Slurm's needs root and its packages.

    python benchmarks/dispatch.py --rounds 3
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.harness import write_questions  # noqa: E402 - see above
from tests.cluster import ray_nodes, slurm  # noqa: E402

MODELS, DATASETS, QUESTIONS = 2, 50, 20
FEW = 10
"""Questions in a job of the smaller run."""

CONFIG = """
from compass.ask import Rank
from compass.data.rows import Rows
from compass.evaluators import Choice
from compass.models.instant import Instant
from compass.partitioners import BySize
from compass.prompts import Text

models = [
    dict(abbr='random', backend=dict(type=Instant, rule='random')),
    dict(abbr='right', backend=dict(type=Instant, rule='right')),
]
datasets = [
    dict(
        abbr='d' + str(number),
        reader=dict(
            type=Rows, path={path!r}, question='question', choices='choices', answer='answer'
        ),
        prompt=dict(type=Text, text='Question: {{{{ question }}}}\\nAnswer:'),
        ask=dict(type=Rank),
        evaluator=dict(type=Choice),
    )
    for number in range({datasets})
]
partitioner = dict(type=BySize, rows={rows})
runner = dict(type={runner})
"""


def runners(stack: contextlib.ExitStack, wanted: list[str]) -> dict[str, str]:
    """Start the clusters and return the runners as configs write them."""
    found = {"local": "'compass.runners.Local', workers=2"}
    if "slurm" in wanted:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ.update(stack.enter_context(slurm.Cluster(home)).environment)
        found["slurm"] = "'compass.runners.Slurm', tasks=2, poll=0.5"
    if "ray" in wanted:
        cluster = stack.enter_context(ray_nodes.Cluster())
        os.environ.update(cluster.environment)
        found["ray"] = f"'compass.runners.Ray', actors=2, address={cluster.address!r}"
    return {name: found[name] for name in wanted}


def seconds(here: Path, name: str, runner: str, rows: int) -> float:
    """Return how long a run takes."""
    config = here / f"{name}_{rows}.py"
    values = {"path": str(here / "rows.jsonl"), "datasets": DATASETS, "rows": rows}
    config.write_text(CONFIG.format(runner=runner, **values))
    command = [sys.executable, str(ROOT / "run.py"), str(config), "--no-report"]
    with tempfile.TemporaryDirectory(dir=here) as out:
        before = time.perf_counter()
        done = subprocess.run(
            [*command, "-w", out], capture_output=True, text=True, check=False,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        took = time.perf_counter() - before
    if done.returncode:
        raise SystemExit(f"{name} ended with exit code {done.returncode}: {done.stderr[-2000:]}")
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runners", default="local,slurm,ray")
    arguments = parser.parse_args()
    found: dict[tuple[str, int], list[float]] = {}
    with contextlib.ExitStack() as stack:
        here = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_questions(here / "rows.jsonl", QUESTIONS)
        for name, runner in list(runners(stack, arguments.runners.split(",")).items()) * (
            arguments.rounds
        ):
            for rows in (FEW, 1):
                found.setdefault((name, rows), []).append(seconds(here, name, runner, rows))
    result = {}
    for name in arguments.runners.split(","):
        few, many = (MODELS * DATASETS * QUESTIONS // rows for rows in (FEW, 1))
        low, high = (statistics.median(found[name, rows]) for rows in (FEW, 1))
        slope = (high - low) / (many - few)
        result[name] = {
            "ms_per_job": round(slope * 1000, 2),
            "start_up_seconds": round(low - slope * few, 2),
            "seconds": {few: round(low, 2), many: round(high, 2)},
        }
    print(json.dumps({"rounds": arguments.rounds, "load": os.getloadavg(), **result}))


if __name__ == "__main__":
    main()
