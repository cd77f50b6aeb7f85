"""Social IQa, no shots: Sap et al. 2019, arXiv:1904.09728."""

from compass.ask import Generate, Rank
from compass.data.commonsense import siqa
from compass.evaluators import Choice
from compass.prompts import Chat, Text

siqa_about = dict(
    title='Social IQa',
    group='Reasoning and mathematics',
    paper='Sap et al. 2019, arXiv:1904.09728',
    licence='not stated',
    hub='lighteval/siqa',
    size=1954,
    needs='',
)

siqa_datasets = [
    dict(
        abbr='siqa',
        reader=dict(type=siqa, split='validation'),
        prompt=dict(type=Text, text='Q: {{ context }} {{ question }}\nA:'),
        ask=dict(type=Rank, options='texts', normalise=['sum', 'byte']),
        evaluator=dict(type=Choice),
    ),
]

siqa_gen_datasets = [
    dict(
        abbr='siqa-gen',
        reader=dict(type=siqa, split='validation'),
        prompt=dict(
            type=Chat,
            user='{{ context }}\nQuestion: {{ question }}\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]
