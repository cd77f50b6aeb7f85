"""Texts beside their own rewritings: what they cost less than these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compass.contamination.finding import Finding, Reading, lacking
from compass.contamination.statistics import Gap, gap, single
from compass.errors import ConfigError

Differences = dict[str, float]
"""By sample: mean loss of the text less that of its rewriting."""


class Rewritten:
    """A model that knows a text finds it likelier than the same text with changed details.

    It does so without any leak, too: a rewriting is less usual than what a person wrote.  So the
    differences D = L(text) - L(rewriting) are compared with differences that no leak made::

        control     mean D of the test - mean D of texts of the same kind, rewritten by the same
                    rules: the training set, or a part of the benchmark that was never published
        baseline    mean over texts of D of this model - D of a model that cannot know the test

    Rewritings are rows of ``compass contamination reference``, read with ``id='source_id'``:
    their ids are those of the texts.  With neither control nor baseline nothing is tested.

    Args:
        dataset: The benchmark the findings are about.
        test: Dataset of the texts, asked for their loss.
        rewritten: Dataset of their rewritings; texts without one are left out.
        control: The two names for other texts, ``[texts, rewritings]``.
        baseline: Abbr of a model of the run that was made before the benchmark was.
        margin: Nats within which a difference counts as none.
        effect: For power: standard deviations that the difference of a leaked text falls.
    """

    source = "Mattern et al. 2023, arXiv:2305.18462 (neighbours); Cai et al. 2024, arXiv:2403.17297"
    needs = "log-probabilities; rewritings; a control set or a baseline model"
    null = "a rewriting costs as much with the test as with the control, or the baseline"
    weakness = (
        "a control that leaked, too, hides a leak; a baseline of another size finds rewritings "
        "more or less unusual by itself; rewritings keep words, so a known text lends them some"
    )

    def __init__(
        self,
        dataset: str,
        test: str,
        rewritten: str,
        control: Sequence[str] | None = None,
        baseline: str | None = None,
        margin: float = 0.0,
        effect: float = 1.0,
    ) -> None:
        if control is not None and len(control) != 2:
            raise ConfigError(
                f"control names two datasets, got {list(control)!r}",
                hint="control=['<texts>', '<rewritings>']",
            )
        if margin < 0:
            raise ConfigError(f"margin must be at least 0, got {margin}")
        self.dataset, self.test, self.rewritten = dataset, test, rewritten
        self.control = None if control is None else (control[0], control[1])
        self.baseline, self.margin, self.effect = baseline, margin, effect

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose verdicts it needs."""
        return (self.test, self.rewritten, *(self.control or ()))

    def models(self) -> tuple[str, ...]:
        """Return the models it compares with."""
        return () if self.baseline is None else (self.baseline,)

    def findings(self, reading: Reading) -> list[Finding]:
        """Return a finding for the control and one for the baseline, or one without a test."""
        mine, missing = differences(reading, self.test, self.rewritten)
        found = []
        if self.control is not None:
            theirs, lost = differences(reading, *self.control)
            made = gap(_evenly(mine.values()), _evenly(theirs.values()))
            n, m = len(mine), len(theirs)
            pairs = n * m / (n + m) if n and m else 0.0
            found.append(self._one("control", made, n, pairs, missing + lost))
        if self.baseline is not None and self.baseline != reading.model:
            theirs, lost = differences(reading.of(self.baseline), self.test, self.rewritten)
            both = [one - theirs[name] for name, one in mine.items() if name in theirs]
            lost = missing + max(lost, len(mine) - len(both))
            found.append(self._one("baseline", single(both), len(both), float(len(both)), lost))
        if found:
            return found
        finding = self._one("", single(list(mine.values())), len(mine), 0.0, missing)
        return [finding]

    def _one(self, against: str, made: Gap | None, n: int, pairs: float, lost: int) -> Finding:
        beside = {"control": " - the control's", "baseline": f" - {self.baseline}'s", "": ""}
        tested = made is not None and bool(against)
        notes = [lacking(lost)] if against else [lacking(lost), "no control: nothing is tested"]
        return Finding(
            method="Rewritten",
            leak="test leak",
            statistic=f"L(text) - L(rewriting){beside[against]}",
            value=made.value if made else None,
            low=made.low if made else None,
            high=made.high if made else None,
            effect=made.effect if made else None,
            p=made.less(self.margin) if made and tested else None,
            n=n,
            pairs=pairs,
            matched=against == "control",
            note="; ".join(filter(None, notes)),
        )


def differences(reading: Reading, texts: str, rewritings: str) -> tuple[Differences, int]:
    """Return the differences of texts with a rewriting, and how many pairs lack a loss.

    Raises:
        ConfigError: No rewriting has the id of a text.
    """
    mine, theirs = _losses(reading, texts), _losses(reading, rewritings)
    if mine and theirs and not mine.keys() & theirs.keys():
        raise ConfigError(
            f"no sample of {rewritings!r} has the id of one of {texts!r}",
            hint="read the rewritings with dict(type=Rows, path=…, answer='answer', "
            "id='source_id')",
        )
    found, missing = {}, 0
    for name in mine.keys() & theirs.keys():
        own, loss = mine[name], theirs[name]
        if loss is None or own is None:
            missing += 1
        else:
            found[name] = own - loss
    return found, missing


def _losses(reading: Reading, dataset: str) -> Mapping[str, float | None]:
    return {one.sample_id: one.values.get("loss") for one in reading.verdicts(dataset)}


def _evenly(values: Any) -> tuple[list[float], list[float]]:
    return list(values), [1.0] * len(values)
