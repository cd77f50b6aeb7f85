"""Programs a second in the sandbox, against a fresh unprotected Python for each.

    python benchmarks/sandbox.py --json

Programs and tests are of the size of HumanEval's; both ways take turns, so that neither has
the quieter machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from compass.sandbox import Check, Sandbox

PROGRAM = """from typing import List


def below(numbers: List[int], most: int) -> List[int]:
    \"\"\"Return the numbers that are not above a bound, sorted, each once.\"\"\"
    seen = set()
    kept = []
    for number in numbers:
        if number <= most and number not in seen:
            seen.add(number)
            kept.append(number)
    return sorted(kept)
"""
TESTS = "\n".join(
    f"assert below([3, {n}, 9, 1, 3], 5) == {sorted({3, n, 1})}" for n in range(-2, 5)
)


def warm(sandbox: Sandbox, count: int) -> float:
    begun = time.perf_counter()
    tasks = ((Check(source=f"{PROGRAM}# {n}", tests=TESTS), None) for n in range(count))
    assert all(ran.passed for ran in sandbox.runs(tasks))
    return count / (time.perf_counter() - begun)


def fresh(workers: int, count: int) -> float:
    def one(number: int) -> int:
        command = [sys.executable, "-I", "-c", f"{PROGRAM}\n{TESTS}\n# {number}"]
        return subprocess.run(command, check=False, capture_output=True).returncode

    begun = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        assert not any(pool.map(one, range(count)))
    return count / (time.perf_counter() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=400, help="programs a round")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rung", default=None)
    chosen = parser.parse_args()
    with Sandbox(workers=chosen.workers, rung=chosen.rung) as sandbox:
        warm(sandbox, 20)
        pairs = [
            (warm(sandbox, chosen.count), fresh(chosen.workers, max(chosen.count // 10, 10)))
            for _ in range(chosen.rounds)
        ]
        found = {
            "rung": sandbox.rung,
            "workers": chosen.workers,
            "load": os.getloadavg()[0],
            "sandbox_per_second": [round(a, 1) for a, _ in pairs],
            "fresh_per_second": [round(b, 1) for _, b in pairs],
            "median_sandbox": round(statistics.median(a for a, _ in pairs), 1),
            "median_fresh": round(statistics.median(b for _, b in pairs), 1),
            "median_ratio": round(statistics.median(a / b for a, b in pairs), 2),
        }
    if chosen.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:20} {value}")


if __name__ == "__main__":
    main()
