"""Qwen3 (Qwen team 2025, arXiv:2505.09388): base, chat without reasoning, chat with it."""

from mmengine.config import read_base

with read_base():
    from compass.catalog.qwen3 import qwen3_base_models, qwen3_models, qwen3_thinking_models
