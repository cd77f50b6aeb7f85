"""Winograd schemas, no shots: Levesque et al. 2012, KR 2012 (WSC273); SuperGLUE's WSC.

WSC273 is ranked by partial scoring (Trinh and Le 2018, arXiv:1806.02847), SuperGLUE's WSC as
yes or no (Wang et al. 2019, arXiv:1905.00537).
"""

from compass.ask import Generate, Rank
from compass.data.superglue import superglue
from compass.data.winograd import wsc273
from compass.evaluators import Choice
from compass.prompts import Chat, Text

wsc_about = dict(
    title='Winograd Schema Challenge',
    group='Reasoning and mathematics',
    paper='Levesque et al. 2012, KR 2012',
    licence='CC BY 4.0',
    hub='lighteval/winograd_wsc',
    size=377,
    needs='',
)

wsc273_datasets = [
    dict(
        abbr='wsc273',
        reader=dict(type=wsc273),
        prompt=dict(type=Text, text='{{ before }}', answer='{{ answer }} {{ after }}'),
        ask=dict(
            type=Rank,
            options='texts',
            context='{{ choice }}',
            ending='{{ after }}',
            glue=' ',
            normalise='sum',
        ),
        evaluator=dict(type=Choice),
    ),
]

wsc273_gen_datasets = [
    dict(
        abbr='wsc273-gen',
        reader=dict(type=wsc273),
        prompt=dict(
            type=Chat,
            user='Which option fits the blank _?\n{{ question }}\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]

superglue_wsc_datasets = [
    dict(
        abbr='superglue-wsc',
        reader=dict(type=superglue, task='wsc'),
        prompt=dict(
            type=Text,
            text='Passage: {{ marked }}\n'
            'Question: In the passage above, does the pronoun "*{{ pronoun }}*" '
            'refer to "*{{ noun }}*"?\nAnswer:',
        ),
        ask=dict(type=Rank, options='texts', normalise='sum'),
        evaluator=dict(type=Choice),
    ),
]

superglue_wsc_gen_datasets = [
    dict(
        abbr='superglue-wsc-gen',
        reader=dict(type=superglue, task='wsc'),
        prompt=dict(
            type=Chat,
            user='Passage: {{ marked }}\n'
            'Question: Does the pronoun "*{{ pronoun }}*" refer to "*{{ noun }}*"?\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]

wsc_datasets = [*wsc273_datasets, *superglue_wsc_datasets]
