"""Whether prefixes can be shared with a model: by what it is made of, and by trying."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from compass.models.hf.memory import Budget
from compass.models.hf.trie import Path, lay_out
from compass.models.hf.walk import Walk

if TYPE_CHECKING:
    from torch import Tensor

    from compass.models.hf.weights import Weights

_EXACT = 1e-3
"""Nats that float32 may be off."""

_ROUNDING = 3.0
"""Times the difference of two kinds of attention that half precision may be off."""


def why_not(weights: Weights) -> str | None:
    """Return why a model's prefixes cannot be shared, None if they can."""
    model = weights.model
    if weights.seq2seq:
        return "it is an encoder-decoder"
    if weights.recipe.attention:
        return f"its attention was chosen: {weights.recipe.attention}"
    if not weights.keeps_logits:
        return "it cannot compute logits at chosen positions only"
    can_replace = getattr(model, "_can_set_attn_implementation", None)
    if can_replace is None or not can_replace():
        return "its attention cannot be replaced"
    config = model.config.get_text_config(decoder=True)
    return _layers(config) or _rotation(config) or _trial(weights)


def _layers(config: Any) -> str | None:
    """Return what kind of layer stands in the way."""
    from transformers.cache_utils import DynamicCache, DynamicLayer

    try:
        layers = DynamicCache(config=config).layers
    except Exception as error:  # noqa: BLE001 - a config of any shape
        return f"its cache is unknown: {error}"
    kinds = {type(layer).__name__ for layer in layers if type(layer) is not DynamicLayer}
    return "its cache has layers of kind " + ", ".join(sorted(kinds)) if kinds else None


def _rotation(config: Any) -> str | None:
    settings = getattr(config, "rope_parameters", None) or {}
    kind = settings.get("rope_type") if isinstance(settings, dict) else None
    if kind in ("dynamic", "longrope"):
        return f"its {kind} positions depend on the length of the text"
    return None


def _trial(weights: Weights) -> str | None:
    """Compare a small trie, walked in several chunks, with its sequences one by one."""
    import numpy as np

    stream = np.random.default_rng(0)
    limit = min(weights.vocabulary, 1 << 15)

    def some(count: int) -> Any:
        return stream.integers(0, limit, count).astype(np.int32)

    stem, left, right = some(9), some(6), some(11)
    rows = [
        np.concatenate([stem, left, some(5)]),
        np.concatenate([stem, left, some(2)]),
        np.concatenate([stem, right]),
        np.concatenate([stem[:4], some(8)]),
    ]
    paths = [Path(row, len(row) - 3, row[-3:]) for row in rows]
    try:
        alone = [_alone(weights, path) for path in paths]
        allowed = _allowed(weights, paths, alone)
        for tokens in (7, 64):
            error = _worst(alone, _shared(weights, paths, tokens))
            if not error <= allowed:
                return f"a trial differed by {error:.2g}, more than {allowed:.2g}"
    except Exception as error:  # noqa: BLE001 - a model of any make; it falls back
        return f"a trial failed: {type(error).__name__}: {error}"
    return None


def _alone(weights: Weights, path: Path, attention: str | None = None) -> Tensor:
    """Return the log-probabilities after each read token, computed as transformers does."""
    import torch

    model = weights.plain()
    own = model.config._attn_implementation
    try:
        if attention is not None:
            model.set_attn_implementation(attention)
        with torch.inference_mode():
            out = model(input_ids=weights.on_device(path.tokens)[None], use_cache=False)
    finally:
        if attention is not None:
            model.set_attn_implementation(own)
    found: Tensor = out.logits[0, path.read_from :].float().log_softmax(-1)
    return found


def _shared(weights: Weights, paths: list[Path], tokens: int) -> list[Tensor]:
    """Return the same from a walk over the paths' trie, few tokens at a time."""
    import torch

    walk = Walk(weights, Budget(tokens, 64, 64))
    layout = lay_out(paths, walk.stack)
    found: dict[int, Tensor] = {}
    for step in walk.through(layout):
        for read, row in zip(step.reads, step.rows, strict=True):
            found[int(read)] = step.logits[row].float().log_softmax(-1)
    bounds = pairwise(int(offset) for offset in layout.offsets)
    return [torch.stack([found[read] for read in range(low, high)]) for low, high in bounds]


def _allowed(weights: Weights, paths: list[Path], alone: list[Tensor]) -> float:
    """Return how far two right computations may be apart in this precision.

    In half precision they differ by tenths of a nat, more in one model than in another: the
    yardstick is how far the model's own kinds of attention are apart.
    """
    if "32" in weights.recipe.dtype:
        return _EXACT
    other = "eager" if weights.model.config._attn_implementation != "eager" else "sdpa"
    return _ROUNDING * _worst(alone, [_alone(weights, path, other) for path in paths])


def _worst(left: list[Tensor], right: list[Tensor]) -> float:
    """Return the greatest mean difference, over a position's likely tokens, of any position."""
    worst = 0.0
    for one, other in zip(left, right, strict=True):
        likely = one > one.max(-1, keepdim=True).values - 10
        apart = (one - other.to(one.device)).abs() * likely
        worst = max(worst, float((apart.sum(-1) / likely.sum(-1)).max()))
    return worst
