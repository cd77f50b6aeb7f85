"""SmolLM2-135M-Instruct, as a chat model and with plain prompts."""

from mmengine.config import read_base

with read_base():
    from compass.catalog.smollm2 import smollm2_hub_models, smollm2_models
