"""From SmolLM2's GGUF file to a folder that transformers 4 and 5 load as it is.

Run as a process of its own, ``python -m compass.catalog.dequantise``: it takes a
gigabyte for a moment, and must not ask a hub.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def dequantise(gguf: Path, folder: Path, dtype: str) -> None:
    """Write the model of ``gguf`` into ``folder``, its weights in ``dtype``."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    tokenizer: Any = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    tokenizer.backend_tokenizer.pre_tokenizer = _pre_tokenizer()
    model: Any = AutoModelForCausalLM.from_pretrained(
        gguf.parent,
        gguf_file=gguf.name,
        dtype=getattr(torch, dtype),
        quantization_config=GgufConfig(dequantize=True),
    )
    # The weights are plain by now, but still marked as quantised: they could not be saved.
    model.hf_quantizer = None
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.config.architectures = [type(model).__name__]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    _suit_transformers_4(folder, dtype)
    for path in folder.iterdir():
        path.chmod(0o644)  # safetensors are saved for their owner's eyes only


def _pre_tokenizer() -> Any:
    """Return what the GGUF only names: digits stand alone, the rest as in GPT-2."""
    from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

    digits = Digits(individual_digits=True)
    return Sequence([digits, ByteLevel(add_prefix_space=False, use_regex=True)])


def _suit_transformers_4(folder: Path, dtype: str) -> None:
    """Add the names that version 4 reads, drop what only version 5 knows."""
    tokenizer = _read(folder / "tokenizer_config.json")
    tokenizer["tokenizer_class"] = "PreTrainedTokenizerFast"
    tokenizer["model_max_length"] = 8192
    for name in ("backend", "is_local", "local_files_only"):
        tokenizer.pop(name, None)
    _write(folder / "tokenizer_config.json", tokenizer)

    config = _read(folder / "config.json")
    config.pop("_model_name_or_path", None)
    config["torch_dtype"] = dtype
    config["rope_theta"] = (config.get("rope_parameters") or config)["rope_theta"]
    _write(folder / "config.json", config)


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    dequantise(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
