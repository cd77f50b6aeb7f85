"""Speed and memory of the corpus scan: MB a second and core, whether all copies are found.

The corpus is made as it is read and never lies on the disk: one pipe for each worker.  CPU
seconds are those of the scan and its workers alone, from its start to its end.

    python benchmarks/contamination.py --megabytes 1000 --methods words
    python benchmarks/contamination.py --megabytes 200 --write corpus.jsonl   # for other programs
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.contamination_corpus import Corpus, pour, write_questions  # noqa: E402


def main() -> None:
    arguments = _parsed()
    corpus = Corpus(2 * arguments.planted)
    planted = corpus.planted()
    size = arguments.megabytes * 1_000_000
    if arguments.write:
        path = Path(arguments.write)
        with path.open("wb") as file:
            pour(corpus.lines(size, planted), file)
        write_questions(corpus, path.with_suffix(".questions.jsonl"))
        ids = [corpus.questions[number]["id"] for number in planted]
        path.with_suffix(".planted.json").write_text(json.dumps(ids))
        return
    with tempfile.TemporaryDirectory() as folder:
        found = measured(corpus, planted, size, Path(folder), arguments)
    print(json.dumps(found) if arguments.json else _told(found))


def measured(
    corpus: Corpus, planted: list[int], size: int, folder: Path, arguments: argparse.Namespace
) -> dict[str, Any]:
    """Scan a corpus that comes through pipes, and return what it took and what was found."""
    write_questions(corpus, folder / "questions.jsonl")
    pipes = [folder / f"part{number}.jsonl" for number in range(arguments.workers)]
    sizes: list[int] = []
    threads = []
    for number, pipe in enumerate(pipes):
        os.mkfifo(pipe)
        part = planted[number :: len(pipes)]
        threads.append(
            threading.Thread(target=_pour, args=(corpus, part, size // len(pipes), pipe, sizes))
        )
    began = time.monotonic()
    command = [sys.executable, "-m", "compass", "contamination", "corpus", "--corpus"]
    command += [*map(str, pipes), "--datasets", str(folder / "questions.jsonl")]
    command += ["--methods", *arguments.methods, "--workers", str(arguments.workers)]
    command += ["--out", str(folder / "scan")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=ROOT)
    for thread in threads:
        thread.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    for thread in threads:
        thread.join()
    if status:
        raise SystemExit((folder / "log").read_text())
    told = [json.loads(line) for line in (folder / "scan" / "items.jsonl").open()]
    wanted = {number: number % 2 for number in planted}
    dirty = {n: row["label"] for n, row in enumerate(told) if row["label"] != "clean"}
    cpu = usage.ru_utime + usage.ru_stime
    return {
        "megabytes": sum(sizes) / 1e6,
        "methods": arguments.methods,
        "workers": arguments.workers,
        "wall": wall,
        "cpu": cpu,
        "per_core": sum(sizes) / 1e6 / cpu,
        "memory": usage.ru_maxrss / 1024,
        "planted": len(planted),
        "found": len(dirty.keys() & wanted.keys()),
        "falsely": len(dirty.keys() - wanted.keys()),
        "labels_right": sum(
            label == ("input-and-label" if wanted.get(number) else "input")
            for number, label in dirty.items()
        ),
    }


def _pour(corpus: Corpus, planted: list[int], size: int, pipe: Path, sizes: list[int]) -> None:
    with pipe.open("wb") as sink:
        sizes.append(pour(corpus.lines(size, planted), sink))


def _told(found: dict[str, Any]) -> str:
    return (
        f"{found['megabytes']:,.0f} MB by {', '.join(found['methods'])}: "
        f"{found['per_core']:.1f} MB a CPU second, {found['cpu']:.1f} CPU seconds, "
        f"{found['wall']:.1f} s with {found['workers']} workers; "
        f"largest process {found['memory']:.0f} MB; "
        f"{found['found']} of {found['planted']} copies found, {found['falsely']} falsely, "
        f"{found['labels_right']} labels right"
    )


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--planted", type=int, default=1000, help="copies, of twice as many (1000)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--methods", nargs="+", default=["words"])
    parser.add_argument("--write", metavar="FILE", help="write the corpus instead")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
