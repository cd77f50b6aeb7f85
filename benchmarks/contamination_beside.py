"""The corpus scan beside other programs, on one corpus, by one worker each, in turns.

benchmarks/peers.sh DIR datatrove corpus-assay decon     # prints the variables to set
python benchmarks/contamination_beside.py --megabytes 200 --rounds 2
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.contamination_corpus import Corpus, pour, write_questions  # noqa: E402
from benchmarks.contamination_peer import clocked  # noqa: E402

PYTHONS = {"datatrove": "DATATROVE_PY", "corpus-assay": "CORPUS_ASSAY_PY", "decon": "DECON_PY"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--planted", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1, help="the least CPU time counts")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    peers = [name for name, variable in PYTHONS.items() if variable in os.environ]
    corpus = Corpus(2 * arguments.planted)
    planted = corpus.planted()
    wanted = {corpus.questions[number]["id"] for number in planted}
    told: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.jsonl"
        with path.open("wb") as file:
            pour(corpus.lines(arguments.megabytes * 1_000_000, planted), file)
        write_questions(corpus, path.with_suffix(".questions.jsonl"))
        size = path.stat().st_size / 1e6
        for turn in range(arguments.rounds):
            for name in ("compass", *peers):
                one = ours(path, turn) if name == "compass" else peer(name, path)
                found = set(one.pop("found"))
                one |= {"found": len(found & wanted), "falsely": len(found - wanted)}
                one["per_core"] = size / one["cpu"]
                if name not in told or one["cpu"] < told[name]["cpu"]:
                    told[name] = one
                if not arguments.json:
                    print(f"round {turn + 1}: {line(name, size, one)}", flush=True)
    print(json.dumps(told) if arguments.json else "\n".join(line(n, size, told[n]) for n in told))


def ours(path: Path, turn: int) -> dict:
    """Our command, its start and its index included."""
    out = path.with_name(f"scan-{turn}")
    command = [sys.executable, "-m", "compass", "contamination", "corpus", "--corpus", str(path)]
    command += ["--datasets", str(path.with_suffix(".questions.jsonl")), "--methods", "words"]
    times: dict = {}
    with clocked(times):
        subprocess.run(
            [*command, "--workers", "1", "--out", str(out)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            capture_output=True,
            check=True,
        )
    asked = [json.loads(row)["id"] for row in path.with_suffix(".questions.jsonl").open()]
    rows = [json.loads(row)["label"] for row in (out / "items.jsonl").open()]
    found = [name for name, label in zip(asked, rows, strict=True) if label.startswith("input")]
    return {"found": found, **times}


def peer(name: str, path: Path) -> dict:
    """A peer under its own Python."""
    script = ROOT / "benchmarks" / "contamination_peer.py"
    command = [os.environ[PYTHONS[name]], str(script), name, str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def line(name: str, size: float, one: dict) -> str:
    """Return a line for people."""
    return (
        f"{name}: {size:,.0f} MB, {one['per_core']:.2f} MB a CPU second, {one['cpu']:.1f} CPU "
        f"seconds, {one['wall']:.1f} s wall; {one['found']:.0f} copies found, "
        f"{one['falsely']:.0f} falsely"
    )


if __name__ == "__main__":
    main()
