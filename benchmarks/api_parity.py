"""The same questions to a model in process and through real servers: are the answers the same?

    python benchmarks/api_parity.py --questions 200 --tokens 64 --serve 50

Greedy, in float32, SmolLM2-135M-Instruct.  The first server is tests/hf_server.py, which also
gives true log-probabilities of prompts, so options are ranked through it; the second, with fewer
questions (--serve), is that of transformers.  Where texts differ, the gap between the two likeliest
tokens at the first difference is shown: matrices of other shapes are summed in another order, and
a gap of the size of that rounding goes either way.  The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any

import beside  # noqa: F401 - finds the project

from compass.catalog.weights import smollm2
from compass.models.api import API
from compass.models.hf import HF
from compass.records import Answer, Continuation, Dialogue, Message, Question, Sample
from compass.specs import Generation

THINGS = (
    "a bridge", "rain", "a compass", "bread", "a library", "iron", "a clock", "the tide", "a seed",
    "glass", "a lighthouse", "salt", "a bicycle", "snow", "a map", "wool", "a windmill", "honey",
    "a telescope", "clay",
)  # fmt: skip
ASKED = (
    "Explain in a few sentences what {} is.",
    "Why do people need {}?",
    "Tell a short story about {}.",
    "Describe {} to a child.",
    "What would the world be like without {}?",
    "Write a riddle about {}.",
    "How does {} come to be?",
    "Name three facts about {}.",
    "Compare {} with a stone.",
    "What can one learn from {}?",
)
OPTIONS = (" useful", " dangerous", " found in every house", " older than people")


def questions(count: int, options: tuple[str, ...] = ()) -> list[Question]:
    """Return questions that all differ."""
    found = []
    pairs = itertools.islice(itertools.product(ASKED, THINGS), count)
    for number, (words, thing) in enumerate(pairs):
        text = f"{thing[0].upper()}{thing[1:]} is" if options else words.format(thing)
        text = f"{words.format(thing)}\n{text}" if options else text
        dialogue = Dialogue((Message("user", text),))
        own = tuple(Continuation(dialogue, one) for one in options)
        sample = Sample(id=str(number), fields={})
        found.append(
            Question(key=f"{number:032x}", sample=sample, dialogue=dialogue, continuations=own)
        )
    return found


def served(folder: Path, module: str, **more: Any) -> API:
    """Return the model behind a server that ends with it."""
    command = [sys.executable, "-m", module, "{path}", "{port}"]
    root = str(Path(__file__).resolve().parents[1])
    serve = {"engine": "command", "command": command, "path": str(folder), "wait": 300}
    serve["env"] = {"PYTHONPATH": root, "OMP_NUM_THREADS": "1"}
    return API(str(folder), serve=serve, concurrency=4, **more)


def written(model: Any, asked: list[Question], settings: Generation) -> dict[str, Answer]:
    """Return the texts, by key; errors end the run."""
    began = time.perf_counter()
    found = {one.key: one for one in model.generate(iter(asked), settings)}
    model.close()
    failed = [one.error for one in found.values() if one.error]
    if failed:
        raise SystemExit(f"{len(failed)} questions failed: {failed[0]}")
    print(f"  {len(found)} texts in {time.perf_counter() - began:.0f} s", flush=True)
    return found


def gap(folder: Path, here: Answer, there: Answer) -> dict[str, Any]:
    """Return the two likeliest tokens where two texts part, and the nats between them."""
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    ids = tokenizer(here.prompt, add_special_tokens=False)["input_ids"]
    mine, theirs = (
        tokenizer(one.output, add_special_tokens=False)["input_ids"] for one in (here, there)
    )
    pairs = enumerate(itertools.zip_longest(mine, theirs))
    place = next(n for n, (one, other) in pairs if one != other)
    with torch.inference_mode():
        row = model(torch.tensor([ids + mine[:place]])).logits[0, -1].double().log_softmax(-1)
    values, tokens = row.topk(2)
    return {
        "token": place,
        "likeliest": [tokenizer.decode([int(token)]) for token in tokens],
        "gap": float(values[0] - values[1]),
    }


def compared(folder: Path, here: dict[str, Answer], there: dict[str, Answer]) -> dict[str, Any]:
    """Return how many texts are equal, and the gaps where they are not."""
    odd = [key for key, one in there.items() if one.output != here[key].output]
    gaps = [gap(folder, here[key], there[key]) for key in odd]
    sizes = [one.tokens or 0 for one in there.values()]
    return {
        "questions": len(there),
        "equal": len(there) - len(odd),
        "tokens": {"median": sorted(sizes)[len(sizes) // 2], "most": max(sizes)},
        "gaps": gaps,
    }


def ranked(folder: Path, count: int) -> dict[str, Any]:
    """Return how rankings in process and through prompt log-probabilities compare."""
    asked = questions(count, OPTIONS)
    here = HF(str(folder), dtype="float32", device="cpu", chat=False)
    mine = {one.key: one.likelihoods or () for one in here.rank(iter(asked))}
    here.close()
    there = served(folder, "tests.hf_server", chat=False, ranking="vllm")
    theirs = {one.key: one.likelihoods or () for one in there.rank(iter(asked))}
    there.close()

    def order(likelihoods: Any) -> list[int]:
        return sorted(range(len(OPTIONS)), key=lambda n: -likelihoods[n].logprob)

    off = [
        abs(one.logprob - other.logprob)
        for key, own in mine.items()
        for one, other in zip(own, theirs[key], strict=True)
    ]
    same = sum(order(mine[key]) == order(theirs[key]) for key in mine)
    return {"questions": len(mine), "equal_orders": same, "most_nats_apart": max(off)}


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--serve", type=int, default=50, metavar="N", help="0: leave it out")
    arguments = parser.parse_args()
    folder = smollm2()
    settings = Generation(max_new_tokens=arguments.tokens)
    asked = questions(arguments.questions)
    print("in process", flush=True)
    here = written(HF(str(folder), dtype="float32", device="cpu"), asked, settings)
    report: dict[str, Any] = {"tokens": arguments.tokens}
    for name, count in (("hf_server", len(asked)), ("transformers_server", arguments.serve)):
        if count:
            print(f"through tests/{name}.py", flush=True)
            there = written(served(folder, f"tests.{name}"), asked[:count], settings)
            report[name] = compared(folder, here, there)
            print(f"  {report[name]}", flush=True)
    report["rankings"] = ranked(folder, arguments.questions)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
