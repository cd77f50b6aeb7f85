"""From the shell to the first answer, and to the board: what starting costs.

    python benchmarks/startup.py --json

Runs a 32-question job with a model that answers at once, several times, and lists the
imports that take longest in the starting process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.harness import measure, ours, write_questions  # noqa: E402 - see above


def first_answer(command: list[str], out: Path) -> float:
    """Return the seconds from the start of a process to its first stored answer."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        while child.poll() is None:
            if any(path.stat().st_size for path in out.glob("*/*/infer/*/*/*.jsonl")):
                break
            time.sleep(0.002)
        seconds = time.perf_counter() - began
        child.wait()
    return seconds


def imports(command: list[str], most: int = 12) -> dict[str, float]:
    """Return the packages whose import takes longest in a process, in milliseconds."""
    done = subprocess.run(
        [command[0], "-X", "importtime", *command[1:]], capture_output=True, text=True, check=True
    )
    spent: dict[str, float] = {}
    for line in done.stderr.splitlines():
        if line.startswith("import time:") and "|" in line and "imported" not in line:
            own, _, name = line.removeprefix("import time:").split("|")
            package = name.strip().split(".")[0]
            spent[package] = spent.get(package, 0.0) + int(own) / 1000
    longest = sorted(spent.items(), key=lambda pair: -pair[1])[:most]
    return {name: round(spent, 1) for name, spent in longest}


def run(rounds: int) -> dict[str, Any]:
    """Measure and return medians."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        write_questions(here / "q32.jsonl", 32)
        firsts, wholes = [], []
        for number in range(rounds):
            out = here / f"first{number}"
            firsts.append(first_answer(ours(here / "q32.jsonl", out, "Rank"), out))
            wholes.append(measure(ours(here / "q32.jsonl", here / f"whole{number}", "Rank")))
        helping = [measure([sys.executable, str(ROOT / "run.py"), "--help"]) for _ in range(rounds)]
        spent = imports(ours(here / "q32.jsonl", here / "imports", "Rank"))
    return {
        "rounds": rounds,
        "load": os.getloadavg()[0],
        "seconds_to_first_answer": round(statistics.median(firsts), 3),
        "seconds_to_board": round(statistics.median(r["seconds"] for r in wholes), 3),
        "cpu_seconds_to_board": round(statistics.median(r["cpu"] for r in wholes), 3),
        "help_cpu_seconds": round(statistics.median(r["cpu"] for r in helping), 3),
        "import_ms": spent,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object alone")
    arguments = parser.parse_args()
    result = run(arguments.rounds)
    if not arguments.json:
        for name, value in result.items():
            print(f"{name:>24}: {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
