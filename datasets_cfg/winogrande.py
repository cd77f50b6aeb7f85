"""WinoGrande (XL), no shots and 5, partial scoring: Sakaguchi et al. 2019, arXiv:1907.10641.

Each option is put into the blank, and what follows the blank is ranked (Trinh and Le 2018,
arXiv:1806.02847); chat models name the option.
"""

from compass.ask import Generate, Rank
from compass.data.winograd import winogrande
from compass.evaluators import Choice
from compass.prompts import Chat, Fixed, Text

winogrande_about = dict(
    title='WinoGrande',
    group='Reasoning and mathematics',
    paper='Sakaguchi et al. 2019, arXiv:1907.10641',
    licence='CC BY',
    hub='allenai/winogrande',
    size=1267,
    needs='',
)

winogrande_datasets = [
    dict(
        abbr='winogrande',
        reader=dict(type=winogrande, split='validation'),
        prompt=dict(type=Text, text='{{ before }}', answer='{{ answer }} {{ after }}'),
        ask=dict(
            type=Rank,
            options='texts',
            context='{{ choice }}',
            ending='{{ after }}',
            glue=' ',
            normalise='sum',
        ),
        evaluator=dict(type=Choice, also=['probability']),
    ),
]

winogrande_5_shot_datasets = [
    dict(
        abbr='winogrande-5shot',
        reader=dict(type=winogrande, split='validation'),
        prompt=dict(
            type=Text,
            text='{{ before }}',
            answer='{{ answer }} {{ after }}',
            shots=dict(type=Fixed, n=5),
        ),
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

winogrande_gen_datasets = [
    dict(
        abbr='winogrande-gen',
        reader=dict(type=winogrande, split='validation'),
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
