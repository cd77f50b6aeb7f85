"""Local models by Hugging Face transformers, with every distinct token computed once."""

from __future__ import annotations

from compass.models.hf.model import HF

__all__ = ["HF"]
