"""Zero-shot chain of thought: GSM8K without examples, its answer asked for in a box.

"Let's think step by step": Kojima et al. 2022, arXiv:2205.11916.
"""

from mmengine.config import read_base

with read_base():
    from configs.models.smollm2 import smollm2_models
    from datasets_cfg.gsm8k import gsm8k_datasets

from compass.prompts import Chat

models = [smollm2_models[0]]
datasets = [
    {
        **gsm8k_datasets[0],
        'abbr': 'gsm8k-zero-shot-cot',
        'prompt': dict(
            type=Chat,
            user="{{ question }}\nLet's think step by step, "
            'and put the final answer within \\boxed{}.',
        ),
        'limit': 20,
    }
]
