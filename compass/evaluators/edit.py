"""Judge a line of code by how little of it would have to be changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from compass.errors import ConfigError
from compass.evaluators.distance import ratio
from compass.evaluators.extract import visible
from compass.evaluators.short import first_target
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.records import Prediction, Sample, Score, Verdict


class EditSimilarity:
    """Likeness of the output to the target that fits best, by insertions and deletions.

    Twice the longest common subsequence over both lengths, in whole percent: ``ratio`` of
    fuzzywuzzy with python-Levenshtein, as LongBench scores code completion (Bai et al.
    2024, arXiv:2308.14508; ``code_sim_score`` of ``LongBench/metrics.py``, MIT).

    Args:
        read: ``code`` reads the first line without a backtick, ``#`` or ``//``, as that
            script does; ``whole`` the whole output.
        rounded: Round each sample to whole percent, as fuzzywuzzy does.
        compat: ``opencompass`` reads think tags too.
    """

    version = 1

    def __init__(
        self,
        read: Literal["code", "whole"] = "code",
        rounded: bool = True,
        compat: Literal["opencompass"] | None = None,
    ) -> None:
        if read not in ("code", "whole"):
            raise ConfigError(f"read must be 'code' or 'whole', got {read!r}")
        if compat not in (None, "opencompass"):
            raise ConfigError(
                f"EditSimilarity knows no compat {compat!r}", hint="'opencompass' or None"
            )
        self.read = read
        self.rounded = rounded
        self.compat = compat

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            return verdict(sample, prediction, {"similarity": None}, target=target)
        output = output_of(prediction, "EditSimilarity")
        said = output if self.compat else _kept_indent(output)
        answer = first_code_line(said) if self.read == "code" else said
        scores = [self._score(answer, one) for one in sample.targets]
        best = max(scores)
        return verdict(
            sample,
            prediction,
            {"similarity": best},
            answer=answer,
            target=sample.targets[scores.index(best)],
            reason="" if answer.strip() else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the mean similarity."""
        return summary(verdicts, "similarity")

    def _score(self, answer: str, target: str) -> float:
        found = ratio(answer, target)
        return round(100 * found) / 100 if self.rounded else found


def first_code_line(text: str) -> str:
    r"""Return the first line that is neither a comment nor a fence, or nothing.

    Examples:
        >>> first_code_line("```python\n# add\nx += 1\n```")
        'x += 1'
    """
    for line in text.lstrip("\n").split("\n"):
        if not any(mark in line for mark in ("`", "#", "//")):
            return line
    return ""


def _kept_indent(output: str) -> str:
    """Return what is said aloud; the blanks before the first line of code stay."""
    return output if "<" not in output or visible(output) == output.strip() else visible(output)
