r"""Judge an expression by what it means: 1/2, 0.5 and \\frac{1}{2} are the same answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

from compass.errors import ConfigError, did_you_mean
from compass.evaluators.child import Child, Overtime, need_package
from compass.evaluators.expression import final_expression
from compass.evaluators.mathforms import (
    lm_eval_answer,
    minerva,
    minerva_answer,
    opencompass_answer,
    opencompass_equal,
)
from compass.evaluators.short import first_target
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.evaluators.tex import boxes, hendrycks_equal, unwrapped
from compass.records import Prediction, Sample, Score, Verdict

OVERTIME = "timeout"

_WORDS = re.compile(r"\s*\(?[A-Za-z][A-Za-z ,'-]*\)?\s*")


class _Reading(NamedTuple):
    """What was read out of an output, and what it is worth, by metric."""

    answer: str | None
    values: dict[str, float]
    reason: str = ""


class Math:
    r"""Accuracy of a mathematical answer: a number, an expression, a set, an interval, a matrix.

    Args:
        compat: How the answer is read and compared.

            - None: the last ``\boxed{}``, else the last explicit statement, else the last
              formula or number, see `compass.evaluators.expression`; right if it equals a
              target in the form of the authors of MATH, or means the same to math-verify
              (github.com/huggingface/Math-Verify).
            - ``hendrycks``: the last ``\boxed{}``, equal in the form of the authors of MATH
              (Hendrycks et al. 2021, arXiv:2103.03874, ``is_equiv``).
            - ``lm-eval``: as hendrycks_math of lm-evaluation-harness.
            - ``lm-eval-minerva``: as its minerva_math; ``accuracy`` is its exact match (with
              sympy), ``accuracy_verify`` its math_verify.
            - ``opencompass``: as MATHVerifyEvaluator of OpenCompass, its default for MATH.
            - ``opencompass-v2``: as its MATHEvaluator with ``math_postprocess_v2``.
        seconds: Processor time for one comparison; what takes longer is killed and counts as
            wrong, with the reason ``timeout``.
    """

    version = 1

    def __init__(
        self,
        compat: Literal["hendrycks", "lm-eval", "lm-eval-minerva", "opencompass", "opencompass-v2"]
        | None = None,
        seconds: float = 10.0,
    ) -> None:
        modes: dict[str | None, Callable[[str, Sample], _Reading]] = {
            None: self._compass,
            "hendrycks": _hendrycks,
            "lm-eval": _lm_eval,
            "lm-eval-minerva": self._minerva,
            "opencompass": self._opencompass,
            "opencompass-v2": _opencompass_v2,
        }
        if compat not in modes:
            raise ConfigError(
                f"Math knows no compat {compat!r}",
                hint=did_you_mean(str(compat), [name for name in modes if name]),
            )
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds <= 0:
            raise ConfigError(f"seconds must be a number above 0, got {seconds!r}")
        self.compat = compat
        self.seconds = seconds
        self._read = modes[compat]
        if compat in (None, "lm-eval-minerva", "opencompass"):
            need_package("math_verify", "Math")
        self._child = Child("compass.evaluators.algebra")

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            return verdict(sample, prediction, {"accuracy": None}, target=target)
        read = self._read(output_of(prediction, "Math"), sample)
        return verdict(
            sample,
            prediction,
            read.values,
            answer=read.answer,
            target=target,
            reason=read.reason or (UNPARSED if read.answer is None else ""),
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the accuracy."""
        return summary(verdicts)

    def _compass(self, output: str, sample: Sample) -> _Reading:
        answer = final_expression(output)
        if answer is None:
            return _Reading(None, {"accuracy": 0.0})
        late = False
        for target in sample.targets:
            if hendrycks_equal(answer, target) or _same_words(answer, target):
                return _Reading(answer, {"accuracy": 1.0})
            if _WORDS.fullmatch(unwrapped(target)) and len(unwrapped(target)) > 1:
                continue  # a word is no product of its letters
            try:
                if self._ask(task="same", answer=answer, target=target):
                    return _Reading(answer, {"accuracy": 1.0})
            except Overtime:
                late = True
        return _Reading(answer, {"accuracy": 0.0}, OVERTIME if late else "")

    def _opencompass(self, output: str, sample: Sample) -> _Reading:
        right: bool | None = None
        try:
            for target in sample.targets:
                right = self._ask(task="opencompass", output=output, target=target) or right
        except Overtime:
            return _Reading("", {"accuracy": 0.0}, OVERTIME)
        # The answer is shown as we read it: sympy's own form helps nobody.
        answer = None if right is None else final_expression(output) or ""
        return _Reading(answer, {"accuracy": float(bool(right))})

    def _minerva(self, output: str, sample: Sample) -> _Reading:
        answer = minerva_answer(output)
        values = {"accuracy": 0.0, "accuracy_verify": 0.0}
        request = {
            "task": "minerva",
            "output": output,
            "answer": minerva(answer or "[invalidanswer]"),
            "target": minerva(first_target(sample)),
            "solution": sample.metadata.get("solution") or f"${first_target(sample)}$",
        }
        try:
            found = self._ask(**request)
        except Overtime:
            return _Reading(answer, values, OVERTIME)
        if found:
            values = {
                "accuracy": float(found["exact"]),
                "accuracy_verify": float(found["verify"]),
            }
        return _Reading(answer, values)

    def _ask(self, **request: Any) -> Any:
        return self._child.ask(request, self.seconds)["answer"]


def _same_words(answer: str, target: str) -> bool:
    """Return whether both are the same words; ``(C)`` and ``C`` are."""
    one, other = (unwrapped(text).strip(" .$()").casefold() for text in (answer, target))
    return bool(one) and one == other and _WORDS.fullmatch(other) is not None


def _hendrycks(output: str, sample: Sample) -> _Reading:
    found = boxes(output)
    if not found:
        return _Reading(None, {"accuracy": 0.0})
    right = any(hendrycks_equal(found[-1], target) for target in sample.targets)
    return _Reading(found[-1], {"accuracy": float(right)})


def _lm_eval(output: str, sample: Sample) -> _Reading:
    answer = lm_eval_answer(output)
    right = any(hendrycks_equal(answer, target) for target in sample.targets)
    return _Reading(answer or None, {"accuracy": float(right)})


def _opencompass_v2(output: str, sample: Sample) -> _Reading:
    answer = opencompass_answer(output)
    right = any(opencompass_equal(answer, target) for target in sample.targets)
    return _Reading(answer or None, {"accuracy": float(right)})
