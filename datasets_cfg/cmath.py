"""CMATH, six years of Chinese primary school, zero-shot: Wei et al. 2023, arXiv:2306.16636."""

from compass.ask import Generate
from compass.data.word_problems import cmath
from compass.evaluators import Numeric
from compass.prompts import Chat

cmath_about = dict(
    title='CMATH',
    group='Reasoning and mathematics',
    paper='Wei et al. 2023, arXiv:2306.16636',
    licence='CC BY 4.0',
    hub='weitianwen/cmath',
    size=1098,
    needs='',
)

cmath_datasets = [
    dict(
        abbr='cmath',
        reader=dict(type=cmath, split='test'),
        prompt=dict(
            type=Chat,
            user='{{ question }}\n请一步一步思考，最后一行写“答案是”和一个数。',
        ),
        ask=dict(type=Generate, max_new_tokens=512),
        evaluator=dict(type=Numeric),
    )
]
