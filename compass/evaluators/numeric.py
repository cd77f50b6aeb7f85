"""Judge the number a text answers with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from compass.errors import ConfigError, DataError, did_you_mean
from compass.evaluators.numerals import last_statement, target_number
from compass.evaluators.short import first_target
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.records import Prediction, Sample, Score, Verdict

_COMPAT = (None, "gsm8k", "lm-eval", "opencompass")

_OFFICIAL = re.compile(r"(?:####|^A:) (-?[0-9.,]+)", re.MULTILINE)
_STRICT = re.compile(r"#### (\-?[0-9\.\,]+)")
_FLEXIBLE = re.compile(r"(-?[$0-9.,]{2,})|(-?[0-9]+)")
_PLAIN = re.compile(r"-?\d+\.\d+|-?\d+")


class _Reading(NamedTuple):
    """What was read out of an output, and whether it is right, by metric."""

    answer: str | None
    values: dict[str, float]


class Numeric:
    """Accuracy of a numeric answer.

    Args:
        compat: How the number is read and compared.

            - None: the last explicit statement, else the last number, see
              `compass.evaluators.numerals.last_statement`; equal up to ``tolerance``.
            - ``gsm8k``: the number after the first ``#### `` (or ``A: `` at the start
              of a line, as in the authors' model solutions), equal as text without
              commas (Cobbe et al. 2021, arXiv:2110.14168).
            - ``lm-eval``: as lm-evaluation-harness; ``accuracy`` is its strict match,
              ``accuracy_flexible`` its flexible extraction.
            - ``opencompass``: the last number before the next ``Question:``; a comma
              ends a number, so that 1,234 is read as 234, as there.
        tolerance: Largest relative difference that counts as equal.
    """

    version = 2

    def __init__(
        self,
        compat: Literal["gsm8k", "lm-eval", "opencompass"] | None = None,
        tolerance: float = 1e-6,
    ) -> None:
        if compat not in _COMPAT:
            raise ConfigError(
                f"Numeric knows no compat {compat!r}",
                hint=did_you_mean(str(compat), [name for name in _COMPAT if name]),
            )
        if not isinstance(tolerance, (int, float)) or not 0 <= tolerance < 1:
            raise ConfigError(f"tolerance must be a number from 0 to below 1, got {tolerance!r}")
        self.compat = compat
        self.tolerance = tolerance
        self._read = {
            None: self._compass, "gsm8k": _gsm8k, "lm-eval": _lm_eval, "opencompass": _opencompass
        }[compat]  # fmt: skip

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target, or one that is no number.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            return verdict(sample, prediction, {"accuracy": None}, target=target)
        read = self._read(output_of(prediction, "Numeric"), sample.targets)
        return verdict(
            sample,
            prediction,
            read.values,
            answer=read.answer,
            target=target,
            reason="" if read.answer is not None else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the accuracy."""
        return summary(verdicts)

    def _compass(self, output: str, targets: Sequence[str]) -> _Reading:
        found = last_statement(output)
        right = False
        for target in targets:
            wanted = target_number(target)
            if wanted is None:
                raise DataError(
                    f"the target {target!r} is not a number",
                    hint="evaluator=dict(type=Exact) compares text",
                )
            right = right or (found is not None and found.agrees(wanted, self.tolerance))
        return _Reading(found.text if found else None, {"accuracy": float(right)})


def _gsm8k(output: str, targets: Sequence[str]) -> _Reading:
    match = _OFFICIAL.search(output)
    answer = match[1].replace(",", "") if match else None
    wanted = {_after_hashes(target).replace(",", "") for target in targets}
    return _Reading(answer, {"accuracy": float(answer in wanted)})


def _lm_eval(output: str, targets: Sequence[str]) -> _Reading:
    strict = _STRICT.findall(output)
    flexible = [first or second for first, second in _FLEXIBLE.findall(output)]
    wanted = {_lm_eval_bare(target) for target in targets}
    return _Reading(
        strict[0] if strict else None,
        {
            "accuracy": float(bool(strict) and _lm_eval_bare(strict[0]) in wanted),
            "accuracy_flexible": float(bool(flexible) and _lm_eval_bare(flexible[-1]) in wanted),
        },
    )


def _lm_eval_bare(text: str) -> str:
    """Return the text without what that harness ignores: commas, dollars, a last full stop."""
    text = _after_hashes(text.replace(",", "").replace("$", ""))
    return text.strip().removesuffix(".").lower()


def _opencompass(output: str, targets: Sequence[str]) -> _Reading:
    numbers = _PLAIN.findall(output.partition("Question:")[0])
    answer = numbers[-1] if numbers else None
    right = False
    for target in targets:
        wanted = _after_hashes(target).replace(",", "")
        right = right or (answer is not None and _same_whole_number(answer, wanted))
    return _Reading(answer, {"accuracy": float(right)})


def _same_whole_number(answer: str, wanted: str) -> bool:
    try:
        return answer == wanted or abs(float(answer) - int(wanted)) < 1e-6
    except (ValueError, OverflowError):
        return False


def _after_hashes(target: str) -> str:
    return target.rsplit("#### ", 1)[-1].strip()
