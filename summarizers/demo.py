"""The demo benchmarks: each over both languages, and three of them as one number.

The overall mean takes knowledge once, since ranked and generated are the same questions.
"""

summarizer = dict(
    datasets=[
        'demo-arithmetic-en',
        'demo-arithmetic-zh',
        'demo-arithmetic',
        'demo-knowledge-rank-en',
        'demo-knowledge-rank-zh',
        'demo-knowledge-rank',
        'demo-knowledge-gen-en',
        'demo-knowledge-gen-zh',
        'demo-knowledge-gen',
        'demo-reading-en',
        'demo-reading-zh',
        'demo-reading',
        'demo',
    ],
    groups=[
        *(
            dict(name=name, subsets=[f'{name}-en', f'{name}-zh'], weights='size')
            for name in (
                'demo-arithmetic',
                'demo-knowledge-rank',
                'demo-knowledge-gen',
                'demo-reading',
            )
        ),
        dict(name='demo', subsets=['demo-arithmetic', 'demo-knowledge-rank', 'demo-reading']),
    ],
)
