"""Finishing a text with and without being told where it is from."""

from __future__ import annotations

from compass.contamination.finding import Finding, Reading, lacking
from compass.contamination.statistics import signs
from compass.stats import mean_interval


class GuidedPrompt:
    """A model that knows the benchmark finishes its texts better when told their source.

    Both datasets show the first part of a text (reader `Halves`) and ask for the rest; the
    prompt of one names benchmark and split.  The evaluator scores the overlap with the true
    rest.

    Args:
        dataset: The benchmark the findings are about.
        guided: Dataset whose prompt names the source.
        general: Dataset whose prompt does not.
        value: Name of the score in the verdicts.
        effect: For power: standard deviations that a leaked text gains by guidance.
    """

    source = "Golchin and Surdeanu 2023, arXiv:2308.08493"
    needs = "text only; a model that follows instructions"
    null = "differences between the two completions of a text are as often negative as positive"
    weakness = (
        "models made not to recite refuse; the name of a benchmark also tells its style, which "
        "helps without a leak"
    )

    def __init__(
        self, dataset: str, guided: str, general: str, value: str = "rougeL", effect: float = 1.0
    ) -> None:
        self.dataset, self.guided, self.general = dataset, guided, general
        self.value, self.effect = value, effect

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose verdicts it needs."""
        return (self.guided, self.general)

    def findings(self, reading: Reading) -> list[Finding]:
        """Return one finding."""
        general = {v.sample_id: v.values.get(self.value) for v in reading.verdicts(self.general)}
        differences, missing = [], 0
        for verdict in reading.verdicts(self.guided):
            pair = verdict.values.get(self.value), general.get(verdict.sample_id)
            if pair[0] is None or pair[1] is None:
                missing += 1
            else:
                differences.append(pair[0] - pair[1])
        n = len(differences)
        value, low, high = mean_interval(differences) if n > 1 else (None, None, None)
        spread = _spread(differences) if n > 1 else 0.0
        return [
            Finding(
                method="GuidedPrompt",
                leak="test leak",
                statistic=f"{self.value}, guided - general",
                value=value,
                low=low,
                high=high,
                effect=value / spread if value is not None and spread else None,
                p=signs(differences) if n > 1 else None,
                n=n,
                pairs=n,
                note=lacking(missing),
            )
        ]


def _spread(values: list[float]) -> float:
    import statistics

    return statistics.stdev(values)
