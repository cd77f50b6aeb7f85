"""Judge exam questions whose options stand in their text: by letters, with part marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from compass.errors import ConfigError, DataError, did_you_mean
from compass.evaluators.answersheet import official, sheet
from compass.evaluators.short import first_target
from compass.evaluators.tally import UNPARSED, Measure, measured, output_of, verdict
from compass.records import Prediction, Sample, Score, Verdict

Kind = Literal["single", "several", "parts", "five-of-seven"]
_LETTERS = {"single": "ABCD", "several": "ABCD", "parts": "ABCD", "five-of-seven": "ABCDEFG"}


class Marks:
    """Share of the marks of questions that may have several parts, or several right letters.

    The target of a sample lists the letters of each part, as in ``C A D``; ``BC`` has two
    right ones.  A part is right if exactly its letters are named.  ``accuracy`` is the sum
    of the marks gained over the sum of the marks there are: a part counts as the field
    ``marks`` of the sample's metadata says, 1 where there is none.  ``right`` is the share
    of samples with all marks.  Source: Zhang et al. 2023, arXiv:2305.12474, and the
    authors' ``Bench/OBJ_score_evaluation.py``.

    Args:
        kind: ``single`` (one letter), ``several`` (one part, one or more letters),
            ``parts`` (a letter for each part) or ``five-of-seven`` (a letter of A to G for
            each of five gaps).
        partial: Share of the marks for naming some of the right letters and no wrong one,
            where ``kind`` is ``several``.
        compat: ``opencompass`` reads and compares letters as OpenCompass and the authors
            do, and lets each part count the same, as OpenCompass does.
    """

    version = 1

    def __init__(
        self,
        kind: Literal["single", "several", "parts", "five-of-seven"] = "single",
        partial: float = 0.5,
        compat: Literal["opencompass"] | None = None,
    ) -> None:
        if kind not in get_args(Kind):
            raise ConfigError(
                f"Marks knows no kind {kind!r}", hint=did_you_mean(str(kind), get_args(Kind))
            )
        if isinstance(partial, bool) or not isinstance(partial, (int, float)):
            raise ConfigError(f"partial is {partial!r}, not a number", hint="write partial=0.5")
        if not 0 <= partial <= 1:
            raise ConfigError(f"partial must be from 0 to 1, got {partial!r}")
        if compat not in (None, "opencompass"):
            raise ConfigError(
                f"Marks knows no compat {compat!r}",
                hint=did_you_mean(str(compat), ["opencompass"]),
            )
        self.kind: Kind = kind
        self.partial = float(partial)
        self.compat = compat

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target, or one that is no letters.
        """
        (prediction,) = predictions
        target = first_target(sample)
        wanted = target.split()
        if not wanted or any(set(part) - set(_LETTERS[self.kind]) for part in wanted):
            raise DataError(
                f"the target {target!r} of sample {sample.id!r} is no list of letters "
                f"{_LETTERS[self.kind]}",
                hint="write the letters of each part, as in 'C A D'",
            )
        if prediction.error is not None:
            return verdict(sample, prediction, {"accuracy": None, "right": None}, target=target)
        read = self._read(output_of(prediction, "Marks"), len(wanted))
        gained = [self._share(a, b) for a, b in zip(read or [], wanted, strict=bool(read))]
        share = sum(gained) / len(wanted)
        values = {
            "accuracy": share,
            "right": float(share == 1),
            "marks": float(len(wanted) * self._worth(sample)),
        }
        return verdict(
            sample,
            prediction,
            values,
            answer=" ".join(part or "-" for part in read) if read else None,
            target=target,
            reason="" if read else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the share of the marks, and that of samples with all of them."""
        return measured(
            verdicts, [Measure("accuracy", "accuracy", "marks"), Measure("right", "right")]
        )

    def _worth(self, sample: Sample) -> float:
        return 1.0 if self.compat else float(sample.metadata.get("marks", 1))

    def _read(self, output: str, count: int) -> list[str] | None:
        """Return the letters of each part, an empty text where nothing was found, or None."""
        if self.compat:
            return official(output, self.kind, count)
        return sheet(output, _LETTERS[self.kind], count, several=self.kind == "several")

    def _share(self, answer: str, wanted: str) -> float:
        """Return which share of the marks of a part an answer gains."""
        if answer == wanted:
            return 1.0
        # The official comparison is one of texts: CB is not BC, but part of it.
        if self.kind == "several" and answer and set(answer) <= set(wanted):
            return self.partial
        return 0.0
