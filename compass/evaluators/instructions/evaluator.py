"""Judge whether a response does what its prompt asks of its form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from compass.errors import ConfigError, DataError
from compass.evaluators.extract import visible
from compass.evaluators.instructions.registry import CHECKERS, checked, follows, lenient_forms
from compass.evaluators.tally import UNPARSED, Measure, measured, output_of, verdict
from compass.records import Prediction, Sample, Score, Verdict

_MEASURES = (
    Measure("prompt_strict", "prompt_strict"),
    Measure("instruction_strict", "instruction_strict", "instructions"),
    Measure("prompt_loose", "prompt_loose"),
    Measure("instruction_loose", "instruction_loose", "instructions"),
)


class InstructionFollowing:
    """Share of prompts, and of single instructions, that are followed.

    IFEval (Zhou et al. 2023, arXiv:2311.07911).  A prompt counts if each of its
    instructions is followed.  The strict figures judge the response as it is; for the
    loose ones an instruction is followed if any of eight forms of the response follows
    it.  ``prompt_strict`` is the headline; then ``instruction_strict``, ``prompt_loose``,
    ``instruction_loose`` and the strict share of every kind of instruction.

    Reasoning in think tags is no part of a response.

    Args:
        instructions: Where in a sample's metadata the names of its instructions are.
        arguments: Where their arguments are, in the same order.
    """

    version = 1

    def __init__(
        self, instructions: str = "instruction_id_list", arguments: str = "kwargs"
    ) -> None:
        for name, value in (("instructions", instructions), ("arguments", arguments)):
            if not isinstance(value, str) or not value:
                raise ConfigError(f"{name} must name a column, got {value!r}")
        self.instructions = instructions
        self.arguments = arguments

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction; ``answer`` names the instructions that are not followed.

        Raises:
            DataError: The sample does not say what is to be checked.
        """
        (prediction,) = predictions
        asked = self._asked(sample)
        names = [name for name, _ in asked]
        target = " ".join(names)
        if prediction.error is not None:
            values = dict.fromkeys([*(m.metric for m in _MEASURES), *names])
            return verdict(sample, prediction, values, target=target)
        response = _response(output_of(prediction, "InstructionFollowing"))
        forms = lenient_forms(response)
        strict = [follows(name, given, response) for name, given in asked]
        loose = [
            right or any(follows(name, given, form) for form in forms[1:])
            for right, (name, given) in zip(strict, asked, strict=True)
        ]
        missed = [name for name, right in zip(names, strict, strict=True) if not right]
        return verdict(
            sample,
            prediction,
            _values(names, strict, loose),
            answer="not followed: " + " ".join(missed) if missed else "all followed",
            target=target,
            reason="" if response.strip() else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the four figures, then the strict share of each kind of instruction."""
        scores = measured(verdicts, _MEASURES)
        kinds = sorted({name for one in verdicts for name in one.values if name in CHECKERS})
        for kind in kinds:
            scores += measured(_Having(verdicts, kind), (Measure(kind, kind, f"n {kind}"),))
        return scores

    def _asked(self, sample: Sample) -> list[tuple[str, Mapping[str, Any]]]:
        try:
            names = sample.metadata[self.instructions]
            given = sample.metadata[self.arguments]
            asked = list(zip(names, given, strict=True))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"sample {sample.id!r} does not list its instructions and their arguments",
                hint="reader=dict(type=ifeval), or metadata=['instruction_id_list', 'kwargs']",
            ) from error
        for name, arguments in asked:
            checked(name, arguments or {})
        return [(name, arguments or {}) for name, arguments in asked]


class _Having:
    """Those of the verdicts that have a value, as often as they are asked for."""

    def __init__(self, verdicts: Iterable[Verdict], name: str) -> None:
        self._verdicts = verdicts
        self._name = name

    def __iter__(self) -> Iterator[Verdict]:
        return (one for one in self._verdicts if self._name in one.values)


def _response(output: str) -> str:
    """Return the output without reasoning, its white space untouched if there is none."""
    said = visible(output)
    return output if said == output.strip() else said


def _values(
    names: Sequence[str], strict: Sequence[bool], loose: Sequence[bool]
) -> dict[str, float]:
    count = len(names)
    values = {
        "prompt_strict": float(all(strict)),
        "instruction_strict": sum(strict) / count if count else 0.0,
        "prompt_loose": float(all(loose)),
        "instruction_loose": sum(loose) / count if count else 0.0,
        "instructions": float(count),
    }
    for kind in dict.fromkeys(names):
        found = [right for name, right in zip(names, strict, strict=True) if name == kind]
        values[kind] = sum(found) / len(found)
        values[f"n {kind}"] = float(len(found))
    return values
