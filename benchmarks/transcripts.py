"""Transcripts of many questions: how long they take to write, to open, to filter, to search.

    python -m benchmarks.transcripts [QUESTIONS [MODELS]]

Writes a run folder of made-up answers (100,000 questions, 2 models), its transcripts, and opens
them from the disk in headless Chromium.  "open" is from the navigation to the first question in
full on the screen; the browser has been started before.  The median of five is told.
"""

from __future__ import annotations

import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from compass import store
from compass.board import board, collect
from compass.records import Prediction, Score, Verdict, record_to_dict
from compass.report import write_report

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
TIMES = 5


def rows(model: str, questions: int) -> Iterator[tuple[Prediction, Verdict]]:
    draw = random.Random(model)
    shots = "Question: what is a shot?\nAnswer: an example.\n\n" * 12
    for n in range(questions):
        right = draw.random() < 0.6
        key = f"{n:016x}{hash(model) & 0xFFFFFFFFFFFFFFFF:016x}"
        yield (
            Prediction(
                key=key,
                sample_id=f"q{n}",
                output="Let me see. " * draw.randint(5, 60) + f"The answer is {n}.",
                prompt=f"{shots}Question: how much is {n} and nothing?\nAnswer:",
                tokens=90,
                prompt_tokens=200,
                seconds=0.1,
            ),
            Verdict(
                key=key,
                sample_id=f"q{n}",
                values={"accuracy": float(right)},
                answer=str(n if right else n + 1),
                target=str(n),
            ),
        )


def make(root: Path, models: list[str], questions: int) -> None:
    for model in models:
        asked = root / "infer" / model / "many" / "00000000.jsonl"
        store.write_rows(asked, (record_to_dict(one) for one, _ in rows(model, questions)))
        judged = root / "score" / model / "many"
        store.write_rows(
            judged / "verdicts.jsonl", (record_to_dict(one) for _, one in rows(model, questions))
        )
        score = Score(metric="accuracy", value=0.6, low=0.59, high=0.61, n=questions)
        store.write_document(
            judged / "scores.json",
            {
                "model": model,
                "dataset": "many",
                "version": "000000",
                "mode": "gen",
                "scores": [record_to_dict(score)],
            },
        )


def until(page: Any, expression: str) -> None:
    while not page.evaluate(expression):
        time.sleep(0.002)


def timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def look(address: str, questions: int) -> dict[str, list[float]]:
    from playwright.sync_api import sync_playwright

    found: dict[str, list[float]] = {}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for _ in range(TIMES):
            page = browser.new_page(viewport={"width": 1400, "height": 900})

            def opened(page: Any = page) -> None:
                page.goto(address)
                until(
                    page, "document.querySelector('.card pre') && document.querySelector('.line')"
                )

            def filtered(page: Any = page) -> None:
                page.select_option("#state", "wrong")
                until(page, "document.getElementById('found').textContent.includes(' of ')")

            def searched(page: Any = page) -> None:
                page.select_option("#state", "all")
                page.fill("#search", f"is {questions - 1} and nothing")
                until(page, "document.getElementById('found').textContent.startsWith('1 of')")
                until(page, "!document.getElementById('found').textContent.includes('far')")

            def searched_whole(page: Any = page) -> None:
                page.fill("#search", f"the answer is {questions - 1}.")
                page.check("#full")
                until(page, "document.getElementById('found').textContent.startsWith('1 of')")
                until(page, "!document.getElementById('found').textContent.includes('far')")

            for act in (opened, filtered, searched, searched_whole):
                found.setdefault(act.__name__, []).append(timed(act))
            page.close()
        browser.close()
    return found


def main() -> None:
    questions = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    models = [f"model-{n}" for n in range(int(sys.argv[2]) if len(sys.argv) > 2 else 2)]
    with tempfile.TemporaryDirectory() as home:
        root = Path(home)
        make(root, models, questions)
        made = board(collect(root), {}, models, ["many"], title="many")
        began = time.process_time()
        write_report(made, root)
        wrote = time.process_time() - began
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        folder = root / "transcripts" / "many"
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        print(f"{questions:,} questions, {len(models)} models")
        print(f"written in {wrote:.1f} s of CPU; peak {most:.0f} MiB; {size:.0f} MB in", end=" ")
        print(f"{sum(1 for _ in folder.iterdir())} files")
        for name, seconds in look((folder / "index.html").as_uri(), questions).items():
            median, least = statistics.median(seconds), min(seconds)
            print(f"{name:<16} median {median:6.2f} s, fastest {least:6.2f} s")


if __name__ == "__main__":
    main()
