"""LAMBADA, no shots, likelihood of the last word: Paperno et al. 2016, arXiv:1606.06031.

In the plain text of Radford et al. 2019 ("Language Models are Unsupervised Multitask
Learners") and in its own; also generated.
"""

from compass.ask import Generate, Target
from compass.data.lambada import lambada
from compass.evaluators import Exact, Expected
from compass.prompts import Chat, Text

lambada_about = dict(
    title='LAMBADA',
    group='Language and knowledge',
    paper='Paperno et al. 2016, arXiv:1606.06031',
    licence='CC BY 4.0',
    hub='EleutherAI/lambada_openai',
    size=5153,
    needs='',
)

lambada_datasets = [
    dict(
        abbr='lambada',
        reader=dict(type=lambada, form='openai'),
        prompt=dict(type=Text, text='{{ question }}'),
        ask=dict(type=Target),
        evaluator=dict(type=Expected),
    )
]

lambada_standard_datasets = [
    {
        **one,
        'abbr': 'lambada-standard',
        'reader': dict(type=lambada, form='standard'),
    }
    for one in lambada_datasets
]

lambada_gen_datasets = [
    dict(
        abbr='lambada-gen',
        reader=dict(type=lambada, form='openai'),
        prompt=dict(
            type=Chat,
            user='The last word of this passage is missing. Say that word and nothing else.\n\n'
            '{{ question }}',
        ),
        ask=dict(type=Generate, max_new_tokens=8),
        evaluator=dict(type=Exact, normalise='loose', read='word'),
    )
]
