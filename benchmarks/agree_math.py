"""Same outputs, same verdicts: Compass beside OpenCompass and lm-evaluation-harness.

Each peer judges the same outputs in its own interpreter; what is counted are outputs judged
otherwise than by Compass with the ``compat`` that follows it.

    OPENCOMPASS_PY=… LM_EVAL_PY=… python -m benchmarks.agree_math [DATA [PROBLEMS]]

PROBLEMS is how many of MATH-500 are judged by computer algebra, ten outputs each (default 100).
DATA is a folder with ``bbh``, ``outputs/bbh``, ``gsm8k`` and ``math`` (default: COMPASS_DATA).
A peer whose variable is not set is left out.  Both need ``math-verify`` and
``antlr4-python3-runtime==4.11.0`` beside them for the comparisons by computer algebra.
Prints one JSON line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from compass.data.bbh import CHOICE_TASKS, FREE_TASKS, bbh
from compass.data.gsm8k import gsm8k
from compass.data.math import competition_math, math_500
from compass.evaluators import BBH, Math, Numeric
from compass.evaluators.mathforms import minerva
from compass.records import Prediction, Sample

PEERS = {"opencompass": "OPENCOMPASS_PY", "lm-eval": "LM_EVAL_PY"}


class Case(NamedTuple):
    """Outputs with their samples, and who judges them how."""

    name: str
    peer: str
    evaluator: Any
    pairs: list[tuple[Sample, str]]
    metric: str = "accuracy"


def main() -> None:
    """Print what was compared and what differs."""
    data = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["COMPASS_DATA"])
    problems = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    report: dict[str, Any] = {}
    for peer, variable in PEERS.items():
        if not os.environ.get(variable):
            report[peer] = f"{variable} is not set"
            continue
        cases = [case for case in every_case(data, problems) if case.peer == peer]
        theirs = asked(os.environ[variable], peer, cases)
        report[peer] = {
            case.name: compared(case, judged) for case, judged in zip(cases, theirs, strict=True)
        }
    print(json.dumps(report, ensure_ascii=False))


def every_case(data: Path, problems: int) -> Iterator[Case]:
    """Yield what is compared."""
    for task in (*CHOICE_TASKS, *FREE_TASKS):
        pairs = list(bbh_outputs(data, task))
        if pairs:
            kind = "bbh-mcq" if task in CHOICE_TASKS else "bbh-free"
            yield Case(f"{kind}/{task}", "opencompass", BBH("opencompass"), pairs)
            solved = list(bbh_solutions(data, task))
            yield Case(f"{kind}/{task}-cot", "opencompass", BBH("opencompass"), solved)
    for solver in ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"):
        pairs = list(gsm8k_outputs(data, solver))
        yield Case(f"gsm8k/{solver}", "opencompass", Numeric("opencompass"), pairs)
        yield Case(f"gsm8k/{solver}", "lm-eval", Numeric("lm-eval"), pairs)
        flexible = "accuracy_flexible"
        yield Case(f"gsm8k-flex/{solver}", "lm-eval", Numeric("lm-eval"), pairs, flexible)
    written = list(math_outputs(data))
    yield Case("math-v2/written", "opencompass", Math("opencompass-v2"), written)
    yield Case("hendrycks/written", "lm-eval", Math("lm-eval"), written)
    written = written[: 10 * problems]
    yield Case("math-verify/written", "opencompass", Math("opencompass"), written)
    yield Case("minerva/written", "lm-eval", Math("lm-eval-minerva"), written)
    yield Case(
        "minerva-verify/written", "lm-eval", Math("lm-eval-minerva"), written, "accuracy_verify"
    )
    solved = [(s, s.metadata["solution"]) for s in competition_math(path=f"{data}/math").samples()]
    yield Case("math-v2/solutions", "opencompass", Math("opencompass-v2"), solved)
    yield Case("hendrycks/solutions", "lm-eval", Math("lm-eval"), solved)


def bbh_outputs(data: Path, task: str) -> Iterator[tuple[Sample, str]]:
    """Yield the outputs that the authors keep."""
    folder = data / "outputs" / "bbh" / "code-davinci-002-direct"
    path = folder / f"{task}_few_shot_template_0-255000.json"
    if path.is_file():
        outputs = json.loads(path.read_text("utf-8"))["outputs"]
        samples = bbh(task, path=str(data / "bbh")).samples()
        yield from ((s, o["prediction"]) for s, o in zip(samples, outputs, strict=True))


def bbh_solutions(data: Path, task: str) -> Iterator[tuple[Sample, str]]:
    """Yield every output in the words of a chain of thought, and of a chat model."""
    for sample, output in bbh_outputs(data, task):
        yield sample, f"Step by step, it is clear. So the answer is {output}."
        yield sample, f"First, (A) is not it.\n\nThe answer is: **{output}**."


def gsm8k_outputs(data: Path, solver: str) -> Iterator[tuple[Sample, str]]:
    """Yield the solutions of the authors' models, in three ways of ending."""
    samples = gsm8k(path=str(data / "gsm8k")).samples()
    lines = (data / "gsm8k" / "example_model_solutions.jsonl").read_text("utf-8").splitlines()
    for sample, line in zip(samples, lines, strict=True):
        solution = json.loads(line)[solver]["solution"]
        yield sample, solution
        yield sample, solution.replace("\nA: ", "\n#### ")
        yield sample, solution.replace("\nA: ", "\nThe answer is ") + ".\n\nQuestion: Is 3 odd?"


