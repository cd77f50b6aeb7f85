"""How much goes through a model at once: chosen from free memory, halved when that was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MEBI = 1 << 20

_CPU_TOKENS = 1024
"""Where a processor's matrix product is at its full rate and activations still fit its cache."""

_GPU_TOKENS = 8192
_SMALLEST = 16
_SIGNS = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")


@dataclass(slots=True)
class Budget:
    """The most that one pass may hold."""

    tokens: int
    """Tokens of one pass."""

    rows: int
    """Predictions read in one pass; each is as wide as the vocabulary."""

    held: int
    """Tokens whose keys and values generation may hold at a time."""

    def halve(self, tried: int) -> bool:
        """Halve what was tried; False if it is as small as can be."""
        if tried <= 1:
            return False
        self.tokens = max(1, min(self.tokens, tried) // 2)
        self.rows = max(1, self.rows // 2)
        self.held = max(_SMALLEST, self.held // 2)
        return True


def budget_for(model: Any, device: Any, batch_tokens: int | None) -> Budget:
    """Return what a model may hold at once on a device, from the memory that is free."""
    config = model.config.get_text_config(decoder=True)
    size = 4 if "32" in str(model.dtype) else 2
    hidden = int(getattr(config, "hidden_size", 4096))
    inner = int(getattr(config, "intermediate_size", None) or 4 * hidden)
    vocabulary = int(getattr(config, "vocab_size", 1 << 17))
    free = free_memory(device)
    on_cpu = device.type == "cpu"
    most = batch_tokens or (_CPU_TOKENS if on_cpu else _GPU_TOKENS)
    by_memory = int(free * 0.2 / ((12 * hidden + 4 * inner) * size))
    logits = min(free * 0.1, (256 if on_cpu else 2048) * MEBI)
    return Budget(
        tokens=max(_SMALLEST, min(most, by_memory)),
        rows=max(1, int(logits / (vocabulary * 8))),
        held=max(_SMALLEST, int(free * 0.4 / _token_bytes(config, size))),
    )


def free_memory(device: Any) -> int:
    """Return the bytes that are free on a device."""
    if device.type == "cuda":
        import torch

        return int(torch.cuda.mem_get_info(device)[0])
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 4096 * MEBI


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error says that memory ran out."""
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in _SIGNS)


def _token_bytes(config: Any, size: int) -> int:
    """Return the bytes of one token's keys and values over all layers."""
    heads = int(getattr(config, "num_attention_heads", 32))
    groups = int(getattr(config, "num_key_value_heads", None) or heads)
    width = int(getattr(config, "head_dim", None) or getattr(config, "hidden_size", 4096) // heads)
    return int(getattr(config, "num_hidden_layers", 32)) * groups * width * 2 * size
