"""SmolLM2: 135M-Instruct as a chat model and with plain prompts; its larger siblings."""

from mmengine.config import read_base

with read_base():
    from compass.catalog.smollm2 import (
        smollm2_base_models,
        smollm2_hub_models,
        smollm2_instruct_models,
        smollm2_models,
    )
