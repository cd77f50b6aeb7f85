"""HellaSwag, no shots and 10: Zellers et al. 2019, arXiv:1905.07830.

Ranked by the text of the endings, by letter, and answered with a letter.
"""

from compass.ask import Generate, Rank
from compass.data.hellaswag import hellaswag
from compass.evaluators import Choice
from compass.prompts import Chat, Fixed, Text

hellaswag_about = dict(
    title='HellaSwag',
    group='Reasoning and mathematics',
    paper='Zellers et al. 2019, arXiv:1905.07830',
    licence='MIT',
    hub='Rowan/hellaswag',
    size=10042,
    needs='',
)

hellaswag_datasets = [
    dict(
        abbr='hellaswag',
        reader=dict(type=hellaswag, split='validation'),
        prompt=dict(type=Text, text='{{ question }}'),
        ask=dict(type=Rank, options='texts', normalise=['sum', 'byte']),
        evaluator=dict(type=Choice),
    ),
]

hellaswag_10_shot_datasets = [
    dict(
        abbr='hellaswag-10shot',
        reader=dict(type=hellaswag, split='validation'),
        prompt=dict(type=Text, text='{{ question }}', shots=dict(type=Fixed, n=10)),
        ask=dict(type=Rank, options='texts', normalise=['sum', 'byte']),
        evaluator=dict(type=Choice),
    ),
]

hellaswag_letter_datasets = [
    dict(
        abbr='hellaswag-letter',
        reader=dict(type=hellaswag, split='validation'),
        prompt=dict(
            type=Text,
            text='Question: Which ending fits best?\n{{ question }}\n{{ options }}\nAnswer:',
            answer=' {{ letter }}',
        ),
        ask=dict(type=Rank, options='letters', normalise='sum'),
        evaluator=dict(type=Choice),
    ),
]

hellaswag_gen_datasets = [
    dict(
        abbr='hellaswag-gen',
        reader=dict(type=hellaswag, split='validation'),
        prompt=dict(
            type=Chat,
            user='Question: Which ending fits best?\n{{ question }}\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]
