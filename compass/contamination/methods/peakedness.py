"""Answers drawn at random that all but repeat the greedy one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from compass.contamination.finding import Finding, Reading, lacking
from compass.contamination.statistics import area
from compass.errors import ConfigError

_WORD = re.compile(r"\w+|[^\w\s]")


class Peakedness:
    """CDD: where a model recites, its draws lie close to its greedy answer.

    The peak of a question is the share of draws whose edit distance from the greedy answer is
    at most ``alpha`` times the longest answer.  Distances are counted in words, since texts of
    an API come without tokens.  The paper calls a question leaked where its peak is above
    ``xi``; that share is in the note, and the test compares peaks with those of a reference.

    Args:
        dataset: The benchmark the findings are about.
        greedy: Dataset asked at temperature 0.
        drawn: The same asked several times at a higher temperature.
        reference: The two names for fresh questions, ``[greedy, drawn]``; None tests nothing.
        alpha: Distance that counts as the same answer.
        xi: Peak above which a question counts as leaked.
        effect: For power: standard deviations that the peak of a leaked question moves.
    """

    source = "Dong et al. 2024, arXiv:2402.15938"
    needs = "text only; several draws of each answer; fresh questions of the same kind"
    null = "peaks of the test are no higher than those of the reference"
    weakness = (
        "at chance unless answers are known by heart, and never better than the loss where "
        "that is known (Sela 2026, arXiv:2603.03203); short or easy answers are peaked anyway"
    )

    def __init__(
        self,
        dataset: str,
        greedy: str,
        drawn: str,
        reference: Sequence[str] | None = None,
        alpha: float = 0.05,
        xi: float = 0.01,
        effect: float = 1.0,
    ) -> None:
        if reference is not None and len(reference) != 2:
            raise ConfigError(
                f"reference names two datasets, got {list(reference)!r}",
                hint="reference=['<greedy>', '<drawn>']",
            )
        self.dataset, self.greedy, self.drawn = dataset, greedy, drawn
        self.reference = None if reference is None else (reference[0], reference[1])
        self.alpha, self.xi, self.effect = alpha, xi, effect

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose answers it needs."""
        return (self.greedy, self.drawn, *(self.reference or ()))

    def findings(self, reading: Reading) -> list[Finding]:
        """Return one finding."""
        peaks, missing = self._peaks(reading, self.greedy, self.drawn)
        n, m, made = len(peaks), 0, None
        if self.reference is not None:
            others, lost = self._peaks(reading, *self.reference)
            m, missing, made = len(others), missing + lost, area(peaks, others)
        leaked = sum(peak > self.xi for peak in peaks)
        notes = [f"peak above {self.xi} for {leaked} of {n}", lacking(missing)]
        if self.reference is None:
            notes.append("no reference: nothing is tested")
        mean = sum(peaks) / n if n else None
        tested = self.reference is not None
        return [
            Finding(
                method="Peakedness",
                leak="test leak",
                statistic="AUC against the reference" if tested else "mean peak",
                value=made.value if made else (None if tested else mean),
                low=made.low if made else None,
                high=made.high if made else None,
                p=made.p if made else None,
                n=n,
                pairs=n * m / (n + m) if n and m else 0.0,
                matched=tested,
                note="; ".join(filter(None, notes)),
            )
        ]

    def _peaks(self, reading: Reading, greedy: str, drawn: str) -> tuple[list[float], int]:
        first = {v.sample_id: p.output for v, p in reading.predictions(greedy)}
        draws: dict[str, list[str | None]] = {}
        for verdict, prediction in reading.predictions(drawn):
            draws.setdefault(verdict.sample_id, []).append(prediction.output)
        peaks, missing = [], 0
        for sample, outputs in draws.items():
            own = first.get(sample)
            given = [output for output in outputs if output is not None]
            if own is None or len(given) < len(outputs):
                missing += 1
            else:
                peaks.append(peak(own, given, self.alpha))
        return peaks, missing


def peak(greedy: str, draws: Sequence[str], alpha: float = 0.05) -> float:
    """Return the share of draws within ``alpha`` times the longest answer of the greedy one.

    Examples:
        >>> peak("the answer is 4 .", ["the answer is 4 .", "it is four , I think"])
        0.5
    """
    from compass.evaluators.distance import levenshtein

    own = _WORD.findall(greedy)
    words = [_WORD.findall(draw) for draw in draws]
    most = alpha * max(len(own), *(len(one) for one in words))
    return sum(levenshtein(own, one) <= most for one in words) / len(words)
