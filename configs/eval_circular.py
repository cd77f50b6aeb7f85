"""Does the order of the options matter?  Every question in each shift of its options."""

from mmengine.config import read_base

with read_base():
    from configs.models.chance import chance_models

from compass.ask import Rank
from compass.data import Rows
from compass.evaluators import Choice
from compass.prompts import Text

models = [*chance_models]
datasets = [
    dict(
        abbr='quiz-circular',
        reader=dict(
            type=Rows,
            path='configs/examples/quiz.jsonl',
            question='q',
            choices=['A', 'B', 'C'],
            answer='answer',
            id='id',
        ),
        prompt=dict(type=Text, text='{{ question }}\n{{ options }}\nAnswer:'),
        ask=dict(type=Rank, options='letters'),
        evaluator=dict(type=Choice),
        circular=dict(kind='cyclic', pinned=True),
    )
]
