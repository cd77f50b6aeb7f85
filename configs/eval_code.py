"""Programs written by a model, run in the sandbox: HumanEval, 20 problems.

Needs bubblewrap, or Linux 6.12 with Landlock; ``notes`` of ``scores.json`` says which was used.
"""

from mmengine.config import read_base

with read_base():
    from configs.models.smollm2 import smollm2_models
    from datasets_cfg.humaneval import humaneval_datasets, humaneval_gen_datasets

models = [*smollm2_models]
datasets = [{**_one, 'limit': 20} for _one in [*humaneval_datasets, *humaneval_gen_datasets]]
combinations = [
    dict(models=['smollm2-135m-plain'], datasets=['humaneval']),
    dict(models=['smollm2-135m-chat'], datasets=['humaneval-gen']),
]
