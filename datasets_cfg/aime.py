"""AIME 2024 and 2025, zero-shot: Mathematical Association of America.

30 problems a year: an interval is wide, so that ``n`` answers each are worth asking for.
"""

from compass.ask import Generate
from compass.data.aime import aime
from compass.evaluators import Numeric
from compass.prompts import Chat

aime2024_about = dict(
    title='AIME 2024',
    group='Reasoning and mathematics',
    paper='Mathematical Association of America 2024',
    licence='not stated by the authors of the problems',
    hub='Maxwell-Jia/AIME_2024',
    size=30,
    needs='',
)

aime2025_about = dict(
    title='AIME 2025',
    group='Reasoning and mathematics',
    paper='Mathematical Association of America 2025',
    licence='not stated by the authors of the problems',
    hub='math-ai/aime25',
    size=30,
    needs='',
)

aime2024_datasets = [
    dict(
        abbr='aime2024',
        reader=dict(type=aime, year=2024),
        prompt=dict(
            type=Chat,
            user='{{ question }}\nPlease reason step by step, and put your final answer '
            'within \\boxed{}.',
        ),
        ask=dict(type=Generate, max_new_tokens=16384),
        evaluator=dict(type=Numeric),
    )
]

aime2024_avg32_datasets = [
    {
        **one,
        'abbr': 'aime2024-avg32',
        'ask': dict(type=Generate, max_new_tokens=16384, temperature=0.6, top_p=0.95, n=32),
    }
    for one in aime2024_datasets
]

aime2025_datasets = [
    {**one, 'abbr': 'aime2025', 'reader': dict(type=aime, year=2025)} for one in aime2024_datasets
]

aime2025_avg32_datasets = [
    {**one, 'abbr': 'aime2025-avg32', 'reader': dict(type=aime, year=2025)}
    for one in aime2024_avg32_datasets
]
