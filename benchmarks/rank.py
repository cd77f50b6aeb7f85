"""Ranking beside lm-evaluation-harness and OpenCompass, and beside the counted lower bound.

    benchmarks/peers.sh /some/folder            # once; prints the variables to set
    python benchmarks/rank.py --set mmlu --questions 400 --peers lm-eval,opencompass --json

Ours and each peer answer in turn, in rounds.  A peer may answer a part of the questions,
evenly spread (--part, for OpenCompass --opencompass-part); its time is scaled by their number.
With --also, ours answers in another precision too, and the choices that moves are counted.  The
last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import replace
from typing import Any

from beside import Peer, Times, peak_mb, timed
from bound import cost, matmul_rate
from sets import Ranked, arc_variants, ranked

from compass.models.hf import HF
from compass.models.hf.rank import Reading, rankings
from compass.records import Answer, Continuation, Dialogue, Message, Question, Sample


def main() -> None:
    args = arguments()
    asked = ranked(args.set, args.questions)
    questions = [question(str(number), one) for number, one in enumerate(asked)]
    model = opened(args, args.dtype)
    other = opened(args, args.also) if args.also else None
    report = count(model, questions)
    names = [name for name in args.peers.split(",") if name and name != "none"]
    order = {"kind": "rank", "model": args.model, "dtype": args.dtype}
    batches = {"lm-eval": args.lm_eval_batch, "opencompass": args.opencompass_batch}
    every = dict.fromkeys(names, args.part)
    if args.opencompass_part and "opencompass" in every:
        every["opencompass"] = args.opencompass_part
    parts = {name: asked[::step] for name, step in every.items()}
    peers = [
        Peer(name, {**order, "batch": batches[name], "asked": part}) for name, part in parts.items()
    ]
    ours, also, times = Times(), Times(), {name: Times() for name in names}
    plain = plain_questions(args)
    without, theirs = Times(), {}
    mine: dict[str, Answer] = {}
    moved: dict[str, Answer] = {}
    rates = [matmul_rate()]
    for _ in range(args.rounds):
        mine = timed(lambda: answered(model, questions), ours)
        if plain:
            timed(lambda: answered(model, plain), without)
        if other is not None:
            moved = timed(lambda: answered(other, questions), also)
        for peer in peers:
            heard = peer.round()
            times[peer.name].add(heard["seconds"], heard["cpu"])
            theirs[peer.name] = heard["answers"]
        rates.append(matmul_rate())
    for peer in peers:
        peer.close()
    clock = args.clock
    seconds = ours.best(clock)
    scaled = {n: t.best(clock) * len(asked) / len(parts[n]) for n, t in times.items()}
    report |= {
        "set": args.set,
        "questions": len(asked),
        "rounds": args.rounds,
        "clock": clock,
        "dtype": args.dtype,
        "threads": int(os.environ["OMP_NUM_THREADS"]),
        "seconds": round(seconds, 3),
        "questions_per_second": round(len(asked) / seconds, 3),
        "ms_per_question": round(1000 * seconds / len(asked), 2),
        "matmul_gflops": round(max(rates) / 1e9, 1),
        "lower_bound_seconds": round(report["flops"] / max(rates), 3),
        "peer_questions": {name: len(part) for name, part in parts.items()},
        "peer_seconds": {name: round(each, 2) for name, each in scaled.items()},
        "speedup": {name: round(each / seconds, 2) for name, each in scaled.items()},
        "same_choice": {
            name: agreement(choosing(model, name, questions[:: every[name]]), answers_of)
            for name, answers_of in theirs.items()
        },
        "peak_mb": round(peak_mb(), 1),
    }
    report["over_bound"] = round(seconds / report["lower_bound_seconds"], 3)
    if plain:
        report["over_plain_run"] = round(seconds / without.best(clock), 3)
    if other is not None:
        report["also"] = {
            "dtype": args.also,
            "seconds": round(also.best(clock), 3),
            "speedup": {name: round(each / also.best(clock), 2) for name, each in scaled.items()},
            "choices_moved": sum(choice(mine[q.key]) != choice(moved[q.key]) for q in questions),
        }
    tell(report, args.json)


def opened(args: argparse.Namespace, dtype: str) -> HF:
    return HF(args.model, chat=False, dtype=dtype, batch_tokens=args.batch_tokens)


def choice(answer: Answer) -> int:
    scores = [option.logprob for option in answer.likelihoods or ()]
    return scores.index(max(scores))


def arguments() -> argparse.Namespace:
    sets = ["mmlu", "hellaswag", "arc_challenge", "arc_circular"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", choices=sets, default="mmlu")
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--peers", default="none", help="lm-eval,opencompass or none")
    parser.add_argument("--part", type=int, default=4, help="peers answer every nth question")
    parser.add_argument("--opencompass-part", type=int, help="where it is to answer fewer")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--also", metavar="DTYPE", help="another precision of ours")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--batch-tokens", type=int)
    parser.add_argument("--lm-eval-batch", type=int, default=2)
    parser.add_argument("--opencompass-batch", type=int, default=2)
    parser.add_argument("--model", default=os.environ.get("COMPASS_TEST_MODEL"))
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    args = parser.parse_args()
    if not args.model:
        from compass.catalog.weights import smollm2

        args.model = str(smollm2())
    return args


def question(key: str, one: Ranked) -> Question:
    dialogue = Dialogue((Message("user", one.context),))
    return Question(
        key=key,
        sample=Sample(id=key, fields={}),
        dialogue=dialogue,
        continuations=tuple(Continuation(dialogue, option, "") for option in one.options),
    )


def plain_questions(args: argparse.Namespace) -> list[Question]:
    """Return the same questions without their rotations, where the set has them."""
    if args.set != "arc_circular":
        return []
    pairs = enumerate(arc_variants(args.questions))
    return [question(f"plain{number}", one) for number, (one, _) in pairs]


def count(model: HF, questions: list[Question]) -> dict[str, Any]:
    """Load the model and count what there is to compute."""
    from compass.models.hf.windows import FIRST

    list(model.rank(questions[:1]))
    model._walking().reset()
    words, weights = model._ready()
    found = [one for one in rankings(words, questions) if isinstance(one, Reading)]
    counted = cost([path for one in found for path in one.paths], weights.model.config)
    return {
        "distinct_tokens": counted.distinct,
        "full_tokens": counted.full,
        "token_ratio": round(counted.full / counted.distinct, 3),
        "flops": counted.flops,
        "first_window": FIRST,
    }


def answered(model: HF, questions: list[Question]) -> dict[str, Answer]:
    walk = model._walking()
    walk.reset()
    return {answer.key: answer for answer in model.rank(questions)}


def choosing(model: HF, peer: str, questions: list[Question]) -> list[list[float]]:
    """Return what we rank options by, in the way of a peer; OpenCompass reads the whole text."""
    if peer == "opencompass":
        questions = [replace(one, whole=True) for one in questions]
    answers = answered(model, questions)
    found = []
    for one in questions:
        options = answers[one.key].likelihoods or ()
        if peer == "opencompass":
            found.append([(o.whole or 0.0) / (o.whole_tokens or 1) for o in options])
        else:
            found.append([o.logprob for o in options])
    return found


def agreement(ours: list[list[float]], theirs: list[list[float]]) -> float:
    """Return the share of questions on which both find the same option likeliest."""
    same = [
        mine.index(max(mine)) == scores.index(max(scores))
        for mine, scores in zip(ours, theirs, strict=True)
    ]
    return round(sum(same) / len(same), 4)


def tell(report: dict[str, Any], only_json: bool) -> None:
    if not only_json:
        for name, value in report.items():
            print(f"{name:24} {value}")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
