"""The checkpoints of a training, as they are saved.

python run.py configs/eval_checkpoints.py --watch FOLDER
compass history
"""

from mmengine.config import read_base

with read_base():
    from datasets_cfg.demo import demo_knowledge_rank_datasets

from compass.models.hf import HF

models = [
    # A pattern: --watch puts each checkpoint's folder in the place of this path.
    dict(
        abbr='training',
        backend=dict(type=HF, path='cache:smollm2-135m-instruct', chat=False),
        generation=dict(max_new_tokens=64),
    ),
]
datasets = [*demo_knowledge_rank_datasets]
