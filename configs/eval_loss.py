"""How surprised a model is by texts: loss, perplexity, bits per byte."""

from mmengine.config import read_base

with read_base():
    from configs.models.smollm2 import smollm2_models

from compass.ask import Loss
from compass.data import Rows
from compass.evaluators import Perplexity
from compass.prompts import Text

models = [smollm2_models[1]]
datasets = [
    dict(
        abbr='texts',
        reader=dict(type=Rows, path='configs/examples/texts.jsonl', question='text'),
        prompt=dict(type=Text, text='{{ question }}'),
        ask=dict(type=Loss),
        evaluator=dict(type=Perplexity),
    )
]
