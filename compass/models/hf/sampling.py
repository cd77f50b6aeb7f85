"""Choosing the next token; every question has a random stream of its own.

A draw depends on the question's key, the seed and the probabilities alone, so it
does not matter which other questions are answered beside it, or on how many workers.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from compass.specs import Generation

if TYPE_CHECKING:
    from torch import Tensor


_LIKELIEST = 1024
"""Tokens that nearly always hold ``top_p`` of the probability; more are sorted if not."""


class Sampler:
    """Picks tokens as the settings of a generation say."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation

    def stream(self, key: str) -> random.Random:
        """Return the random stream of a question."""
        seed = hashlib.sha256(f"{self.generation.seed}/{key}".encode()).digest()
        return random.Random(int.from_bytes(seed, "big"))

    def next(self, logits: Tensor, streams: Sequence[random.Random]) -> list[int]:
        """Return the next token of each row."""
        settings = self.generation
        if settings.temperature == 0:
            greedy: list[int] = logits.argmax(-1).tolist()
            return greedy
        draws = [stream.random() for stream in streams]
        return draw(logits, draws, settings.temperature, settings.top_k, settings.top_p)


def draw(
    logits: Tensor, draws: Sequence[float], temperature: float, top_k: int, top_p: float
) -> list[int]:
    """Return the token at which each row's cumulative probability passes its draw.

    Temperature first, then the ``top_k`` likeliest, then the fewest of them whose
    probability reaches ``top_p``.  Where tokens are left out, the others are passed from
    the likeliest down, else in the order of the vocabulary.
    """
    scaled = logits.double() / temperature
    width = scaled.shape[-1]
    if not 0 < top_k < width and top_p >= 1:
        sums = scaled.softmax(-1).cumsum(-1)
        return _passed(sums, draws, sums[:, -1:])[:, 0].tolist()  # type: ignore[no-any-return]
    first = min(width, top_k if top_k > 0 else _LIKELIEST)
    scores, tokens = scaled.topk(first)
    total = scores.logsumexp(-1) if top_k > 0 else scaled.logsumexp(-1)
    sums = (scores - total[:, None]).exp().cumsum(-1)
    if top_k <= 0 and bool((sums[:, -1] < top_p).any()):
        scores, tokens = scaled.sort(dim=-1, descending=True)
        sums = (scores - total[:, None]).exp().cumsum(-1)
    kept = sums[:, -1:]
    if top_p < 1:
        inside = (sums < top_p * kept if top_k > 0 else sums < top_p).sum(-1, keepdim=True)
        kept = sums.gather(-1, inside.clamp(max=sums.shape[-1] - 1))
    chosen: list[int] = tokens.gather(-1, _passed(sums, draws, kept))[:, 0].tolist()
    return chosen


def _passed(sums: Tensor, draws: Sequence[float], kept: Tensor) -> Tensor:
    """Return where each row's sums first pass its draw's share of what is kept."""
    import torch

    level = torch.tensor(draws, dtype=sums.dtype, device=sums.device)[:, None] * kept
    return torch.searchsorted(sums, level, right=True).clamp(max=sums.shape[-1] - 1)
