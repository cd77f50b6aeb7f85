"""TriviaQA, no passage, generated, no shots: Joshi et al. 2017, arXiv:1705.03551.

Also with five shots for base models, the questions of lm-evaluation-harness, and a subset.
"""

from compass.ask import Generate
from compass.data.openqa import triviaqa
from compass.evaluators import Exact
from compass.prompts import Chat, Fixed

triviaqa_about = dict(
    title='TriviaQA',
    group='Language and knowledge',
    paper='Joshi et al. 2017, arXiv:1705.03551',
    licence='Apache-2.0',
    hub='mandarjoshi/trivia_qa',
    size=11313,
    needs='',
)

triviaqa_datasets = [
    dict(
        abbr='triviaqa',
        reader=dict(type=triviaqa, subset='unfiltered.nocontext', split='validation'),
        prompt=dict(
            type=Chat,
            user='Question: {{ question }}\n'
            'Answer with a name, a number or a few words only.\nAnswer:',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Exact, normalise='triviaqa', read='line'),
    )
]

triviaqa_5shot_datasets = [
    {
        **one,
        'abbr': 'triviaqa-5shot',
        'prompt': dict(
            type=Chat, user='Question: {{ question }}\nAnswer:', shots=dict(type=Fixed, n=5)
        ),
    }
    for one in triviaqa_datasets
]

triviaqa_rc_datasets = [
    {
        **one,
        'abbr': 'triviaqa-rc',
        'reader': dict(type=triviaqa, subset='rc.nocontext', split='validation'),
    }
    for one in triviaqa_datasets
]

triviaqa_foundry_datasets = [
    {
        **one,
        'abbr': 'triviaqa-foundry',
        'reader': dict(type=triviaqa, subset='llm-foundry'),
    }
    for one in triviaqa_datasets
]
