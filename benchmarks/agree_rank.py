"""The choices of ranked benchmarks beside lm-evaluation-harness, on real questions.

    export LM_EVAL_PY=…                                   # benchmarks/peers.sh prints it
    COMPASS_TEST_DATA=… python benchmarks/agree_rank.py --limit 200 --json

Two things are compared.  Prompts: its own task is built on the same rows, and must ask the
same pairs of context and option.  Likelihoods: it ranks the pairs that we ask, and must find
the same option likeliest; where it does not, the two options must be tied, that is closer
than --tie in log-likelihood.  The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beside import Peer, peak_mb
from sets import DATA

from compass.config.lazy import variables
from compass.models.hf import HF
from compass.questions import Benchmark, open_benchmark
from compass.records import Prediction, Question
from compass.schema import experiment_from_dict

ROOT = Path(__file__).resolve().parents[1]
INSTANT = {"abbr": "none", "backend": {"type": "compass.models.instant.Instant"}}
Pair = tuple[str, str]


@dataclass(frozen=True)
class Set:
    """A benchmark and the peer's task of it."""

    module: str
    name: str
    task: str | None = None
    path: str | None = None
    """Where its rows are in the hub's form, in the folder of real data."""


SETS = {
    "winogrande": Set("winogrande", "winogrande", "winogrande/default.yaml"),
    "hellaswag": Set(
        "hellaswag",
        "hellaswag",
        "hellaswag/hellaswag.yaml",
        "hellaswag/original_format_1000/hellaswag.jsonl",
    ),
    "piqa": Set("piqa", "piqa", "piqa/piqa.yaml"),
    "siqa": Set("siqa", "siqa", "siqa/siqa.yaml"),
    "openbookqa": Set("openbookqa", "openbookqa", "openbookqa/openbookqa.yaml"),
    "commonsenseqa": Set("commonsenseqa", "commonsenseqa", "commonsense_qa/default.yaml"),
    "boolq": Set("boolq", "boolq", "super_glue/boolq/default.yaml"),
    "arc_easy": Set("arc", "arc_easy", "arc/arc_easy.yaml", "hf_arrow/ai2_arc/ARC-Easy/validation"),
    "arc_challenge": Set(
        "arc",
        "arc_challenge",
        "arc/arc_challenge.yaml",
        "hf_arrow/ai2_arc/ARC-Challenge/validation",
    ),
    "copa": Set("copa", "copa", "super_glue/copa/default.yaml"),
    "wsc273": Set("wsc", "wsc273"),
    "truthfulqa_mc1": Set("truthfulqa_mc", "truthfulqa_mc1"),
}


def main() -> None:
    args = arguments()
    os.environ["COMPASS_DATA"] = str(DATA)
    sets = {name: opened(SETS[name]) for name in args.sets.split(",")}
    asked = {name: questions(one, args.limit) for name, one in sets.items()}
    report: dict[str, Any] = {"model": Path(args.model).name, "dtype": args.dtype, "sets": {}}
    for name, found in asked.items():
        report["sets"][name] = {"questions": len(found)}
    prompts(asked, sets, args.limit, report)
    if not args.prompts_only:
        likelihoods(asked, sets, args, report)
    if not args.json:
        for name, one in report["sets"].items():
            print(f"{name:16} {one}")
    print(json.dumps({**report, "peak_mb": round(peak_mb(), 1)}))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", default=",".join(SETS), help="names joined by commas")
    parser.add_argument("--limit", type=int, default=200, help="questions of each set")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--lm-eval-batch", type=int, default=4)
    parser.add_argument("--tie", type=float, default=1e-3, help="nats within which options tie")
    parser.add_argument("--model", default=os.environ.get("COMPASS_TEST_MODEL"))
    parser.add_argument("--prompts-only", action="store_true", help="load no model")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    args = parser.parse_args()
    if not args.model and not args.prompts_only:
        from compass.catalog.weights import smollm2

        args.model = str(smollm2())
    args.model = args.model or "none"
    return args


def opened(one: Set) -> Benchmark:
    """Return the benchmark as its config module has it, on the real rows."""
    (entry,) = variables(ROOT / "datasets_cfg" / f"{one.module}.py").meant()[f"{one.name}_datasets"]
    if one.path is not None:
        entry = {**entry, "reader": {**entry["reader"], "path": str(DATA / one.path)}}
    experiment = experiment_from_dict(
        {"models": [INSTANT], "datasets": [entry]}, name="agree", where="agree"
    )
    return open_benchmark(experiment.datasets[0])


def questions(benchmark: Benchmark, limit: int) -> list[Question]:
    """Return the first questions, as they are asked."""
    found = []
    for number, sample in zip(range(limit), benchmark.samples(), strict=False):
        dialogue = benchmark.prompt.dialogue(sample, benchmark.reader.shots())
        found.append(
            Question(
                key=str(number),
                sample=sample,
                dialogue=dialogue,
                continuations=benchmark.ask.continuations(sample, dialogue),
                whole=benchmark.ask.whole,
            )
        )
    return found


