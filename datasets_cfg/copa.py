"""COPA, no shots, continued by the cause or effect: Roemmele et al. 2011, AAAI Spring Symposium."""

from compass.ask import Generate, Rank
from compass.data.superglue import superglue
from compass.evaluators import Choice
from compass.prompts import Chat, Text

copa_about = dict(
    title='COPA',
    group='Reasoning and mathematics',
    paper='Roemmele et al. 2011, AAAI Spring Symposium',
    licence='BSD-2',
    hub='aps/super_glue',
    size=100,
    needs='',
)

copa_datasets = [
    dict(
        abbr='copa',
        reader=dict(type=superglue, task='copa'),
        prompt=dict(
            type=Text,
            text="{{ premise[:-1] }} {{ 'because' if question == 'cause' else 'therefore' }}",
            answer=" {{ answer[0] | lower }}{{ answer[1:] }}",
        ),
        ask=dict(
            type=Rank,
            options='texts',
            ending='{{ choice[0] | lower }}{{ choice[1:] }}',
            normalise=['sum', 'byte'],
        ),
        evaluator=dict(type=Choice),
    ),
]

copa_gen_datasets = [
    dict(
        abbr='copa-gen',
        reader=dict(type=superglue, task='copa'),
        prompt=dict(
            type=Chat,
            user='{{ premise }}\nQuestion: Which may be the {{ question }}?\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]
