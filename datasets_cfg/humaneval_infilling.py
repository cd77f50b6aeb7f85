"""HumanEval infilling, 0-shot, programs run: Bavarian et al. 2022, arXiv:2207.14255."""

from compass.ask import Generate
from compass.data.humaneval import humaneval_infilling
from compass.evaluators import Code
from compass.prompts import Chat

humaneval_infilling_about = dict(
    title='HumanEval infilling',
    group='Code',
    paper='Bavarian et al. 2022, arXiv:2207.14255',
    licence='MIT',
    hub='',
    size=8488,
    needs='sandbox',
)

humaneval_infilling_datasets = [
    dict(
        abbr=f'humaneval-infilling-{kind}',
        reader=dict(type=humaneval_infilling, kind=kind),
        prompt=dict(
            type=Chat,
            user=(
                'A piece of this Python program is missing where <FILL> stands. Answer with '
                'the missing piece alone, in one code block, with its indentation.\n'
                '```python\n{{ prompt }}<FILL>{{ suffix }}\n```'
            ),
        ),
        ask=dict(type=Generate, max_new_tokens=512),
        evaluator=dict(type=Code),
    )
    for kind in ['single-line', 'multi-line', 'random-span']
]
