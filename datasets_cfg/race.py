"""RACE of middle and high schools, no shots: Lai et al. 2017, arXiv:1704.04683."""

from compass.ask import Generate, Rank
from compass.data.race import race
from compass.evaluators import Choice
from compass.prompts import Chat, Text

race_about = dict(
    title='RACE',
    group='Language and knowledge',
    paper='Lai et al. 2017, arXiv:1704.04683',
    licence='research only',
    hub='ehovy/race',
    size=4934,
    needs='',
)

race_middle_datasets = [
    dict(
        abbr='race-middle',
        reader=dict(type=race, level='middle', split='test'),
        prompt=dict(type=Text, text='Article: {{ article }}\n\nQuestion: {{ question }}\nAnswer:'),
        ask=dict(type=Rank, options='texts', normalise=['sum', 'byte']),
        evaluator=dict(type=Choice),
    ),
]

race_middle_letter_datasets = [
    dict(
        abbr='race-middle-letter',
        reader=dict(type=race, level='middle', split='test'),
        prompt=dict(
            type=Text,
            text='Article:\n{{ article }}\n\nQ: {{ question }}\n\n{{ options }}\nA:',
            answer=' {{ letter }}',
        ),
        ask=dict(type=Rank, options='letters', normalise='sum'),
        evaluator=dict(type=Choice),
    ),
]

race_middle_gen_datasets = [
    dict(
        abbr='race-middle-gen',
        reader=dict(type=race, level='middle', split='test'),
        prompt=dict(
            type=Chat,
            user='Read the article, and answer the question '
            'with the letter of the right option.\n\n'
            'Article:\n{{ article }}\n\nQ: {{ question }}\n\n{{ options }}\nA:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Q:', 'Article:']),
        evaluator=dict(type=Choice),
    ),
]

race_high_datasets = [
    dict(
        abbr='race-high',
        reader=dict(type=race, level='high', split='test'),
        prompt=dict(type=Text, text='Article: {{ article }}\n\nQuestion: {{ question }}\nAnswer:'),
        ask=dict(type=Rank, options='texts', normalise=['sum', 'byte']),
        evaluator=dict(type=Choice),
    ),
]

race_high_letter_datasets = [
    dict(
        abbr='race-high-letter',
        reader=dict(type=race, level='high', split='test'),
        prompt=dict(
            type=Text,
            text='Article:\n{{ article }}\n\nQ: {{ question }}\n\n{{ options }}\nA:',
            answer=' {{ letter }}',
        ),
        ask=dict(type=Rank, options='letters', normalise='sum'),
        evaluator=dict(type=Choice),
    ),
]

race_high_gen_datasets = [
    dict(
        abbr='race-high-gen',
        reader=dict(type=race, level='high', split='test'),
        prompt=dict(
            type=Chat,
            user='Read the article, and answer the question '
            'with the letter of the right option.\n\n'
            'Article:\n{{ article }}\n\nQ: {{ question }}\n\n{{ options }}\nA:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Q:', 'Article:']),
        evaluator=dict(type=Choice),
    ),
]

race_datasets = [*race_middle_datasets, *race_high_datasets]

race_gen_datasets = [*race_middle_gen_datasets, *race_high_gen_datasets]
