"""Losses on test, training and fresh reference texts, compared."""

from __future__ import annotations

from typing import Literal

from compass.contamination.finding import Finding, Leak, Reading, column, lacking
from compass.contamination.statistics import Gap, gap
from compass.errors import ConfigError, did_you_mean

AVERAGES = ("token", "text", "opencompass")

Side = tuple[list[float], list[float]]


class LossGap:
    """Mean loss of the test set beside that of fresh texts and of the training set.

    Two gaps, in nats per token, read as two findings that are kept apart::

        d1 = L_test - L_reference     clearly below 0: the test leaked
        d2 = L_test - L_train         clearly below 0: the test leaked
                                      clearly above 0: over-fit to the training set

    Args:
        dataset: The benchmark the findings are about.
        test: Dataset of the test texts, asked for their loss.
        train: Dataset of the training texts; None leaves ``d2`` out.
        reference: Dataset of fresh texts of the same kind; None leaves ``d1`` out.
        average: ``token`` weighs a text by its tokens, ``text`` weighs all texts the same,
            ``opencompass`` does so too and divides the loss of a text by all its tokens,
            the first included, which has none.
        margin: Nats within which a gap counts as none.
        effect: For power: standard deviations that the loss of a leaked text falls.
    """

    source = "Wei et al. 2023, arXiv:2310.19341, section 5.2; Cai et al. 2024, arXiv:2403.17297"
    needs = "log-probabilities; a training set, or fresh texts of the same kind"
    null = "the sets have the same mean loss, but for the texts that happened to be drawn"
    weakness = (
        "sets that differ in difficulty or style differ in loss without any leak; a rewritten "
        "reference is never quite alike"
    )

    def __init__(
        self,
        dataset: str,
        test: str,
        train: str | None = None,
        reference: str | None = None,
        average: Literal["token", "text", "opencompass"] = "token",
        margin: float = 0.0,
        effect: float = 1.0,
    ) -> None:
        if train is None and reference is None:
            raise ConfigError(
                "LossGap compares the test with something", hint="give train=, reference= or both"
            )
        if average not in AVERAGES:
            raise ConfigError(
                f"unknown average {average!r}", hint=did_you_mean(str(average), AVERAGES)
            )
        if margin < 0:
            raise ConfigError(f"margin must be at least 0, got {margin}")
        self.dataset, self.test, self.train, self.reference = dataset, test, train, reference
        self.average, self.margin, self.effect = average, margin, effect

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose verdicts it needs."""
        return tuple(name for name in (self.test, self.train, self.reference) if name)

    def findings(self, reading: Reading) -> list[Finding]:
        """Return a finding for each gap and direction."""
        test, lost = self._side(reading, self.test)
        found = []
        for name, other in (("reference", self.reference), ("train", self.train)):
            if other is None:
                continue
            side, missing = self._side(reading, other)
            found += self._of(name, gap(test, side), test, side, lost + missing)
        return found

    def _of(
        self, name: str, made: Gap | None, test: Side, other: Side, missing: int
    ) -> list[Finding]:
        sign = "d1" if name == "reference" else "d2"
        n, m = len(test[0]), len(other[0])
        means = " - ".join(f"{_mean(side):.4f}" for side in (test, other) if side[0])

        def one(leak: Leak, p: float | None) -> Finding:
            return Finding(
                method="LossGap",
                leak=leak,
                statistic=f"{sign} = L_test - L_{name}",
                value=made.value if made else None,
                low=made.low if made else None,
                high=made.high if made else None,
                effect=made.effect if made else None,
                p=p,
                n=n,
                pairs=n * m / (n + m) if n and m else 0.0,
                matched=True,
                note="; ".join(filter(None, [means, lacking(missing)])),
            )

        if made is None:
            return [one("test leak", None)]
        found = [one("test leak", made.less(self.margin))]
        if name == "train":
            found.append(one("training over-fit", made.greater(self.margin)))
        return found

    def _side(self, reading: Reading, name: str) -> tuple[Side, int]:
        (losses, tokens), missing = column(reading.verdicts(name), "loss", "tokens")
        return averaged(losses, tokens, self.average), missing


def averaged(losses: list[float], tokens: list[float], average: str) -> Side:
    """Return values and weights whose weighted mean is the mean loss.

    Args:
        losses: Mean loss over the scored tokens of each text.
        tokens: How many tokens that were.
        average: See `LossGap`.
    """
    if average == "token":
        return losses, tokens
    if average == "opencompass":
        losses = [loss * count / (count + 1) for loss, count in zip(losses, tokens, strict=True)]
    return losses, [1.0] * len(losses)


def _mean(side: Side) -> float:
    values, weights = side
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)
