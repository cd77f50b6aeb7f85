"""PIQA, no shots: Bisk et al. 2020, arXiv:1911.11641."""

from compass.ask import Generate, Rank
from compass.data.commonsense import piqa
from compass.evaluators import Choice
from compass.prompts import Chat, Text

piqa_about = dict(
    title='PIQA',
    group='Reasoning and mathematics',
    paper='Bisk et al. 2020, arXiv:1911.11641',
    licence='AFL-3.0',
    hub='baber/piqa',
    size=1838,
    needs='',
)

piqa_datasets = [
    dict(
        abbr='piqa',
        reader=dict(type=piqa, split='validation'),
        prompt=dict(type=Text, text='Question: {{ question }}\nAnswer:'),
        ask=dict(type=Rank, options='texts', normalise=['sum', 'byte']),
        evaluator=dict(type=Choice),
    ),
]

piqa_gen_datasets = [
    dict(
        abbr='piqa-gen',
        reader=dict(type=piqa, split='validation'),
        prompt=dict(
            type=Chat,
            user='Question: {{ question }}\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]
