"""The mean of vectors, one for each question, with what is known of its error.

With x the vectors, N of them, m their mean, and r the sum of x - m over a cluster (a question
without relatives is a cluster of its own), the covariance of m over C clusters is

    S = C / (C - 1) * sum(r r') / N^2

as in `compass.stats.Mean`.  That the true mean is zero is tested by Hotelling's T-squared,

    T2 = m' S^-1 m,     F = (C - p) / (p (C - 1)) T2  ~  F(p, C - p)

on the p directions in which the clusters differ: Hotelling 1931 (Ann. Math. Stat. 2:360-378).
Simultaneous bounds follow from draws of the error, a multivariate t with covariance S and
C - 1 degrees of freedom: Hothorn, Bretz and Westfall 2008 (Biometrical J. 50:346-363).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]

FEWEST = 10
"""Clusters beyond the number of directions that the test asks for."""

DRAWS = 10_000
_FLAT = 1e-9
"""Share of the greatest variance below which a direction has none."""


class MeanVector:
    """Sums over questions; vectors may differ in length, what one lacks is zero."""

    def __init__(self) -> None:
        self.n = 0
        self._sums: list[float] = []
        self._products: list[list[float]] = []
        self._alone = 0
        self._clusters: dict[Hashable, list[float]] = {}

    def add(self, values: Sequence[float], cluster: Hashable | None = None) -> None:
        """Take in a vector; ``cluster`` None means it is independent of all others."""
        self.n += 1
        self._widen(len(values))
        for place, value in enumerate(values):
            self._sums[place] += value
        if cluster is None:
            self._alone += 1
            for place, value in enumerate(values):
                if value:
                    row = self._products[place]
                    for other, factor in enumerate(values):
                        row[other] += value * factor
            return
        held = self._clusters.setdefault(cluster, [0.0])
        held[0] += 1
        held += [0.0] * (len(values) + 1 - len(held))
        for place, value in enumerate(values, start=1):
            held[place] += value

    @property
    def clusters(self) -> int:
        """How many independent clusters there are."""
        return self._alone + len(self._clusters)

    def mean(self) -> Array:
        """Return the mean of the vectors."""
        import numpy as np

        return np.array(self._sums) / self.n

    def covariance(self) -> Array | None:
        """Return the covariance of the mean, None for a single cluster."""
        import numpy as np

        if self.clusters < 2:
            return None
        mean, width = self.mean(), len(self._sums)
        sums = np.array(self._sums)
        products = np.array(self._products)
        # Those alone: sum of (x - m)(x - m)' from their own sums, which are what is left over.
        if self._clusters:
            rows = np.zeros((len(self._clusters), width + 1))
            for place, held in enumerate(self._clusters.values()):
                rows[place, : len(held)] = held
            sums = sums - rows[:, 1:].sum(axis=0)
            residuals = rows[:, 1:] - rows[:, :1] * mean
            together = residuals.T @ residuals
        else:
            together = np.zeros((width, width))
        crossed = np.outer(sums, mean)
        alone = products - crossed - crossed.T + self._alone * np.outer(mean, mean)
        spread = (alone + together) * self.clusters / (self.clusters - 1) / self.n**2
        return np.asarray((spread + spread.T) / 2)

    def p_value(self, contrasts: Array | None = None) -> float | None:
        """Return the p-value of the mean being zero, None for too few clusters.

        Args:
            contrasts: Rows of weights; test these sums of the vectors' places instead.
        """
        import numpy as np
        from scipy.special import fdtrc

        covariance = self.covariance()
        if covariance is None:
            return None
        mean, count = self.mean(), self.clusters
        # What is small beside the variances of the places, and beside the mean, is rounding.
        scale = float(np.trace(covariance))
        if contrasts is not None:
            mean, covariance = contrasts @ mean, contrasts @ covariance @ contrasts.T
        scale = max(scale, float(mean @ mean) / count)
        values, vectors = np.linalg.eigh(covariance)
        along = vectors.T @ mean
        flat = values <= _FLAT * scale
        rank = int((~flat).sum())
        if count < rank + FEWEST:
            return None
        if np.any(np.abs(along[flat]) > 1e-6 * (count * scale) ** 0.5):
            # All clusters differ from zero alike, in a direction that none varies in, as if a
            # coin fell the same way in every one.
            return float(min(1.0, len(mean) * 2.0 ** (1 - count)))
        if rank == 0:
            return 1.0
        squared = float((along[~flat] ** 2 / values[~flat]).sum())
        return float(fdtrc(rank, count - rank, (count - rank) / (rank * (count - 1)) * squared))

    def errors(self, seed: int = 0) -> Array | None:
        """Return draws of the error of the mean, one a row, None for a single cluster."""
        import numpy as np

        covariance = self.covariance()
        if covariance is None:
            return None
        values, vectors = np.linalg.eigh(covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        random = np.random.default_rng(seed)
        normal = random.standard_normal((DRAWS, len(values))) @ root.T
        degrees = self.clusters - 1
        return np.asarray(normal / np.sqrt(random.chisquare(degrees, (DRAWS, 1)) / degrees))

    def _widen(self, width: int) -> None:
        for row in self._products:
            row.extend([0.0] * (width - len(row)))
        while len(self._sums) < width:
            self._sums.append(0.0)
            self._products.append([0.0] * max(width, len(self._sums)))
