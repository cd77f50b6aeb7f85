"""A real leaderboard of a real small model: ``make demo``.

SmolLM2-135M-Instruct asked through its chat template and with plain prompts, beside a model
that picks at random, on the demo benchmarks that come with Compass.
"""

from mmengine.config import read_base

with read_base():
    from configs.models.chance import chance_models
    from configs.models.smollm2 import smollm2_models
    from datasets_cfg.demo import demo_datasets
    from summarizers.demo import summarizer

models = [*smollm2_models, *chance_models]
datasets = [*demo_datasets]
