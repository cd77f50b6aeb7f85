"""InternLM3-8B-Instruct."""

from mmengine.config import read_base

with read_base():
    from compass.catalog.internlm3 import internlm3_models
