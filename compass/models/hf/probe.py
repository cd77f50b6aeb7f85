"""Whether prefixes can be shared with a model: by what it is made of, and by trying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compass.models.hf.memory import Budget
from compass.models.hf.trie import Path, lay_out
from compass.models.hf.walk import Walk

if TYPE_CHECKING:
    from compass.models.hf.weights import Weights


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
        for tokens in (7, 64):
            error = _difference(weights, paths, tokens)
            if not error <= _tolerance(weights):
                return f"a trial differed by {error:.2g}"
    except Exception as error:  # noqa: BLE001 - a model of any make; it falls back
        return f"a trial failed: {type(error).__name__}: {error}"
    return None


def _difference(weights: Weights, paths: list[Path], tokens: int) -> float:
    """Return the greatest difference of the log-probabilities of any token."""
    import torch

    walk = Walk(weights, Budget(tokens, 64, 64))
    layout = lay_out(paths, walk.stack)
    shared = {}
    for step in walk.through(layout):
        for read, row in zip(step.reads, step.rows, strict=True):
            shared[int(read)] = step.logits[row].float().log_softmax(-1)
    worst = 0.0
    model = weights.plain()
    for number, path in enumerate(paths):
        with torch.inference_mode():
            alone = model(input_ids=weights.on_device(path.tokens)[None], use_cache=False)
        rows = alone.logits[0, path.read_from :].float().log_softmax(-1)
        for place, row in enumerate(rows):
            other = shared[int(layout.offsets[number]) + place].to(row.device)
            worst = max(worst, _apart(row, other))
    return worst


def _apart(row: Any, other: Any) -> float:
    likely = row > row.max() - 10
    return float((row - other)[likely].abs().max())


def _tolerance(weights: Weights) -> float:
    return 2e-3 if "32" in weights.recipe.dtype else 0.5
