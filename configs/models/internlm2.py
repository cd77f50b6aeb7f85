"""InternLM2 (Cai et al. 2024, arXiv:2403.17297): base, pre-trained further, SFT and chat."""

from mmengine.config import read_base

with read_base():
    from compass.catalog.internlm2 import (
        internlm2_base_models,
        internlm2_chat_models,
        internlm2_models,
        internlm2_sft_models,
    )
