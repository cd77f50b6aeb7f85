"""Score outputs that were made elsewhere: no model is loaded."""

from compass.ask import Generate
from compass.data import Rows
from compass.evaluators import Choice
from compass.models import Replay
from compass.prompts import Text

models = [
    dict(abbr='elsewhere', backend=dict(type=Replay, path='configs/examples/quiz_outputs.jsonl'))
]
datasets = [
    dict(
        abbr='quiz',
        reader=dict(
            type=Rows,
            path='configs/examples/quiz.jsonl',
            question='q',
            choices=['A', 'B', 'C'],
            answer='answer',
            id='id',
        ),
        prompt=dict(type=Text, text='{{ question }}\n{{ options }}\nAnswer:'),
        ask=dict(type=Generate, max_new_tokens=32),
        evaluator=dict(type=Choice),
    )
]
