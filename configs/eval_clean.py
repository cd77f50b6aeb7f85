"""Scores on clean and on contaminated questions, by the labels of a file."""

from mmengine.config import read_base

with read_base():
    from configs.eval_zero_code import datasets
    from configs.models.chance import chance_models

from compass.models.instant import Instant

models = [
    *chance_models,
    dict(abbr='other-chance', backend=dict(type=Instant, rule='random', seed=1)),
]
summarizer = dict(annotations=['configs/examples/quiz_labels.json'])
