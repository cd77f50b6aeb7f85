"""How many questions it takes to see a difference between two models.

Shares are 0..1.  A difference is seen if a two-sided test at level alpha finds it; power is
the chance of that.

Sources: Miettinen 1968 (Biometrics 24:339-352) and Connor 1987 (Biometrics 43:207-211) for
McNemar's test; Fleiss, Levin and Paik 2003 (Statistical Methods for Rates and Proportions),
chapter 4, for two separate shares; Kish 1965 (Survey Sampling), chapter 5, for the design
effect of clusters; Miller 2024 (arXiv:2411.00640), sections 3 and 5, for repeats and for
planning evaluations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

_HALVINGS = 60


@dataclass(frozen=True, kw_only=True)
class Study:
    """A comparison of two models, or of all pairs of several.

    With p1 the accuracy of one model, p2 = p1 + d that of the other, u the share of
    questions only one of them has right, z the normal quantiles of 1 - alpha / 2 (alpha
    over the number of pairs, as Bonferroni's and Holm's first step demand) and of the
    power, and E the effect of clusters and repeats::

        paired    n = E (z_alpha sqrt(u) + z_power sqrt(u - d^2))^2 / d^2
        unpaired  n = E (z_alpha sqrt(2 p (1 - p))
                         + z_power sqrt(p1 (1 - p1) + p2 (1 - p2)))^2 / d^2
                  with p = (p1 + p2) / 2, for each model

        E = (1 + (cluster_size - 1) icc) (1 - noise + noise / repeats)

    Raises:
        ValueError: A share is not within 0..1, or a count below 1.
    """

    accuracy: float = 0.5
    discordance: float | None = None
    """Share of questions that only one of the two has right.  None: p1 (1 - p2) + p2 (1 - p1),
    as if the models erred independently; models that find the same questions hard disagree
    less, and need fewer questions."""
    paired: bool = True
    power: float = 0.8
    alpha: float = 0.05
    pairs: int = 1
    cluster_size: float = 1.0
    icc: float = 0.0
    """Correlation within a cluster: of the differences if paired, else of the answers."""
    repeats: int = 1
    noise: float = 0.0
    """Share of the variance of one difference (unpaired: one answer) that is within questions:
    what changes from draw to draw."""

    def __post_init__(self) -> None:
        for name in ("accuracy", "icc", "noise"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be within 0..1, got {getattr(self, name)!r}")
        for name in ("power", "alpha"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} must be between 0 and 1, got {getattr(self, name)!r}")
        for name in ("pairs", "cluster_size", "repeats"):
            if not getattr(self, name) >= 1:
                raise ValueError(f"{name} must be 1 or more, got {getattr(self, name)!r}")

    @property
    def effect(self) -> float:
        """By how much clusters and repeats stretch the number of questions."""
        clusters = 1 + (self.cluster_size - 1) * self.icc
        return clusters * (1 - self.noise + self.noise / self.repeats)

    def disagreement(self, difference: float) -> float:
        """Return the share of questions that only one of two models has right.

        Raises:
            ValueError: No two such models disagree on the share given.
        """
        first, second = self.accuracy, self.accuracy + difference
        if second > 1 + 1e-12:
            raise ValueError(f"{first:g} + {difference:g} is above 1")
        if self.discordance is None:
            return first * (1 - second) + second * (1 - first)
        most = min(first + second, 2 - first - second)
        if not difference - 1e-12 <= self.discordance <= most + 1e-12:
            raise ValueError(
                f"models of accuracy {first:g} and {second:g} disagree on {difference:g} to"
                f" {most:g} of the questions, not {self.discordance:g}"
            )
        return self.discordance

    def questions(self, difference: float) -> int:
        """Return how many questions show a difference; of each model if not paired.

        Raises:
            ValueError: There are no such models.

        Examples:
            >>> Study(accuracy=0.7, discordance=0.2).questions(0.02)
            3923
        """
        if not difference > 0:
            raise ValueError(f"a difference to see is above 0, got {difference!r}")
        u = self.disagreement(difference)
        normal = NormalDist()
        z_alpha = normal.inv_cdf(1 - self.alpha / self.pairs / 2)
        z_power = normal.inv_cdf(self.power)
        if self.paired:
            null, real = u, max(0.0, u - difference**2)
        else:
            first, second = self.accuracy, self.accuracy + difference
            middle = (first + second) / 2
            null = 2 * middle * (1 - middle)
            real = first * (1 - first) + second * (1 - second)
        root = z_alpha * math.sqrt(null) + z_power * math.sqrt(real)
        return max(1, math.ceil(self.effect * (root / difference) ** 2 - 1e-9))

    def smallest(self, questions: int) -> float | None:
        """Return the smallest difference that so many questions show; None if none does.

        Examples:
            >>> round(Study(accuracy=0.7, discordance=0.2).smallest(3923), 4)
            0.02
        """
        seen = 1 - self.accuracy
        if self.discordance is not None:
            # Wider differences leave room for no more than this much disagreement.
            seen = min(seen, self.discordance, 2 * (1 - self.accuracy) - self.discordance)
        if seen <= 0 or self.questions(seen) > questions:
            return None
        missed = 0.0
        for _ in range(_HALVINGS):
            middle = (missed + seen) / 2
            if middle > 0 and self.questions(middle) <= questions:
                seen = middle
            else:
                missed = middle
        return seen
