"""Generation beside lm-evaluation-harness and OpenCompass: GSM8K, 4 shots, greedy.

    python benchmarks/generate.py --questions 100 --peers lm-eval --json

Ours and each peer answer in turn, in rounds; a peer may answer every nth question (--part).
The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

from beside import Peer, Times, peak_mb, timed
from sets import gsm8k

from compass.models.hf import HF
from compass.records import Answer, Dialogue, Message, Question, Sample
from compass.specs import Generation

STOP = ("Question:",)


def main() -> None:
    args = arguments()
    asked = gsm8k(args.questions)
    part = asked[:: args.part]
    model = HF(args.model, chat=False, dtype=args.dtype)
    settings = Generation(max_new_tokens=args.max_new_tokens, stop=STOP)
    questions = [question(str(number), prompt) for number, prompt in enumerate(asked)]
    list(model.generate(questions[:1], Generation(max_new_tokens=2)))
    names = [name for name in args.peers.split(",") if name and name != "none"]
    order = {
        "kind": "generate",
        "model": args.model,
        "dtype": args.dtype,
        "asked": part,
        "batch": args.peer_batch,
        "max_new_tokens": args.max_new_tokens,
        "stop": list(STOP),
    }
    peers = [Peer(name, order) for name in names]
    ours, times = Times(), {name: Times() for name in names}
    theirs: dict[str, list[str]] = {}
    answers: dict[str, Answer] = {}
    for _ in range(args.rounds):
        model._walking().reset()
        answers = timed(lambda: {a.key: a for a in model.generate(questions, settings)}, ours)
        for peer in peers:
            heard = peer.round()
            times[peer.name].add(heard["seconds"], heard["cpu"])
            theirs[peer.name] = heard["answers"]
    for peer in peers:
        peer.close()
    seconds, scale = ours.best(args.clock), len(asked) / len(part)
    written = sum(answer.tokens for answer in answers.values())
    report = {
        "set": "gsm8k",
        "questions": len(asked),
        "max_new_tokens": args.max_new_tokens,
        "rounds": args.rounds,
        "clock": args.clock,
        "dtype": args.dtype,
        "threads": int(os.environ["OMP_NUM_THREADS"]),
        "seconds": round(seconds, 2),
        "ms_per_question": round(1000 * seconds / len(asked), 1),
        "prompt_tokens": sum(answer.prompt_tokens for answer in answers.values()),
        "tokens_generated": written,
        "tokens_per_second": round(written / seconds, 1),
        "failed": sum(answer.error is not None for answer in answers.values()),
        "peer_questions": len(part),
        "peer_seconds": {n: round(t.best(args.clock) * scale, 2) for n, t in times.items()},
        "speedup": {n: round(t.best(args.clock) * scale / seconds, 2) for n, t in times.items()},
        "same_answer": {n: agreement(answers, t, len(asked), args.part) for n, t in theirs.items()},
        "peak_mb": round(peak_mb(), 1),
    }
    if not args.json:
        for name, value in report.items():
            print(f"{name:20} {value}")
    print(json.dumps(report))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--max-new-tokens", type=int, default=256)
    parser.add_argument("--peers", default="none", help="lm-eval,opencompass or none")
    parser.add_argument("--part", type=int, default=4, help="peers answer every nth question")
    parser.add_argument("--peer-batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--model", default=os.environ.get("COMPASS_TEST_MODEL"))
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    args = parser.parse_args()
    if not args.model:
        from compass.catalog.weights import smollm2

        args.model = str(smollm2())
    return args


def question(key: str, prompt: str) -> Question:
    dialogue = Dialogue((Message("user", prompt),))
    return Question(key=key, sample=Sample(id=key, fields={}), dialogue=dialogue)


def agreement(ours: dict[str, Answer], theirs: list[Any], total: int, part: int) -> float:
    """Return the share of equal answers, white space at the ends aside."""
    pairs = zip(range(0, total, part), theirs, strict=True)
    same = [str(ours[str(n)].output).strip() == str(other).strip() for n, other in pairs]
    return round(sum(same) / len(same), 4)


if __name__ == "__main__":
    main()
