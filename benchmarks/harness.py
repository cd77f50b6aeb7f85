"""What the harness itself costs a question: a model that answers at once.

Runs the whole of ``run.py`` (plan, infer, durable rows, score, board) on N and 10 N
multiple-choice questions, each in a fresh process and folder, interleaved, and prints
the slope (milliseconds a question) apart from the start-up.

    python benchmarks/harness.py --questions 10000 --json
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.harness_peers import command as peer_command  # noqa: E402 - see above

CONFIG = """
from compass.ask import Generate, Rank
from compass.data.rows import Rows
from compass.evaluators import Choice
from compass.models.instant import Instant
from compass.prompts import Text

models = [dict(abbr='instant', backend=dict(type=Instant, rule='random'))]
datasets = [
    dict(
        abbr='synthetic',
        reader=dict(
            type=Rows, path={path!r}, question='question', choices='choices', answer='answer'
        ),
        prompt=dict(type=Text, text='Question: {{{{ question }}}}\\n{{{{ options }}}}\\nAnswer:'),
        ask=dict(type={ask}),
        evaluator=dict(type=Choice),
    )
]
"""


def write_questions(path: Path, count: int) -> None:
    """Write ``count`` made-up multiple-choice questions."""
    draw = random.Random(0)
    with path.open("w") as file:
        for number in range(count):
            a, b = draw.randrange(1000), draw.randrange(1000)
            options = [str(a + b + d) for d in (0, 1, 10, -1)]
            draw.shuffle(options)
            row = {
                "id": f"q{number}",
                "question": f"A shelf holds {a} books and gets {b} more. How many are there now?",
                "choices": options,
                "answer": "ABCD"[options.index(str(a + b))],
            }
            file.write(json.dumps(row) + "\n")


def measure(command: list[str]) -> dict[str, float]:
    """Run a command once; return seconds, CPU seconds and peak memory of its processes."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    before = time.perf_counter()
    with open(os.devnull, "wb") as nothing:
        actions = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), fd) for fd in (1, 2)]
        child = os.posix_spawn(command[0], command, environment, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
    if status:
        code = os.waitstatus_to_exitcode(status)
        raise SystemExit(f"{' '.join(command)} ended with exit code {code}")
    return {
        "seconds": time.perf_counter() - before,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
    }


def ours(data: Path, out: Path, ask: str) -> list[str]:
    """Return the command that lets Compass evaluate the questions in ``data``."""
    config = data.with_suffix(".py")
    config.write_text(CONFIG.format(path=str(data), ask=ask))
    return [sys.executable, str(ROOT / "run.py"), str(config), "-w", str(out)]


def run(questions: int, rounds: int, ask: str, peers: list[str]) -> dict[str, Any]:
    """Measure N and 10 N questions in turn, peers between; return medians and slopes.

    Peers are measured on a tenth of the questions, for their own two points.
    """
    found: dict[tuple[str, int], list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        sizes = {"compass": (questions, 10 * questions)}
        sizes.update({peer: (max(questions // 10, 10), questions) for peer in peers})
        for count in {count for pair in sizes.values() for count in pair}:
            write_questions(here / f"q{count}.jsonl", count)
        for number in range(rounds):
            for name, pair in sizes.items():
                for count in pair:
                    data, out = here / f"q{count}.jsonl", here / f"{name}_{count}_{number}"
                    command = (
                        ours(data, out, ask) if name == "compass" else peer_command(name, data, out)
                    )
                    found.setdefault((name, count), []).append(measure(command))
    results = {name: _slope(found, name, pair) for name, pair in sizes.items()}
    mine = results.pop("compass")
    speedup = {
        name: round(one["ms_per_question"] / mine["ms_per_question"], 1)
        for name, one in results.items()
    }
    return {
        "questions": questions,
        "rounds": rounds,
        "ask": ask,
        **mine,
        "peers": results,
        "speedup": speedup,
    }


def _slope(
    found: dict[tuple[str, int], list[dict[str, float]]], name: str, pair: tuple[int, int]
) -> dict[str, Any]:
    few, many = (
        {
            key: statistics.median(r[key] for r in found[name, count])
            for key in found[name, count][0]
        }
        for count in pair
    )
    slope = {key: (many[key] - few[key]) / (pair[1] - pair[0]) * 1000 for key in ("seconds", "cpu")}
    return {
        "ms_per_question": round(slope["seconds"], 4),
        "cpu_ms_per_question": round(slope["cpu"], 4),
        "startup_seconds": round(few["seconds"] - slope["seconds"] * pair[0] / 1000, 3),
        "startup_cpu_seconds": round(few["cpu"] - slope["cpu"] * pair[0] / 1000, 3),
        "seconds": {
            str(pair[0]): round(few["seconds"], 3),
            str(pair[1]): round(many["seconds"], 3),
        },
        "peak_mb": {
            str(pair[0]): round(few["peak_mb"], 1),
            str(pair[1]): round(many["peak_mb"], 1),
        },
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--questions", type=int, default=10_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ask", choices=["Rank", "Generate"], default="Rank")
    parser.add_argument(
        "--peers", default="none", help="lm-eval,inspect,evalscope,lighteval or none"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object alone")
    arguments = parser.parse_args()
    peers = [] if arguments.peers == "none" else arguments.peers.split(",")
    result = run(arguments.questions, arguments.rounds, arguments.ask, peers)
    if not arguments.json:
        for name, value in result.items():
            print(f"{name:>22}: {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
