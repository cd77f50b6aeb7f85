"""What is read off the model's predictions at the tokens of a path.

The rows of a vocabulary go by few at a time: memory is bounded, however long the texts are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]

AT_ONCE = 128
"""Rows of the vocabulary that are worked on together."""


class Read(NamedTuple):
    """One value for each token that is read."""

    logprobs: Floats
    greedy: Flags
    """Whether the token is the likeliest."""

    means: Floats | None = None
    """Mean of log p over the vocabulary, weighted by p, where it was asked for."""

    spreads: Floats | None = None
    """Standard deviation of log p, weighted alike."""

    def part(self, start: int, stop: int) -> Read:
        """Return the values of some of the tokens."""
        return Read(*(None if one is None else one[start:stop] for one in self))  # type: ignore[arg-type]


def blank(size: int, *, spread: bool) -> Read:
    """Return room for the values of ``size`` tokens."""
    import numpy as np

    zeros = np.zeros
    moments = (zeros(size), zeros(size)) if spread else (None, None)
    return Read(zeros(size), zeros(size, np.bool_), *moments)


def read_off(logits: Tensor, rows: Tensor, targets: Tensor, *, spread: bool) -> Read:
    """Return what ``logits`` say of targets, the i-th predicted in row ``rows[i]``."""
    import torch

    with torch.inference_mode():
        sums, tops = row_sums(logits)
        values = logits[rows, targets].float() - sums[rows]
        greedy = (tops[rows] == targets).cpu().numpy()
        logprobs = values.double().cpu().numpy()
        if not spread:
            return Read(logprobs, greedy)
        means, spreads = row_spreads(logits, sums)
        moments = [one[rows].double().cpu().numpy() for one in (means, spreads)]
        return Read(logprobs, greedy, *moments)


def row_sums(logits: Tensor, at_once: int = AT_ONCE) -> tuple[Tensor, Tensor]:
    """Return the log-sum of each row and its greatest column, few rows at a time."""
    import torch

    parts = logits.split(at_once)
    sums = torch.cat([part.float().logsumexp(-1) for part in parts])
    return sums, torch.cat([part.argmax(-1) for part in parts])


def row_spreads(logits: Tensor, sums: Tensor, at_once: int = AT_ONCE) -> tuple[Tensor, Tensor]:
    """Return of each row mean and standard deviation of log p, weighted by p.

    mu = sum_v p_v log p_v        sigma^2 = sum_v p_v (log p_v - mu)^2
    """
    import torch

    means, spreads = [], []
    for part, total in zip(logits.split(at_once), sums.split(at_once), strict=True):
        logs = part.float() - total[:, None]
        chances = logs.exp()
        logs.masked_fill_(chances == 0, 0.0)  # a token that cannot come adds nothing
        mean = (chances * logs).sum(-1)
        means.append(mean)
        spreads.append(((logs - mean[:, None]).square_() * chances).sum(-1).sqrt())
    return torch.cat(means), torch.cat(spreads)
