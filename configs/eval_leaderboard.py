"""A leaderboard of several tables: by kind, by language, and from chance to perfect.

Two models that guess and one that is always right, on the demo benchmarks: the best is
marked where its lead is more than luck, and the two that guess share their ranks.
"""

from mmengine.config import read_base

with read_base():
    from datasets_cfg.demo import (
        demo_arithmetic_datasets,
        demo_knowledge_rank_datasets,
        demo_reading_datasets,
    )

from compass.models.instant import Instant

models = [
    dict(abbr='guess-0', backend=dict(type=Instant, rule='random', seed=0)),
    dict(abbr='guess-1', backend=dict(type=Instant, rule='random', seed=1)),
    dict(abbr='right', backend=dict(type=Instant, rule='right')),
]
datasets = [*demo_arithmetic_datasets, *demo_knowledge_rank_datasets, *demo_reading_datasets]

_kinds = ['demo-arithmetic', 'demo-knowledge-rank', 'demo-reading']

summarizer = dict(
    groups=[
        *[
            dict(name=_name, subsets=[f'{_name}-en', f'{_name}-zh'], weights='size')
            for _name in _kinds
        ],
        dict(name='all', subsets=_kinds),
        dict(name='all-harmonic', subsets=_kinds, mean='harmonic'),
    ],
    tables=[
        dict(title='By kind', datasets=['all', 'all-harmonic', *_kinds], transposed=True),
        dict(title='English', datasets=['*-en']),
        dict(title='Chinese', datasets=['*-zh']),
        dict(title='Knowledge above chance', datasets=['demo-knowledge-rank*'], scale='chance'),
    ],
    families={'Guessing': ['guess-*'], 'Knowing': ['right']},
    chance={'demo-knowledge-rank-*': 0.25},
    formats=['latex'],
)
