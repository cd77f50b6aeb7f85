"""Qwen2.5 (Qwen team 2024, arXiv:2412.15115): base and instruct."""

from mmengine.config import read_base

with read_base():
    from compass.catalog.qwen2_5 import qwen2_5_instruct_models, qwen2_5_models
