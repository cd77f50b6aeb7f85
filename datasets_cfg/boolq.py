"""BoolQ, no shots: Clark et al. 2019, arXiv:1905.10044."""

from compass.ask import Generate, Rank
from compass.data.superglue import superglue
from compass.evaluators import Choice
from compass.prompts import Chat, Text

boolq_about = dict(
    title='BoolQ',
    group='Language and knowledge',
    paper='Clark et al. 2019, arXiv:1905.10044',
    licence='CC BY-SA 3.0',
    hub='aps/super_glue',
    size=3270,
    needs='',
)

boolq_datasets = [
    dict(
        abbr='boolq',
        reader=dict(type=superglue, task='boolq'),
        prompt=dict(type=Text, text='{{ passage }}\nQuestion: {{ question }}?\nAnswer:'),
        ask=dict(type=Rank, options='texts', normalise='sum'),
        evaluator=dict(type=Choice, also=['probability']),
    ),
]

boolq_gen_datasets = [
    dict(
        abbr='boolq-gen',
        reader=dict(type=superglue, task='boolq'),
        prompt=dict(
            type=Chat,
            user='{{ passage }}\nQuestion: {{ question }}?\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]
