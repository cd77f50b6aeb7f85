"""Judge the answers to TheoremQA by their types: yes or no, an option, numbers, lists of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from compass.errors import ConfigError, DataError
from compass.evaluators.child import Child, Overtime, need_package
from compass.evaluators.expression import final_expression, last_cue
from compass.evaluators.extract import letters, own_part, visible
from compass.evaluators.numerals import clean, last_statement, numerals
from compass.evaluators.short import first_target
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.records import Prediction, Sample, Score, Verdict

_TRUTH = re.compile(r"\b(yes|true|no|false)\b", re.IGNORECASE)
_OPTIONS = ("a", "b", "c", "d", "e", "f")
_CLOSE = 0.04
"""Largest relative difference of a float that counts as equal: the authors' figure."""

_SEPARATOR = re.compile(r"[,;]\s*|\s+(?:and|or)\s+")


class TheoremQA:
    """Accuracy on TheoremQA (Chen et al. 2023, arXiv:2305.12524), by ``answer_type``.

    The rules are those of the authors' ``predict_accuracy.py`` and ``number_utils.py``: a float
    may be 4 % off, a number is rounded where a whole one is wanted, lists have equal length
    and are compared in order of size.

    Args:
        seconds: Time to work out the value of one expression; what takes longer is killed.
    """

    version = 1

    def __init__(self, seconds: float = 10.0) -> None:
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds <= 0:
            raise ConfigError(f"seconds must be a number above 0, got {seconds!r}")
        need_package("math_verify", "TheoremQA")
        self.seconds = seconds
        self._child = Child("compass.evaluators.algebra")

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target, or its target is not of its type.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            return verdict(sample, prediction, {"accuracy": None}, target=target)
        output = output_of(prediction, "TheoremQA")
        kind = sample.metadata.get("answer_type")
        if kind == "bool":
            answer, right = _truth(output, target)
        elif kind == "option":
            answer, right = _option(output, target)
        else:
            answer, right = self._numbers(output, _wanted(target, sample))
        return verdict(
            sample,
            prediction,
            {"accuracy": float(right)},
            answer=answer,
            target=target,
            reason="" if answer else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the accuracy."""
        return summary(verdicts)

    def _numbers(self, output: str, wanted: Any) -> tuple[str | None, bool]:
        if isinstance(wanted, list):
            return self._list(output, wanted)
        expression = final_expression(output)
        found = self._value(expression) if expression else None
        if found is None:
            # A statement that names no number is not made up for by numbers elsewhere.
            stated = last_cue(own_part(visible(output)))
            number = last_statement(output if stated is None else stated)
            if number is None:
                return None, False
            return number.text, any(_near(one, wanted) for one in number.readings)
        return expression, any(_near(one, wanted) for one in found)

    def _list(self, output: str, wanted: list[Any]) -> tuple[str | None, bool]:
        expression = final_expression(output)
        parts = [p for p in _SEPARATOR.split((expression or "").strip(" ()[]{}\\$")) if p]
        values = [self._value(part.strip(" ()[]{}\\$")) for part in parts]
        if not values or any(value is None for value in values):
            return None, False
        mine = sorted(value[0] for value in values if value)
        right = len(mine) == len(wanted) and all(
            _near(one, other) for one, other in zip(mine, sorted(wanted), strict=True)
        )
        return expression, right

    def _value(self, expression: str) -> list[float] | None:
        """Return what a number or an expression can be worth; None if it is none."""
        plain = clean(expression.rsplit("=", 1)[-1]).strip().rstrip(".")
        numbers = numerals(plain)
        if len(numbers) == 1 and not re.search(r"[\\^√π]|\bpi\b|\be\b", plain):
            return list(numbers[0].readings)
        request = {"task": "value", "answer": expression.rsplit("=", 1)[-1]}
        try:
            value = self._child.ask(request, self.seconds)["answer"]
        except Overtime:
            return None
        return None if value is None else [value]


def _near(one: float, wanted: float) -> bool:
    if isinstance(wanted, int):
        return abs(one) < 1e300 and round(one) == wanted
    return abs(one - wanted) <= _CLOSE * abs(wanted)


def _wanted(target: str, sample: Sample) -> Any:
    try:
        wanted = json.loads(target)
    except ValueError:
        wanted = None
    numbers = wanted if isinstance(wanted, list) else [wanted]
    if any(isinstance(n, bool) or not isinstance(n, (int, float)) for n in numbers):
        raise DataError(
            f"the target {target!r} is not {sample.metadata.get('answer_type')!r}",
            hint="metadata answer_type says how a target is compared",
        )
    return wanted


def _truth(output: str, target: str) -> tuple[str | None, bool]:
    text = own_part(visible(output))
    found = _TRUTH.findall(last_cue(text) or "") or _TRUTH.findall(text)
    if not found:
        return None, False
    said = str(found[-1].lower() in ("yes", "true"))
    return said, said == target.capitalize()


def _option(output: str, target: str) -> tuple[str | None, bool]:
    text = own_part(visible(output))
    found = re.findall(r"\(([a-fA-F])\)", last_cue(text) or "") or re.findall(
        r"\(([a-fA-F])\)", text
    )
    place = letters(text, _OPTIONS) if not found else None
    said = found[-1].lower() if found else _OPTIONS[place[0]] if place else None
    return (f"({said})", f"({said})" == target.lower()) if said else (None, False)
