"""The demo on a Slurm cluster; say --detach to leave it to the cluster."""

from mmengine.config import read_base

with read_base():
    from configs.models.smollm2 import smollm2_models
    from datasets_cfg.demo import demo_datasets

from compass.runners import Slurm

models = [*smollm2_models]
datasets = [*demo_datasets]
runner = dict(type=Slurm, tasks=8, cpus=2, time='0:30:00')
