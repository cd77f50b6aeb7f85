"""The process that asks math-verify whether two expressions mean the same.

Run as a module by `compass.evaluators.child.Child`.  Only here is computer algebra
loaded; it may hang or fill the memory, and nothing but this process is lost.  The time
limits of math-verify are off: they count seconds of the clock, so that a busy machine would
make right answers wrong.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from typing import Any

from compass.evaluators.child import PATIENCE

_MEMORY = 4 << 30
"""Bytes of address space: 9^9^9^9 must not fill the machine."""


def same(request: dict[str, Any]) -> bool:
    """Return whether the answer means the same as the target, both bare TeX."""
    from math_verify import parse, verify

    target, answer = (
        parse(f"${request[name]}$", parsing_timeout=None) for name in ("target", "answer")
    )
    return bool(target and answer and verify(target, answer, timeout_seconds=None))


def opencompass(request: dict[str, Any]) -> bool | None:
    """Return what ``MATHVerifyEvaluator`` makes of an output; None if it can read no answer.

    As in ``evaluator/math_evaluator.py`` (OpenCompass): the target comes
    second in the comparison, a target that cannot be read is wrong.
    """
    from latex2sympy2_extended import NormalizationConfig
    from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

    target = parse(
        f"${request['target']}$",
        extraction_mode="first_match",
        extraction_config=[LatexExtractionConfig(), ExprExtractionConfig()],
        parsing_timeout=None,
    )
    normal = NormalizationConfig(
        nits=False,
        malformed_operators=False,
        basic_latex=True,
        equations=True,
        boxed="all",
        units=True,
    )
    reading = LatexExtractionConfig(
        normalization_config=normal, boxed_match_priority=0, try_extract_without_anchor=False
    )
    answer = parse(
        request["output"],
        extraction_config=[reading],
        extraction_mode="first_match",
        parsing_timeout=None,
    )
    if not answer:
        return None
    return bool(target and verify(answer, target, timeout_seconds=None))


def minerva(request: dict[str, Any]) -> dict[str, bool]:
    """Return what minerva_math of lm-evaluation-harness makes of an output.

    ``exact`` compares the two forms with sympy, ``verify`` whole texts with math-verify.
    """
    from math_verify import parse, verify

    solution, output = (
        parse(request[name], parsing_timeout=None) for name in ("solution", "output")
    )
    return {
        "exact": _same_tex(request["answer"], request["target"]),
        "verify": bool(verify(solution, output, timeout_seconds=None)),
    }


def _same_tex(one: str, other: str) -> bool:
    import sympy
    from sympy.parsing.latex import parse_latex

    if one and one == other:
        return True
    try:
        return bool(sympy.simplify(parse_latex(one) - parse_latex(other)) == 0)
    except Exception:  # noqa: BLE001
        # sympy raises errors of every kind on what it cannot read; that harness says wrong.
        return False


def value(request: dict[str, Any]) -> float | None:
    """Return the number that an expression is; None if it is none."""
    from math_verify import parse

    parsed = parse(f"${request['answer']}$", parsing_timeout=None)
    number = complex(parsed[0].evalf()) if parsed and hasattr(parsed[0], "evalf") else None
    if number is None or number.imag or not math.isfinite(number.real):
        return None
    return number.real


TASKS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "same": same,
    "opencompass": opencompass,
    "minerva": minerva,
    "value": value,
}


def main() -> None:
    """Answer requests until there are no more."""
    try:
        import math_verify  # noqa: F401
    except ImportError as error:
        _say({"missing": str(error)})
        return
    _limit_memory()
    same({"target": r"\frac{1}{2}", "answer": "0.5"})  # what is loaded late is loaded now
    _say({"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        _limit_time(request["seconds"])
        try:
            answer = {"answer": TASKS[request["task"]](request)}
        except Exception as error:  # noqa: BLE001
            # Whatever goes wrong with a model's expression, the next one must be judged.
            answer = {"answer": None, "error": type(error).__name__}
        _say(answer)


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _limit_time(seconds: float) -> None:
    """Have the system end this process when it has worked for ``seconds`` from now on.

    Time of the processor, so that a busy machine judges as an idle one does.  The clock ends
    it too, much later, should nobody be there to do so.
    """
    import faulthandler

    faulthandler.dump_traceback_later(PATIENCE * seconds + 5, exit=True, file=sys.stderr)
    try:
        import resource
    except ImportError:
        return
    limit = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


if __name__ == "__main__":
    main()
