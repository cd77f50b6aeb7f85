"""Judge whether hidden facts were found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from compass.errors import ConfigError, did_you_mean
from compass.evaluators.distance import levenshtein
from compass.evaluators.extract import visible
from compass.evaluators.short import first_target
from compass.evaluators.tally import UNPARSED, Measure, measured, output_of, verdict
from compass.records import Prediction, Sample, Score, Verdict

_COMPAT = (None, "ruler", "opencompass")
_MEASURES = (Measure("recall", "recall"), Measure("accuracy", "accuracy"))


class Needle:
    """Share of the wanted texts that the output contains, and whether it has all of them.

    What is wanted is the sample's ``wanted`` (needle and RULER sets), else any of its
    targets.  The summary adds ``recall_<length>`` for each length of the samples; each
    verdict has ``length`` and ``depth`` among its values, for a map of both.

    Args:
        need: ``all``: each of the wanted texts counts; ``any``: one of them is enough.
        compat: What counts as contained.

            - None: as whole words, case ignored, outside of think tags: 48 is not found
              in 1480.
            - ``ruler``: any run of characters, case ignored, as RULER's
              ``string_match_all`` and ``string_match_part``
              (``scripts/eval/synthetic/constants.py``, NVIDIA, Apache-2.0) and
              OpenCompass's evaluators of RULER.
            - ``opencompass``: as its NeedleBench.  One needle: the keyword as it stands
              gives 1, else a fifth of one minus the edit distance to the needle as a
              share of the longer (``NeedleBenchOriginEvaluator``); several: the share of
              keywords in the lower-cased output (``NeedleBenchMultiEvaluator``).
    """

    version = 1

    def __init__(
        self,
        need: Literal["all", "any"] = "all",
        compat: Literal["ruler", "opencompass"] | None = None,
    ) -> None:
        if need not in ("all", "any"):
            raise ConfigError(f"need must be 'all' or 'any', got {need!r}")
        if compat not in _COMPAT:
            raise ConfigError(
                f"Needle knows no compat {compat!r}",
                hint=did_you_mean(str(compat), [name for name in _COMPAT if name]),
            )
        self.need = need
        self.compat = compat

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target.
        """
        (prediction,) = predictions
        target = first_target(sample)
        wanted = [str(one) for one in sample.metadata.get("wanted") or sample.targets]
        stand = {
            name: float(sample.metadata[name])
            for name in ("length", "depth")
            if isinstance(sample.metadata.get(name), (int, float))
        }
        if prediction.error is not None:
            values = {"recall": None, "accuracy": None}
            return verdict(sample, prediction, values, target=target)
        output = output_of(prediction, "Needle")
        said = output if self.compat else visible(output)
        there = [one for one in wanted if self._contains(said, one, alone=len(wanted) == 1)]
        share = len(there) / len(wanted)
        if self.need == "any" or "wanted" not in sample.metadata:
            share = float(bool(there))
        if self.compat == "opencompass" and len(wanted) == 1 and not there:
            share = _closeness(output, _needle_of(sample)) / 5
        return verdict(
            sample,
            prediction,
            {"recall": share, "accuracy": float(share == 1), **stand},
            answer=", ".join(there) if there else said[:200],
            target=target,
            reason="" if said.strip() else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return recall and accuracy, and the recall at each length."""
        scores = measured(verdicts, _MEASURES)
        lengths = sorted({one.values["length"] or 0 for one in verdicts if "length" in one.values})
        for length in lengths if len(lengths) > 1 else ():
            measure = Measure(f"recall_{length:g}", "recall")
            scores += measured(_OfLength(verdicts, length), (measure,))
        return scores

    def _contains(self, said: str, wanted: str, alone: bool) -> bool:
        if self.compat == "opencompass" and alone:
            return wanted in said
        if self.compat:
            return wanted.lower() in said.lower()
        folded, part = said.casefold(), wanted.casefold()
        found = folded.find(part) if part else -1
        while found >= 0:
            end = found + len(part)
            if not _joined(folded[:found][-1:], part[0]) and not _joined(
                part[-1], folded[end:][:1]
            ):
                return True
            found = folded.find(part, found + 1)
        return False


class _OfLength:
    """The verdicts of one length, as often as they are gone through."""

    def __init__(self, verdicts: Iterable[Verdict], length: float) -> None:
        self._verdicts = verdicts
        self._length = length

    def __iter__(self) -> Iterator[Verdict]:
        return (one for one in self._verdicts if one.values.get("length") == self._length)


def _joined(one: str, other: str) -> bool:
    """True if two neighbours belong to one word; Chinese characters stand for themselves."""
    return _wordy(one) and _wordy(other)


def _wordy(character: str) -> bool:
    return character.isalnum() and not "\u2e80" <= character <= "\u9fff"


def _needle_of(sample: Sample) -> str:
    needles = sample.metadata.get("needles") or sample.targets
    return str(needles[0])


def _closeness(output: str, needle: str) -> float:
    said, hidden = (re.sub(r"\s+", "", text) for text in (output, needle))
    longer = max(len(said), len(hidden))
    return 1 - levenshtein(said, hidden) / longer if longer else 1.0
