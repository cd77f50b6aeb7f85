"""Does the wording of the prompt matter?  Every question as written, then one change at a time."""

from mmengine.config import read_base

with read_base():
    from configs.models.chance import chance_models

from compass.ask import Rank
from compass.data import Rows
from compass.evaluators import Choice
from compass.prompts import Fixed, Text

models = [*chance_models]
datasets = [
    dict(
        abbr='quiz-robust',
        reader=dict(
            type=Rows,
            path='configs/examples/quiz.jsonl',
            shots='configs/examples/quiz.jsonl',
            question='q',
            choices=['A', 'B', 'C'],
            answer='answer',
            id='id',
        ),
        prompt=dict(
            type=Text,
            text='{{ question }}\n{{ options }}\nAnswer:',
            answer=' {{ letter }}',
            shots=dict(type=Fixed, n=3),
        ),
        ask=dict(type=Rank, options='letters'),
        evaluator=dict(type=Choice),
        robust=dict(
            templates=[
                'Question: {{ question }}\n{{ options }}\nThe answer is',
                '{{ question }} Choose one of {{ letters | join(", ") }}.\n{{ options }}\nAnswer:',
            ],
            shot_orders=3,
            letters=['A', 'a', '1', '甲'],
        ),
    )
]