def pairs_of(question: Question) -> list[Pair]:
    """Return context and option, with what joins them, as a harness is given them."""
    pairs = []
    for one in question.continuations:
        glue = one.dialogue.joint if one.glue is None else one.glue
        pairs.append((one.dialogue.plain(), glue + one.text))
    return pairs


def prompts(
    asked: dict[str, list[Question]], sets: dict[str, Benchmark], limit: int, report: dict[str, Any]
) -> None:
    """Compare what is asked with what the peer's own tasks ask of the same rows."""
    named = [name for name in asked if SETS[name].task]
    order = [
        {"task": SETS[name].task, "rows": list(hub_rows(name, sets[name], limit))} for name in named
    ]
    peer = Peer("lm-eval", {"kind": "prompts", "asked": order})
    answers = peer.round()["answers"]
    peer.close()
    for name, theirs in zip(named, answers, strict=True):
        ours = [pairs_of(question) for question in asked[name]]
        other = [[tuple(pair) for pair in one] for one in theirs]
        same = [mine == one for mine, one in zip(ours, other, strict=True)]
        found = report["sets"][name]
        found["same_prompt"] = round(sum(same) / len(same), 4)
        if not all(same):
            place = same.index(False)
            found["first_other_prompt"] = {"ours": ours[place][0], "lm-eval": other[place][0]}


def hub_rows(name: str, benchmark: Benchmark, limit: int) -> Iterator[dict[str, Any]]:
    """Yield the rows in the form that the peer's task reads from the hub."""
    rows = benchmark.reader._rows.rows()  # type: ignore[attr-defined]
    for _, (_, row) in zip(range(limit), rows, strict=False):
        if name == "boolq" and "label" not in row:
            yield {**row, "label": int(row["answer"]), "idx": 0}
        elif name == "commonsenseqa" and isinstance(row["question"], dict):
            inner = row["question"]
            options = {key: [one[key] for one in inner["choices"]] for key in ("label", "text")}
            yield {
                "question": inner["stem"],
                "choices": options,
                "answerKey": row["answerKey"],
            }
        elif name == "openbookqa" and "Question Stem" in row:
            sample = benchmark.reader._sample(row)  # type: ignore[attr-defined]
            yield {
                "question_stem": row["Question Stem"],
                "choices": {"text": list(sample.choices), "label": list("ABCD")},
                "answerKey": row["Answer Key"],
            }
        else:
            yield row


def likelihoods(
    asked: dict[str, list[Question]],
    sets: dict[str, Benchmark],
    args: argparse.Namespace,
    report: dict[str, Any],
) -> None:
    """Compare choices and likelihoods; each option is a question of its own to the peer."""
    model = HF(args.model, chat=False, dtype=args.dtype)
    for name, found in asked.items():
        pairs = [pair for question in found for pair in pairs_of(question)]
        order = {
            "kind": "rank",
            "model": args.model,
            "dtype": args.dtype,
            "batch": args.lm_eval_batch,
            "asked": [(context, [option]) for context, option in pairs],
        }
        start = time.perf_counter()
        answers = {answer.key: answer for answer in model.rank(found)}
        seconds = time.perf_counter() - start
        peer = Peer("lm-eval", order)
        heard = peer.round()
        peer.close()
        values = iter(value for (value,) in heard["answers"])
        theirs = [[next(values) for _ in question.continuations] for question in found]
        report["sets"][name] |= compared(found, answers, theirs, sets[name], args.tie)
        report["sets"][name]["seconds"] = round(seconds, 1)
        report["sets"][name]["peer_seconds"] = round(heard["seconds"], 1)
        if not args.json:
            print(name, report["sets"][name], flush=True)


def compared(
    found: list[Question],
    answers: dict[str, Any],
    theirs: list[list[float]],
    benchmark: Benchmark,
    tie: float,
) -> dict[str, Any]:
    """Return shares of the same choice and what explains the rest."""
    same = ties = right = right_theirs = 0
    apart = 0.0
    for question, other in zip(found, theirs, strict=True):
        likelihoods_ = answers[question.key].likelihoods
        mine = [one.logprob for one in likelihoods_]
        apart = max(apart, *(abs(a - b) for a, b in zip(mine, other, strict=True)))
        stored = Prediction(
            key=question.key, sample_id=question.sample.id, likelihoods=likelihoods_
        )
        choice = next(iter(benchmark.ask.settle(question, stored).choices.values()))
        choice_theirs = other.index(max(other))
        right += choice in question.sample.right
        right_theirs += choice_theirs in question.sample.right
        if choice == choice_theirs:
            same += 1
        elif choice is not None:
            ties += abs(other[choice] - other[choice_theirs]) <= tie
    return {
        "same_choice": round(same / len(found), 4),
        "tied": ties,
        "unexplained": len(found) - same - ties,
        "largest_difference": round(apart, 6),
        "accuracy": round(right / len(found), 4),
        "accuracy_lm_eval": round(right_theirs / len(found), 4),
    }


if __name__ == "__main__":
    main()
