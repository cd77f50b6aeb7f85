"""Llama 3, 3.1, 3.2 and 3.3 (Grattafiori et al. 2024, arXiv:2407.21783): base and instruct."""

from mmengine.config import read_base

with read_base():
    from compass.catalog.llama3 import llama3_instruct_models, llama3_models
