"""Models on engines for GPUs: LMDeploy and vLLM, in process and served."""

from mmengine.config import read_base

with read_base():
    from compass.catalog.engines import lmdeploy_models, lmdeploy_served_models, vllm_models
