"""Not every model on every benchmark; settings of a model's own; a group with weights."""

from mmengine.config import read_base

with read_base():
    from configs.models.chance import chance_models
    from configs.models.smollm2 import smollm2_models
    from datasets_cfg.demo import demo_knowledge_rank_datasets, demo_reading_datasets

models = [
    {**smollm2_models[0], 'generation': dict(max_new_tokens=16)},
    *chance_models,
]
datasets = [*demo_knowledge_rank_datasets, *demo_reading_datasets]
combinations = [
    dict(models=['smollm2-135m-chat'], datasets=['demo-knowledge-rank-en', 'demo-reading-en']),
    dict(models=['chance'], datasets=['demo-knowledge-rank-en']),
]
summarizer = dict(
    groups=[
        dict(
            name='english',
            subsets=['demo-knowledge-rank-en', ['demo-reading-en', 'f1']],
            weights=[2, 1],
        )
    ]
)
