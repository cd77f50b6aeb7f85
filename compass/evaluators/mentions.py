"""Judge which numbers, or which classes, an output names, when naming more costs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from compass.errors import ConfigError, DataError
from compass.evaluators.short import answer_text, checked_read, first_target
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.records import Prediction, Sample, Score, Verdict

_NUMBER = re.compile(r"\d+")


class Numbers:
    r"""Share of the numbers in the output that are the right one.

    As LongBench scores counting and retrieval of passages (Bai et al. 2024,
    arXiv:2308.14508; ``count_score``, ``retrieval_score`` and ``retrieval_zh_score`` of
    ``LongBench/metrics.py``, MIT): "Paragraph 3 or 7" is worth a half where 7 is right.
    The target's number is its first; the best of several targets counts.

    Args:
        compat: ``opencompass`` reads think tags too, and adds up over targets instead of
            taking the best.
    """

    version = 1

    def __init__(self, compat: Literal["opencompass"] | None = None) -> None:
        self.compat = _checked(compat, "Numbers")

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target, or one without a number.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            return verdict(sample, prediction, {"accuracy": None}, target=target)
        output = output_of(prediction, "Numbers")
        numbers = _NUMBER.findall(output if self.compat else answer_text(output, "whole"))
        shares = [
            numbers.count(_number_of(one)) / len(numbers) if numbers else 0.0
            for one in sample.targets
        ]
        return verdict(
            sample,
            prediction,
            {"accuracy": sum(shares) if self.compat else max(shares)},
            answer=", ".join(numbers[:50]) if numbers else None,
            target=target,
            reason="" if numbers else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the mean share."""
        return summary(verdicts)


class Classes:
    """One over the number of classes the output names, if the right one is among them.

    As LongBench scores classification (Bai et al. 2024, arXiv:2308.14508;
    ``classification_score`` of ``LongBench/metrics.py``, MIT).  A class whose name is a
    part of the right one's is not counted beside it.  The classes are the sample's
    ``classes``.

    Args:
        read: What of the output is read: its first ``line``, the ``whole``, or the
            ``phrase`` of its last statement, see `Exact`.
        compat: ``opencompass`` takes names out of the list while it goes through it, so
            that of two in a row the second stays (as LongBench's script), and adds up
            over targets instead of taking the best; the line is that after leading line
            ends, think tags are read.
    """

    version = 1

    def __init__(
        self,
        read: Literal["whole", "line", "phrase"] = "line",
        compat: Literal["opencompass"] | None = None,
    ) -> None:
        self.read = checked_read(read, "Classes")
        self.compat = _checked(compat, "Classes")

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target, or no classes.
        """
        (prediction,) = predictions
        target = first_target(sample)
        classes = sample.metadata.get("classes")
        if not classes:
            raise DataError(
                f"sample {sample.id!r} does not list its classes",
                hint="its reader must give metadata 'classes'",
            )
        if prediction.error is not None:
            return verdict(sample, prediction, {"accuracy": None}, target=target)
        output = output_of(prediction, "Classes")
        if self.compat:
            said = output.lstrip("\n").split("\n")[0] if self.read == "line" else output
        else:
            said = answer_text(output, self.read)
        named = [one for one in classes if one in said]
        shares = [self._share(named, one) for one in sample.targets]
        return verdict(
            sample,
            prediction,
            {"accuracy": sum(shares) if self.compat else max(shares)},
            answer=", ".join(named) if named else None,
            target=target,
            reason="" if named else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the mean."""
        return summary(verdicts)

    def _share(self, named: Sequence[str], target: str) -> float:
        kept: list[str] = []
        skip = False
        for one in named:
            part = one in target and one != target and not skip
            # Removing from a list that is gone through jumps over the next of its items.
            skip = part and bool(self.compat)
            if not part:
                kept.append(one)
        return 1.0 / len(kept) if target in kept else 0.0


def _checked(compat: Literal["opencompass"] | None, name: str) -> str | None:
    if compat not in (None, "opencompass"):
        raise ConfigError(f"{name} knows no compat {compat!r}", hint="'opencompass' or None")
    return compat


def _number_of(target: str) -> str:
    match = _NUMBER.search(target)
    if match is None:
        raise DataError(
            f"the target {target!r} has no number", hint="evaluator=dict(type=Exact) compares text"
        )
    return match[0]
