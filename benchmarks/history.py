"""How long asking the history of many runs takes, with and without its index.

python benchmarks/history.py --runs 200 --datasets 20 --questions 500 --json
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from compass.history import series_of  # noqa: E402 - see above
from compass.history.index import NAME, opened  # noqa: E402
from compass.stats import wilson  # noqa: E402
from compass.store import write_document, write_rows  # noqa: E402


def make_run(top: Path, number: int, datasets: int, questions: int) -> None:
    """Write a run of made-up verdicts."""
    draw = random.Random(number)
    root = top / "nightly" / f"2026{number:04d}"
    rows = []
    for place in range(datasets):
        right = [float(draw.random() < 0.6) for _ in range(questions)]
        value, low, high = wilson(sum(right), questions)
        score = {"value": value, "low": low, "high": high, "n": questions, "failed": 0}
        rows.append(
            {"dataset": f"set{place}", "version": "v", "metric": "accuracy", "mode": "rank",
             "group": False, "scores": {"model": {**score, "scale": "share"}}}
        )  # fmt: skip
        verdicts = (
            {"sample_id": f"q{n}", "values": {"accuracy": one}} for n, one in enumerate(right)
        )
        write_rows(root / "score/model" / f"set{place}" / "verdicts.jsonl", verdicts)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(1.7e9 + 86400 * number))
    write_document(root / "run.json", {"started": stamp})
    write_document(root / "summary.json", {"rows": rows})


def asked(top: Path) -> tuple[float, int]:
    """Return the seconds of one look in this process, and the points it found."""
    begun = time.perf_counter()
    with opened(top) as index:
        points = index.points()
        series_of(points, index.clusters)
    return time.perf_counter() - begun, len(points)


def command(top: Path) -> float:
    """Return the seconds of the command from the shell."""
    shell = [sys.executable, "-m", "compass", "history", str(top)]
    begun = time.perf_counter()
    subprocess.run(shell, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def run(runs: int, datasets: int, questions: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        for number in range(runs):
            make_run(top, number, datasets, questions)
        first, points = asked(top)
        again = sorted(asked(top)[0] for _ in range(3))[1]
        shell = sorted(command(top) for _ in range(3))[1]
        size = (top / NAME).stat().st_size
        (top / NAME).unlink()
        anew, same = asked(top)
    return {
        "runs": runs, "datasets": datasets, "questions": questions, "points": points,
        "first_seconds": round(first, 2), "again_seconds": round(again, 3),
        "command_seconds": round(shell, 3), "index_mb": round(size / 1e6, 1),
        "anew_seconds": round(anew, 2), "same_points": same == points,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--datasets", type=int, default=20)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    args = parser.parse_args()
    report = run(args.runs, args.datasets, args.questions)
    if not args.json:
        for name, value in report.items():
            print(f"{name:18} {value}")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
