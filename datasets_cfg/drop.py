"""DROP, generated, no shots and three: Dua et al. 2019, arXiv:1903.00161."""

from compass.ask import Generate
from compass.data.drop import drop
from compass.evaluators import F1
from compass.prompts import Chat, Fixed

drop_about = dict(
    title='DROP',
    group='Language and knowledge',
    paper='Dua et al. 2019, arXiv:1903.00161',
    licence='CC BY-SA 4.0',
    hub='EleutherAI/drop',
    size=9536,
    needs='',
)

drop_datasets = [
    dict(
        abbr='drop',
        reader=dict(type=drop, split='validation'),
        prompt=dict(
            type=Chat,
            user='{{ passage }}\n\nQuestion: {{ question }}\n'
            'Answer with a number, a date or words of the passage only; '
            'where there are several answers, put "; " between them.\nAnswer:',
        ),
        ask=dict(type=Generate, max_new_tokens=64, stop=['Question:']),
        evaluator=dict(type=F1, rules='drop', several=';', read='line'),
    )
]

drop_3shot_datasets = [
    {
        **one,
        'abbr': 'drop-3shot',
        'prompt': dict(
            type=Chat,
            user='{{ passage }}\n\nQuestion: {{ question }}\nAnswer:',
            shots=dict(type=Fixed, n=3),
        ),
    }
    for one in drop_datasets
]