def math_outputs(data: Path) -> Iterator[tuple[Sample, str]]:
    """Yield answers of MATH-500, right and another problem's, in several spellings."""
    samples = list(math_500(path=f"{data}/math/math_oai").samples())
    targets = [sample.targets[0] for sample in samples]
    for place, sample in enumerate(samples):
        for answer in (targets[place], targets[place - 1]):
            plain = answer.replace("\\left", "").replace("\\right", "").replace(" ", "")
            yield sample, f"So it is $\\boxed{{{answer}}}$."
            yield sample, f"So it is $\\boxed{{{plain}}}$."
            final = f"The final answer is ${answer}$. I hope it is correct."
            yield sample, f"Let $x = 1$.\nFinal Answer: {final}"
            yield sample, f"The final answer is ${plain}$."
            yield sample, f"We get {answer}. That is all."


def asked(python: str, peer: str, cases: list[Case]) -> list[list[bool]]:
    """Return the peer's verdicts on every case."""
    order = {"peer": peer, "cases": [order_of(case) for case in cases]}
    script = Path(__file__).with_name("agree_math_peer.py")
    done = subprocess.run(
        [python, str(script)], input=json.dumps(order), capture_output=True, text=True, check=False
    )
    line = next((one for one in done.stdout.splitlines() if one.startswith("@@")), None)
    if line is None:
        raise SystemExit(f"{peer} failed:\n{done.stderr[-2000:]}")
    verdicts: list[list[bool]] = json.loads(line[2:])
    return verdicts


def order_of(case: Case) -> dict[str, Any]:
    """Return a case as the peer needs it: outputs, targets, solutions."""
    return {
        "kind": case.name.partition("/")[0],
        "outputs": [output for _, output in case.pairs],
        "targets": [sample.targets[0] for sample, _ in case.pairs],
        "solutions": [sample.metadata.get("solution", "") for sample, _ in case.pairs],
        "forms": [minerva(sample.targets[0]) for sample, _ in case.pairs],
    }


def compared(case: Case, theirs: list[bool]) -> dict[str, Any]:
    """Return how many are right to both, and where they differ."""
    ours = [
        case.evaluator.verdict(s, [Prediction(key="", sample_id=s.id, output=output)])
        for s, output in case.pairs
    ]
    right = [one.values[case.metric] == 1.0 for one in ours]
    different = [
        {"output": pair[1][-120:], "target": pair[0].targets[0], "theirs": their}
        for pair, mine, their in zip(case.pairs, right, theirs, strict=True)
        if mine != their
    ]
    return {
        "n": len(right),
        "right": sum(right),
        "their_right": sum(theirs),
        "different": len(different),
        "examples": different[:5],
    }


if __name__ == "__main__":
    main()
