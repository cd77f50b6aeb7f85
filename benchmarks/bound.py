"""The counted lower bound: what a set of sequences costs if nothing is computed twice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from compass.models.hf.trie import Path, lay_out


@dataclass(frozen=True)
class Cost:
    """Counted work."""

    distinct: int
    """Tokens of the trie."""

    full: int
    """Tokens that a harness computes which shares one-token options and nothing else."""

    flops: float
    """Of the distinct tokens, attention and the output layer where it is read counted."""


def cost(paths: Sequence[Path], config: Any) -> Cost:
    """Count what ranking takes."""
    layout = lay_out(paths, paths[0].tokens[:0])
    depth_sum = float(layout.depths.sum()) + len(layout.depths)
    reads = len(set(layout.read_at.tolist()))
    flops = token_flops(config) * len(layout.tokens) + attention_flops(config) * depth_sum
    flops += 2.0 * config.hidden_size * config.vocab_size * reads
    full = {path.tokens.tobytes(): len(path.tokens) for path in paths}
    return Cost(len(layout.tokens), sum(full.values()), flops)


def token_flops(config: Any) -> float:
    """Return the cost of a token in all layers, attention and output layer left out."""
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    queries, keys = config.num_attention_heads * width, config.num_key_value_heads * width
    layer = config.hidden_size * (2 * queries + 2 * keys + 3 * config.intermediate_size)
    return 2.0 * layer * config.num_hidden_layers


def attention_flops(config: Any) -> float:
    """Return the cost of one token seeing one other, in all layers."""
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return 4.0 * config.num_attention_heads * width * config.num_hidden_layers


def matmul_rate(rounds: int = 15) -> float:
    """Return the float32 rate (FLOP/s) of [4096x576]·[576x1536] with torch's threads.

    The best of some rounds: what the machine can do when nobody is in the way.
    """
    import torch

    left, right = torch.randn(4096, 576), torch.randn(576, 1536)
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        left @ right
        best = min(best, time.perf_counter() - start)
    return 2.0 * 4096 * 576 * 1536 / best
