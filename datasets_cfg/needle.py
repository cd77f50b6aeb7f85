"""Needles in a haystack, no shots, generated: after Kamradt 2023; Li et al. 2024, arXiv:2407.11963.

One dataset holds all lengths and depths.  Lengths are estimates unless the reader is told
the model's tokenizer, see docs/long-context.md.
"""

from compass.ask import Generate
from compass.data.needles import needle
from compass.evaluators import Needle
from compass.prompts import Chat

needle_about = dict(
    title='Needle in a haystack',
    group='Long context',
    paper='after Kamradt 2023; Li et al. 2024, arXiv:2407.11963',
    licence='Apache-2.0 (made by Compass)',
    hub='',
    size=132,
    needs='',
)

needle_datasets = [
    dict(
        abbr=f'needle-{kind}-en',
        reader=dict(type=needle, kind=kind, lang='en', lengths=[1024, 2048, 4096, 8192]),
        prompt=dict(type=Chat, user='{{ text }}'),
        ask=dict(type=Generate, max_new_tokens=64),
        evaluator=dict(type=Needle),
    )
    for kind in ('single', 'multi', 'reasoning')
]

needle_cn_datasets = [
    dict(
        abbr=f'needle-{kind}-zh',
        reader=dict(type=needle, kind=kind, lang='zh', lengths=[1024, 2048, 4096, 8192]),
        prompt=dict(type=Chat, user='{{ text }}', joint=''),
        ask=dict(type=Generate, max_new_tokens=64),
        evaluator=dict(type=Needle),
    )
    for kind in ('single', 'multi', 'reasoning')
]

needle_32k_datasets = [
    dict(
        abbr=f'needle-{kind}-en-32k',
        reader=dict(type=needle, kind=kind, lang='en', lengths=[8192, 16384, 24576, 32768]),
        prompt=dict(type=Chat, user='{{ text }}'),
        ask=dict(type=Generate, max_new_tokens=64),
        evaluator=dict(type=Needle),
    )
    for kind in ('single', 'multi', 'reasoning')
]

needle_128k_datasets = [
    dict(
        abbr=f'needle-{kind}-en-128k',
        reader=dict(type=needle, kind=kind, lang='en', lengths=[32768, 65536, 98304, 131072]),
        prompt=dict(type=Chat, user='{{ text }}'),
        ask=dict(type=Generate, max_new_tokens=64),
        evaluator=dict(type=Needle),
    )
    for kind in ('single', 'multi', 'reasoning')
]
