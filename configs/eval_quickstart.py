"""Two real benchmarks, the first 20 questions of each: GSM8K and ARC-Challenge.

The data come from the hub, or from the folder that COMPASS_DATA names.
"""

from mmengine.config import read_base

with read_base():
    from configs.models.smollm2 import smollm2_models
    from datasets_cfg.arc import arc_challenge_datasets
    from datasets_cfg.gsm8k import gsm8k_datasets

models = [*smollm2_models]
datasets = [{**_one, 'limit': 20} for _one in [*gsm8k_datasets, *arc_challenge_datasets]]
