"""What can change an answer of a transformers model, as digests of files.

Two models with equal identities give interchangeable answers.  Weights are told
by their bytes, so a retrained model under the same path is a new one, and a
copied one is the same.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from compass.digests import files_digest
from compass.errors import ModelError
from compass.models.hf.places import Place

VERSION = 1
"""Goes up when the same settings give other answers."""

_TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "added_tokens.json",
    "special_tokens_map.json",
)
_LENGTHS = (
    "max_position_embeddings",
    "n_positions",
    "max_sequence_length",
    "max_seq_len",
    "seq_length",
    "n_ctx",
)
_NO_LIMIT = 1 << 24
"""Lengths above this mean that a tokenizer knows no limit."""

_DEFAULT_CONTEXT = 2048


def weights_digest(place: Place, gguf_file: str | None, code: bool) -> str:
    """Return one digest for the weights and what turns them into a model.

    Raises:
        ModelError: The folder holds no weights.
    """
    if place.folder is None:
        return "hub"
    paths = weight_files(place, gguf_file)
    paths += [place.folder / "config.json", place.folder / "generation_config.json"]
    if code:
        paths += sorted(place.folder.glob("*.py"))
    return _digest(path for path in paths if path.is_file())


def weight_files(place: Place, gguf_file: str | None) -> list[Path]:
    """Return the files that hold the weights; none if the model is not on this machine.

    Raises:
        ModelError: The folder holds no weights.
    """
    if place.folder is None:
        return []
    patterns = [gguf_file] if gguf_file else ["*.safetensors", "pytorch_model*.bin"]
    for pattern in patterns:
        found = sorted(place.folder.glob(pattern))
        if found:
            return found
    raise ModelError(
        f"no weights {gguf_file!r}" if gguf_file else "no weights in this folder",
        where=str(place.folder),
        hint="expected *.safetensors, pytorch_model*.bin or gguf_file=",
    )


def folder_digest(folder: Path) -> str:
    """Return one digest for an adapter's settings and weights."""
    kinds = (".json", ".safetensors", ".bin")
    return _digest(sorted(p for p in folder.iterdir() if p.suffix in kinds and p.is_file()))


def tokenizer_digest(place: Place) -> str:
    """Return one digest for how text becomes tokens; the chat template is not part of it."""
    if place.folder is None:
        return "hub"
    settings = place.json("tokenizer_config.json")
    settings.pop("chat_template", None)
    known = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    paths = [place.folder / name for name in _TOKENIZER_FILES]
    return text_digest(known + _digest(path for path in paths if path.is_file()))


def chat_template(place: Place) -> str | None:
    """Return the tokenizer's default chat template, None if it has none."""
    own = place.text("chat_template.jinja")
    if own is not None:
        return own
    held = place.json("chat_template.json").get("chat_template")
    held = place.json("tokenizer_config.json").get("chat_template", held)
    if isinstance(held, list):
        held = {one.get("name"): one.get("template") for one in held}.get("default")
    return held if isinstance(held, str) else None


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def context_length(config: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> int:
    """Return how many tokens a model can see, from its config and its tokenizer's."""
    inner = config.get("text_config")
    for settings in (config, inner if isinstance(inner, Mapping) else {}):
        for name in _LENGTHS:
            if isinstance(settings.get(name), int) and settings[name] > 0:
                return int(settings[name])
    limit = tokenizer.get("model_max_length")
    return int(limit) if isinstance(limit, int | float) and limit < _NO_LIMIT else _DEFAULT_CONTEXT


def best_dtype(device: str) -> str:
    """Return the precision in which this machine computes fastest without harm.

    bfloat16 where a GPU or the processor has instructions for it, else float32.
    """
    if device.startswith(("cuda", "auto")) and _has_gpu():
        return "bfloat16"
    if device.startswith(("cuda", "mps", "xpu", "npu")):
        return "bfloat16"
    return "bfloat16" if _cpu_flags() & {"avx512_bf16", "amx_bf16"} else "float32"


def _has_gpu() -> bool:
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0").strip() in ("", "-1"):
        return False
    return Path("/proc/driver/nvidia/version").exists() or Path("/dev/nvidiactl").exists()


def _cpu_flags() -> set[str]:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith(("flags", "Features")):
                    return set(line.partition(":")[2].split())
    except OSError:
        pass
    return set()


def _digest(paths: Iterable[Path]) -> str:
    """Return one digest for names and contents; the hub's cache knows contents by name."""
    parts = []
    for path in paths:
        blob = path.resolve()
        known = path.is_symlink() and blob.parent.name == "blobs"
        parts.append([path.name, blob.name if known else files_digest([blob])])
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
