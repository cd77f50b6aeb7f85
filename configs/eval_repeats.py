"""Several answers to each question: their mean, majority vote, pass@k and G-Pass@k."""

from mmengine.config import read_base

with read_base():
    from configs.models.smollm2 import smollm2_models
    from datasets_cfg.gsm8k import gsm8k_datasets

from compass.evaluators import Numeric, Repeats

models = [smollm2_models[0]]
datasets = [
    {
        **gsm8k_datasets[0],
        'abbr': 'gsm8k-repeats',
        'ask': {**gsm8k_datasets[0]['ask'], 'n': 8, 'temperature': 0.8, 'top_p': 0.95},
        'evaluator': dict(type=Repeats, evaluator=dict(type=Numeric), k=[4, 8], tau=[0.5, 1.0]),
        'limit': 10,
    }
]
