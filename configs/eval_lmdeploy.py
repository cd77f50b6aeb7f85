"""Models on LMDeploy: in the worker's process, and as a server that is started for the run."""

from mmengine.config import read_base

with read_base():
    from configs.models.engines import lmdeploy_models, lmdeploy_served_models
    from datasets_cfg.demo import demo_arithmetic_datasets, demo_knowledge_rank_datasets

models = [*lmdeploy_models, *lmdeploy_served_models]
datasets = [*demo_arithmetic_datasets, *demo_knowledge_rank_datasets]
