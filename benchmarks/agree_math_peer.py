"""The peer's side of `benchmarks.agree_math`; run by the peer's own interpreter.

Reads one JSON object, prints "@@" and a list of verdicts for each case.
"""

import json
import sys
from importlib import import_module


def main() -> None:
    order = json.loads(sys.stdin.read())
    judge = {"opencompass": opencompass, "lm-eval": lm_eval}[order["peer"]]
    print("@@" + json.dumps([judge(case) for case in order["cases"]]), flush=True)


def opencompass(case):
    # The package shadows its own modules with star imports.
    names = ("bbh", "gsm8k", "math")
    bbh, gsm8k, math = (import_module(f"opencompass.datasets.{name}") for name in names)
    kind, outputs, targets = case["kind"], case["outputs"], case["targets"]
    if kind == "bbh-mcq":
        evaluator = bbh.BBHEvaluator_mcq()
        outputs = [bbh.bbh_mcq_postprocess(output) for output in outputs]
        targets = [bbh.bbh_mcq_postprocess(target) for target in targets]
    elif kind == "bbh-free":
        evaluator = bbh.BBHEvaluator()
    elif kind == "gsm8k":
        evaluator = gsm8k.Gsm8kEvaluator()
        outputs = [gsm8k.gsm8k_postprocess(output) for output in outputs]
        targets = [gsm8k.gsm8k_dataset_postprocess("#### " + target) for target in targets]
    elif kind == "math-v2":
        evaluator = math.MATHEvaluator(version="v2")
        outputs = [math.math_postprocess_v2(output) for output in outputs]
    else:
        return [bool(verified(*pair)) for pair in zip(outputs, targets, strict=True)]
    details = evaluator.score(outputs, targets)["details"]
    return [bool(one["correct"]) for one in details]


def verified(output, target):
    """One output as MATHVerifyEvaluator judges it, without a process for each."""
    import queue

    math_evaluator = import_module("opencompass.evaluator.math_evaluator")

    found = queue.Queue()
    math_evaluator._verify_worker(output, target, found)
    verdict = found.get_nowait()
    return verdict[0] == "ok" and verdict[1]


def lm_eval(case):
    kind, outputs, targets = case["kind"], case["outputs"], case["targets"]
    if kind == "hendrycks":
        from lm_eval.tasks.hendrycks_math import utils

        docs = [{"solution": "\\boxed{" + target + "}"} for target in targets]
        return [found["exact_match"] == 1 for found in results(utils, docs, outputs)]
    if kind.startswith("minerva"):
        from lm_eval.tasks.minerva_math import utils

        name = "math_verify" if kind == "minerva-verify" else "exact_match"
        docs = [
            {"solution": solution, "answer": utils.normalize_final_answer(target)}
            for solution, target in zip(case["solutions"], targets, strict=True)
        ]
        return [found[name] == 1 for found in results(utils, docs, outputs)]
    return gsm8k(kind, outputs, targets)


def results(utils, docs, outputs):
    return [utils.process_results(d, [output]) for d, output in zip(docs, outputs, strict=True)]


def gsm8k(kind, outputs, targets):
    """The filters and the metric of its gsm8k task."""
    from lm_eval.api.metrics import exact_match_hf_evaluate
    from lm_eval.filters.extraction import RegexFilter

    if kind == "gsm8k":
        regex = RegexFilter(regex_pattern="#### (\\-?[0-9\\.\\,]+)")
    else:
        regex = RegexFilter(regex_pattern="(-?[$0-9.,]{2,})|(-?[0-9]+)", group_select=-1)
    read = regex.apply([[output] for output in outputs], [{} for _ in outputs])
    ignored = [",", "\\$", "(?s).*#### ", "\\.$"]
    return [
        bool(
            exact_match_hf_evaluate(
                predictions=[answers[0]],
                references=[target],
                regexes_to_ignore=ignored,
                ignore_case=True,
            )["exact_match"]
        )
        for answers, target in zip(read, targets, strict=True)
    ]


if __name__ == "__main__":
    main()
