"""SVAMP, zero-shot chain of thought: Patel et al. 2021, arXiv:2103.07191."""

from compass.ask import Generate
from compass.data.word_problems import svamp
from compass.evaluators import Numeric
from compass.prompts import Chat

svamp_about = dict(
    title='SVAMP',
    group='Reasoning and mathematics',
    paper='Patel et al. 2021, arXiv:2103.07191',
    licence='MIT',
    hub='ChilleD/SVAMP',
    size=1000,
    needs='',
)

svamp_datasets = [
    dict(
        abbr='svamp',
        reader=dict(type=svamp),
        prompt=dict(
            type=Chat,
            user='Question: {{ question }}\nThink step by step, then write "The answer is" '
            'and the number.\nAnswer:',
        ),
        ask=dict(type=Generate, max_new_tokens=512, stop=['Question:']),
        evaluator=dict(type=Numeric, tolerance=1e-4),
    )
]
