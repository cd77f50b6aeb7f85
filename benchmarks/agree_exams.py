"""Whether ``compat='opencompass'`` judges examinations as OpenCompass does.

    OPENCOMPASS_PY=…/bin/python python -m benchmarks.agree_exams --outputs 2000 [--run FOLDER]

Outputs are made of phrases, letters and noise, drawn anew for each seed; ``--run`` adds the
answers stored in a run.  Each is judged by both, one by one; prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from compass.evaluators import Choice, Cloze, Marks
from compass.records import Prediction, Sample

_CASES: dict[str, Callable[[], Any]] = {
    "gaokao single_choice": lambda: Marks("single", compat="opencompass"),
    "gaokao multi_choice": lambda: Marks("several", compat="opencompass"),
    "gaokao multi_question_choice": lambda: Marks("parts", compat="opencompass"),
    "gaokao five_out_of_seven": lambda: Marks("five-of-seven", compat="opencompass"),
    "agieval single": lambda: Choice("first-of-five"),
    "agieval several": lambda: Choice("first-run"),
    "agieval cloze": lambda: Cloze("opencompass"),
    "ceval": lambda: Choice("first-capital"),
    "cmmlu zero-shot": lambda: Choice("opencompass-zh"),
    "mmlu": lambda: Choice("opencompass"),
    "mmlu older": lambda: Choice("first-option"),
}
_PHRASES = (
    "答案是", "答案：", "答案: ", "【答案】", "【答案】: ", "【解析】", "<eoe>", "<eoa>", "故选",
    "选", "选项", "是正确的", "说法正确的是", "只有", "因此", "所以", "显然", "答案为",
    "答案应该是", "正确", "对", "。", "，", "\n", "The answer is ", "The correct answer is (",
    ")", "ANSWER: ", "Answer:", "answer is ", "so ", "the cat ", "I think ", " ", "1. ", "(1)",
    "（2）", "36. ", "**", "\\boxed{", "}", "$", "=", "x", "0.5", "\\frac{1}{2}", "\\frac12",
    "1/2", "\\sqrt3", "\\sqrt{3}", "3", "1,000", "-7", "\\text{ cm}", "The answer is therefore ",
    "Therefore ", ":", ";", ".",
)  # fmt: skip
_FORMULAS = (
    "2", "$\\frac{1}{2}$", "0.5", "\\frac{1}{2}", "\\sqrt{3}", "$5$;$10$", "3\\text{ cm}",
    "-7", "x=3", "1000", "(3,4]", "90^\\circ",
)  # fmt: skip

_PEER = r"""
import json, sys
from opencompass.datasets.GaokaoBench import GaokaoBenchEvaluator
from opencompass.datasets.agieval.agieval import AGIEvalEvaluator
from opencompass.utils.text_postprocessors import (first_capital_postprocess,
    first_capital_postprocess_multi, first_option_postprocess, match_answer_pattern)

READ = {
    "agieval single": lambda t: first_option_postprocess(t, "ABCDE"),
    "agieval several": first_capital_postprocess_multi,
    "ceval": first_capital_postprocess,
    "cmmlu zero-shot": lambda t: match_answer_pattern(t, r"(?i)答案\s*:\s*[\W]*([A-D])"),
    "mmlu": lambda t: match_answer_pattern(t, r"(?i)ANSWER\s*:\s*([A-D])"),
    "mmlu older": lambda t: first_option_postprocess(t, "ABCD"),
}
out = {}
for case, rows in json.load(sys.stdin).items():
    values = []
    for output, target in rows:
        if case.startswith("gaokao"):
            judge = GaokaoBenchEvaluator(case.split()[1])
            values.append(judge.score([output], [target.split()])["score"] / 100)
        elif case == "agieval cloze":
            values.append(AGIEvalEvaluator().score([output], [target])["score"] / 100)
        else:
            # AccEvaluator maps references to numbers: equality of texts, where both are there.
            values.append(float(READ[case](output) == target))
    out[case] = values
print("\n@@" + json.dumps(out))
"""


def drawn_outputs(count: int, seed: int) -> Iterator[str]:
    """Yield texts of a few phrases with letters between them."""
    chance = random.Random(seed)
    for _ in range(count):
        parts = []
        for _ in range(chance.randint(1, 9)):
            if chance.random() < 0.45:
                parts.append(
                    "".join(chance.choices("ABCDEFGabz", k=chance.choice([1, 1, 1, 2, 5])))
                )
            else:
                parts.append(chance.choice(_PHRASES))
        yield chance.choice(["", " "]).join(parts)


def drawn_target(case: str, chance: random.Random) -> str:
    """Return right answers of the form of a case."""
    if case == "agieval cloze":
        return chance.choice(_FORMULAS)
    if case.endswith(("multi_choice", "several")):
        return "".join(sorted(chance.sample("ABCD", chance.randint(1, 3))))
    if case.endswith("multi_question_choice"):
        return " ".join(chance.choices("ABCD", k=chance.randint(1, 4)))
    if case.endswith("five_out_of_seven"):
        return " ".join(chance.sample("ABCDEFG", 5))
    return chance.choice("ABCD")


def ours(case: str, output: str, target: str) -> float:
    """Return the value of our verdict."""
    sample = Sample(id="x", fields={}, targets=(target,))
    if isinstance(_CASES[case](), Choice):
        places = tuple("ABCD".index(letter) for letter in target)
        sample = Sample(id="x", fields={}, choices=("w", "x", "y", "z"), right=places)
    prediction = Prediction(key="k", sample_id="x", output=output)
    value = _CASES[case]().verdict(sample, [prediction]).values["accuracy"]
    assert value is not None
    return value


def stored_outputs(run: Path) -> list[str]:
    """Return the texts that a run's models answered with."""
    files = sorted(run.glob("**/infer/**/*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [row["output"] for row in rows if row.get("output")]


def main() -> None:
    """Judge, compare, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outputs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--run", type=Path)
    options = parser.parse_args()
    python = os.environ.get("OPENCOMPASS_PY")
    if not python:
        sys.exit("OPENCOMPASS_PY names no interpreter: see benchmarks/peers.sh")
    texts = list(drawn_outputs(options.outputs, options.seed))
    real = stored_outputs(options.run) if options.run else []
    chance = random.Random(options.seed + 1)
    asked = {c: [(t, drawn_target(c, chance)) for t in (*texts, *real)] for c in _CASES}
    done = subprocess.run(
        [python, "-c", _PEER], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    theirs = json.loads(done.stdout.rpartition("@@")[2])
    report: dict[str, Any] = {"outputs": len(texts), "stored": len(real), "cases": {}}
    for case, rows in asked.items():
        mine = [ours(case, *row) for row in rows]
        pairs = list(zip(rows, mine, theirs[case], strict=True))
        wrong = [(row, a, b) for row, a, b in pairs if abs(a - b) > 1e-12]
        share = sum(mine) / len(mine)
        report["cases"][case] = {"differ": len(wrong), "ours": round(share, 4)}
        if wrong:
            report["cases"][case]["first"] = wrong[0]
    report["identical"] = not any(c["differ"] for c in report["cases"].values())
    sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
