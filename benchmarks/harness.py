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


def measure(config: Path, work: Path) -> dict[str, float]:
    """Run ``run.py`` once; return seconds, CPU seconds and peak memory of its processes."""
    before = time.perf_counter()
    with open(os.devnull, "wb") as nothing:
        command = [sys.executable, str(ROOT / "run.py"), str(config), "-w", str(work)]
        actions = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), fd) for fd in (1, 2)]
        child = os.posix_spawn(sys.executable, command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"run.py ended with exit code {os.waitstatus_to_exitcode(status)}")
    return {
        "seconds": time.perf_counter() - before,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
    }


def run(questions: int, rounds: int, ask: str) -> dict[str, Any]:
    """Measure N and 10 N in turn; return medians and the slope."""
    found: dict[int, list[dict[str, float]]] = {questions: [], 10 * questions: []}
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for count in found:
            write_questions(here / f"{count}.jsonl", count)
            text = CONFIG.format(path=str(here / f"{count}.jsonl"), ask=ask)
            (here / f"harness_{count}.py").write_text(text)
        for number in range(rounds):
            for count, results in found.items():
                work = here / f"out_{count}_{number}"
                results.append(measure(here / f"harness_{count}.py", work))
    median = {
        count: {name: statistics.median(r[name] for r in results) for name in results[0]}
        for count, results in found.items()
    }
    few, many = median[questions], median[10 * questions]
    slope = {name: (many[name] - few[name]) / (9 * questions) * 1000 for name in ("seconds", "cpu")}
    return {
        "questions": questions,
        "rounds": rounds,
        "ask": ask,
        "ms_per_question": round(slope["seconds"], 4),
        "cpu_ms_per_question": round(slope["cpu"], 4),
        "startup_seconds": round(few["seconds"] - slope["seconds"] * questions / 1000, 3),
        "seconds": {str(count): round(m["seconds"], 3) for count, m in median.items()},
        "cpu_seconds": {str(count): round(m["cpu"], 3) for count, m in median.items()},
        "peak_mb": {str(count): round(m["peak_mb"], 1) for count, m in median.items()},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--questions", type=int, default=10_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ask", choices=["Rank", "Generate"], default="Rank")
    parser.add_argument("--json", action="store_true", help="print one JSON object alone")
    arguments = parser.parse_args()
    result = run(arguments.questions, arguments.rounds, arguments.ask)
    if not arguments.json:
        for name, value in result.items():
            print(f"{name:>22}: {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
