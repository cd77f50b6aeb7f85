"""OpenBookQA, no shots: Mihaylov et al. 2018, arXiv:1809.02789.

Ranked by the options' texts straight after the question, which is the beginning of a sentence
as often as not, as lm-evaluation-harness does; by letter; and answered with a letter.
"""

from compass.ask import Generate, Rank
from compass.data.commonsense import openbookqa
from compass.evaluators import Choice
from compass.prompts import Chat, Text

openbookqa_about = dict(
    title='OpenBookQA',
    group='Reasoning and mathematics',
    paper='Mihaylov et al. 2018, arXiv:1809.02789',
    licence='Apache-2.0',
    hub='allenai/openbookqa',
    size=500,
    needs='',
)

openbookqa_datasets = [
    dict(
        abbr='openbookqa',
        reader=dict(type=openbookqa, split='test'),
        prompt=dict(type=Text, text='{{ question }}'),
        ask=dict(type=Rank, options='texts', normalise=['sum', 'byte']),
        evaluator=dict(type=Choice),
    ),
]

openbookqa_letter_datasets = [
    dict(
        abbr='openbookqa-letter',
        reader=dict(type=openbookqa, split='test'),
        prompt=dict(
            type=Text,
            text='Question: {{ question }}\n{{ options }}\nAnswer:',
            answer=' {{ letter }}',
        ),
        ask=dict(type=Rank, options='letters', normalise='sum'),
        evaluator=dict(type=Choice),
    ),
]

openbookqa_gen_datasets = [
    dict(
        abbr='openbookqa-gen',
        reader=dict(type=openbookqa, split='test'),
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
