"""The demo on the Ray cluster that this machine belongs to; address=None starts one here."""

from mmengine.config import read_base

with read_base():
    from configs.models.smollm2 import smollm2_models
    from datasets_cfg.demo import demo_datasets

from compass.runners import Ray

models = [*smollm2_models]
datasets = [*demo_datasets]
runner = dict(type=Ray, address='auto', actors=4, cpus=2)
