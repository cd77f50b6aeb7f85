"""Do our evaluators of language and knowledge say what lm-eval's and OpenCompass' say?

The same predictions (right ones, cut ones, wordy ones, wrong ones, made from the real
targets) are judged by ours and, each in its own environment, by the peers.

    export LM_EVAL_PY=… OPENCOMPASS_PY=… COMPASS_DATA=…
    python benchmarks/agree_language.py --items 500

Prints one JSON line: for every peer and set the number of predictions, how many of ours
agree to 1e-9, how many are right (headline), and the first disagreements.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from compass.data.flores import flores  # noqa: E402 - see above
from compass.data.lambada import lambada  # noqa: E402
from compass.data.openqa import nq_open, triviaqa  # noqa: E402
from compass.data.squad import cmrc2018, xquad  # noqa: E402
from compass.data.truthfulqa_gen import truthfulqa_gen  # noqa: E402
from compass.evaluators import F1, Bleu, Contrast, Exact  # noqa: E402
from compass.records import Prediction, Sample  # noqa: E402

NO_ANSWER = ["unanswerable"]


def spoilt(target: str, draw: random.Random, others: list[str]) -> str:
    """Return an answer as a model might give it."""
    words = target.split()
    return draw.choice(
        [
            target,
            target.upper() + ".",
            f"the {target}",
            f"The answer is {target}.",
            f"Answer: {target}\nBecause I know.",
            f"答案是{target}。",
            f"{target}, I think",
            f" {target}\n\nQuestion: next?",
            " ".join(words[: max(1, len(words) // 2)]),
            target[: 1 + len(target) // 2],
            draw.choice(others),
            f"{draw.choice(others)} and {target}",
            "",
        ]
    )


def judged(evaluator: Any, sample: Sample, said: str) -> dict[str, float]:
    """Return the values of our verdict."""
    prediction = Prediction(key="k", sample_id=sample.id, output=said)
    return dict(evaluator.verdict(sample, [prediction]).values)


def predictions(reader: Any, items: int, seed: int) -> list[tuple[Sample, str]]:
    """Return samples with predictions."""
    draw = random.Random(seed)
    read = list(reader.samples())
    chosen = draw.sample(read, min(items, len(read)))
    others = [one.targets[0] for one in read if one.targets][:500]
    return [(one, spoilt(draw.choice(one.targets), draw, others)) for one in chosen]


def drop_rows(items: int) -> list[tuple[Sample, str]]:
    """Return made-up questions with one span or more, numbers among them."""
    draw = random.Random(4)
    words = ["red", "hens", "the", "3", "3.0", "12", "1,200", "$5", "well-known", "a", "yard", "4%"]

    def span() -> str:
        return " ".join(draw.choices(words, k=draw.randint(1, 3)))

    made = []
    for number in range(items):
        targets = [[span() for _ in range(draw.randint(1, 3))] for _ in range(draw.randint(1, 3))]
        said = draw.choice([span(), draw.choice(targets)[0], " ".join(draw.choice(targets))])
        made.append((Sample(id=str(number), fields={}, metadata={"spans": targets},
                            targets=tuple("; ".join(t) for t in targets)), said))  # fmt: skip
    return made


def cases(items: int) -> Iterator[tuple[str, str, list[Any], list[Any]]]:
    """Yield peer, set, what the peer is to judge, and our numbers."""
    english = predictions(xquad("en"), items, 1)
    rows = [[said, list(one.targets)] for one, said in english]
    yield "opencompass", "transformers-squad", rows, [pair(judged(F1(), *one)) for one in english]
    hidden = [(unanswered(one) if n % 2 else one, said) for n, (one, said) in enumerate(english)]
    hidden = [(one, "unanswerable" if n % 3 == 0 else said) for n, (one, said) in enumerate(hidden)]
    # What says "unanswerable" is the empty answer to the official script.
    rows = [["" if said in NO_ANSWER else said, list(one.targets)] for one, said in hidden]
    squad2 = F1(no_answer=NO_ANSWER)
    yield "opencompass", "transformers-squad2", rows, [pair(judged(squad2, *x)) for x in hidden]
    made = drop_rows(items)
    rows = [[said, one.metadata["spans"]] for one, said in made]
    yield (
        "lm-eval",
        "drop",
        [[[said], spans] for said, spans in rows],
        [pair(judged(F1(rules="drop"), *one)) for one in made],
    )
    # Few: lm-eval draws a bootstrap of a thousand for each pair of texts.
    truth = predictions(truthfulqa_gen(817), min(items, 30), 5)
    rows = [[said, list(one.targets), one.metadata["false"]] for one, said in truth]
    said_whole = Contrast()
    yield "lm-eval", "truthfulqa", rows, [judged(said_whole, *one) for one in truth]
    for name, reader in (("triviaqa", triviaqa("llm-foundry")), ("nq", nq_open())):
        asked = predictions(reader, items, 2)
        rows = [[said, list(one.targets)] for one, said in asked]
        for peer in ("lm-eval", "opencompass"):
            yield peer, name, rows, accuracies(Exact(name, compat=peer), asked)
    rows = [[said, list(one.targets)] for one, said in english]
    yield "opencompass", "squad2", rows, accuracies(Exact("squad", compat="opencompass"), english)
    chinese = predictions(cmrc2018(), items, 3)
    rows = [[said, list(one.targets)] for one, said in chinese]
    yield "opencompass", "cmrc2018", rows, accuracies(Exact("zh", compat="opencompass"), chinese)
    last = predictions(lambada(), items, 6)
    rows = [[said, list(one.targets)] for one, said in last]
    yield "opencompass", "lambada", rows, accuracies(Exact("strip", compat="opencompass"), last)
    for name, code, tokenize in (("fr", "fra_Latn", "13a"), ("zh", "zho_Hans", "zh")):
        lines = predictions(flores("eng_Latn", code), items, 7)
        rows = [[said, list(one.targets)] for one, said in lines]
        bleu = Bleu(tokenize=tokenize, compat="opencompass", resamples=2)
        verdicts = [
            bleu.verdict(one, [Prediction(key="k", sample_id=one.id, output=said)])
            for one, said in lines
        ]
        yield "opencompass", f"flores-{name}", rows, [bleu.summarise(verdicts)[0].value]


def unanswered(sample: Sample) -> Sample:
    """Return a sample whose passage does not answer it."""
    return Sample(id=sample.id, fields=sample.fields, cluster=sample.cluster)


def pair(values: dict[str, float]) -> list[float]:
    """Return F1 and exact match."""
    return [values["f1"], values["exact_match"]]


def accuracies(evaluator: Any, asked: list[tuple[Sample, str]]) -> list[float]:
    """Return our accuracy of each prediction."""
    return [judged(evaluator, *one)["accuracy"] for one in asked]


def same(ours: Any, theirs: Any) -> bool:
    """True if numbers, lists or dicts of numbers agree to 1e-9."""
    if isinstance(theirs, dict):
        return all(same(ours[name], value) for name, value in theirs.items())
    if isinstance(theirs, list):
        return all(map(same, ours, theirs))
    return abs(ours - theirs) <= 1e-9


def ask_peer(peer: str, jobs: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return what a peer says of all its jobs."""
    variable = {"lm-eval": "LM_EVAL_PY", "opencompass": "OPENCOMPASS_PY"}[peer]
    script = Path(__file__).with_name("agree_language_peers.py")
    done = subprocess.run(
        [os.environ[variable], str(script)],
        input=json.dumps({"peer": peer, "jobs": jobs}) + "\n",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{peer} failed:\n{done.stderr[-3000:]}")
    answers = [line for line in done.stdout.splitlines() if line.startswith("@@")]
    return dict(json.loads(answers[-1][2:]))


def main() -> None:
    """Compare and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=500)
    items = parser.parse_args().items
    jobs: dict[str, dict[str, list[Any]]] = {}
    mine: dict[str, dict[str, list[Any]]] = {}
    for peer, name, rows, ours in cases(items):
        jobs.setdefault(peer, {})[name] = rows
        mine.setdefault(peer, {})[name] = ours
    report: dict[str, dict[str, Any]] = {}
    for peer, wanted in jobs.items():
        if not os.environ.get({"lm-eval": "LM_EVAL_PY"}.get(peer, "OPENCOMPASS_PY")):
            report[peer] = {"skipped": "its interpreter is not named"}
            continue
        for name, theirs in ask_peer(peer, wanted).items():
            ours = mine[peer][name]
            differ = [n for n, both in enumerate(zip(ours, theirs, strict=True)) if not same(*both)]
            report.setdefault(peer, {})[name] = {
                "predictions": len(wanted[name]),
                "figures": len(ours),
                "agree": len(ours) - len(differ),
                "right": sum(bool(head(one)) for one in ours),
                "differ": [[wanted[name][n], ours[n], theirs[n]] for n in differ[:3]],
            }
    print(json.dumps(report, ensure_ascii=False))


def head(figure: Any) -> float:
    """Return what is right or wrong about a figure."""
    if isinstance(figure, dict):
        return float(figure["bleu_acc"])
    return float(figure[1] if isinstance(figure, list) else figure == 1)


if __name__ == "__main__":
    main()
