"""InternLM2.5: base and chat."""

from mmengine.config import read_base

with read_base():
    from compass.catalog.internlm2_5 import (
        internlm2_5_1m_models,
        internlm2_5_chat_models,
        internlm2_5_models,
    )
