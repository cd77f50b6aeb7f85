"""Natural Questions (open), generated, no shots: Kwiatkowski et al. 2019, Q19-1026.

The open form is that of Lee et al. 2019, arXiv:1906.00300.  Also with five shots.
"""

from compass.ask import Generate
from compass.data.openqa import nq_open
from compass.evaluators import Exact
from compass.prompts import Chat, Fixed

nq_about = dict(
    title='Natural Questions (open)',
    group='Language and knowledge',
    paper='Kwiatkowski et al. 2019, Q19-1026; Lee et al. 2019, arXiv:1906.00300',
    licence='CC BY-SA 3.0',
    hub='google-research-datasets/nq_open',
    size=3610,
    needs='',
)

nq_datasets = [
    dict(
        abbr='nq',
        reader=dict(type=nq_open, split='validation'),
        prompt=dict(
            type=Chat,
            user='Question: {{ question }}?\n'
            'Answer with a name, a number or a few words only.\nAnswer:',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Exact, normalise='nq', read='line'),
    )
]

nq_5shot_datasets = [
    {
        **one,
        'abbr': 'nq-5shot',
        'prompt': dict(
            type=Chat, user='Question: {{ question }}?\nAnswer:', shots=dict(type=Fixed, n=5)
        ),
    }
    for one in nq_datasets
]
