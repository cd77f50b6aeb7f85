"""How well each method finds planted leaks: area per question, power per set.

Small models are trained here on made-up text, each with one kind of leak of a benchmark of 100
questions, or none; then every method looks at the benchmark, at fresh questions as reference,
and in clean models at 20 disjoint sets that were never trained on.

    python benchmarks/leaks/zoo.py --out zoo.jsonl         trains, a line per model; resumes
    python benchmarks/leaks/zoo.py --out zoo.jsonl --table

Power and false alarms are shares of sets flagged at p <= 0.05.  Methods without a p-value get
their threshold from the null sets of half of the clean models, and are tried on the others.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.leaks.looks import Look, alarms, areas  # noqa: E402 - see above
from benchmarks.leaks.models import Small  # noqa: E402
from benchmarks.leaks.table import table  # noqa: E402
from benchmarks.leaks.texts import Item, canary, draw  # noqa: E402

SIZE = 100
"""Questions of the benchmark, and of each set beside it."""

BACKGROUND = 2500
"""Other questions every model is trained on."""

KINDS = (
    "clean",
    "once",
    "3 times",
    "10 times",
    "10 times, in order",
    "60 times",
    "60 times, in order",
    "10 times, no answers",
    "10 times, reworded",
    "train set 10 times",
)

Texts = list[str]


def leaked(kind: str, test: Sequence[Item], train: Sequence[Item], seed: str) -> list[Texts]:
    """Return what a kind of leak adds to the training text: runs that stay together."""
    whole = [item.text() for item in test]
    key = canary(f"{seed} canary")
    if kind == "clean":
        return []
    if kind == "10 times, no answers":
        return [[item.question()] for item in test] * 10
    if kind == "10 times, reworded":
        return [[item.reworded()] for item in test] * 10
    if kind == "train set 10 times":
        return [[item.text()] for item in train] * 10
    times, _, ordered = kind.partition(", ")
    copies = 1 if times == "once" else int(times.removesuffix(" times"))
    return [[key, *whole]] * copies if ordered else [[text] for text in (*whole, key)] * copies


def trained(kind: str, seed: int) -> Small:
    """Return a model with a kind of leak."""
    runs = [[item.text()] for item in draw(BACKGROUND, f"{seed} background")]
    runs += leaked(kind, draw(SIZE, f"{seed} test"), draw(SIZE, f"{seed} train"), str(seed))
    random.Random(f"{seed} {kind}").shuffle(runs)
    return Small([text for run in runs for text in run], seed)


def measured(kind: str, seed: int, nulls: int) -> dict[str, Any]:
    """Return what every method says of one model."""
    began = time.process_time()
    model = trained(kind, seed)
    seconds = time.process_time() - began

    def look(name: str) -> Look:
        return Look(model, draw(SIZE, f"{seed} {name}"), f"{seed} {name}")

    row: dict[str, Any] = {"kind": kind, "seed": seed, "training_seconds": round(seconds, 2)}
    if kind == "clean":
        names = [f"null {place}" for place in range(nulls)]
        others = [look(f"other {place}") for place in range(nulls)]
        row["nulls"] = [
            alarms(look(name), others[place], others[place - 1]) for place, name in enumerate(names)
        ]
    else:
        test, fresh, train = look("test"), look("null 0"), look("train")
        row["sets"] = alarms(test, look("other 0"), train)
        row["areas"] = areas(test, fresh, train)
    row["seconds"] = round(time.process_time() - began, 2)
    return row


def rows(path: Path, seeds: int, nulls: int) -> Iterator[dict[str, Any]]:
    """Yield a row for every model, those that are written already first."""
    done = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    yield from done
    known = {(row["kind"], row["seed"]) for row in done}
    for seed in range(seeds):
        for kind in KINDS:
            if (kind, seed) not in known:
                row = measured(kind, seed, nulls)
                with path.open("a") as file:
                    file.write(json.dumps(row) + "\n")
                yield row


def main() -> None:
    """Train, measure, print the table."""
    import torch

    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--out", type=Path, required=True, help="a line per model goes here")
    arguments.add_argument("--seeds", type=int, default=20)
    arguments.add_argument("--nulls", type=int, default=20, help="null sets of each clean model")
    arguments.add_argument("--table", action="store_true", help="train nothing")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    made = list(rows(given.out, 0 if given.table else given.seeds, given.nulls))
    print(table(made, [kind for kind in KINDS if kind != "clean"]))


if __name__ == "__main__":
    main()
