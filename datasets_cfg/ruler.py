"""RULER-style sets, 13 tasks, generated: Hsieh et al. 2024, arXiv:2404.06654.

``ruler`` asks at 4,096 tokens; ``ruler_8k`` to ``ruler_128k`` at more.  Lengths are
estimates unless the reader is told the model's tokenizer, see docs/long-context.md.
"""

from compass.ask import Generate
from compass.data.ruler import ruler
from compass.evaluators import Needle
from compass.prompts import Chat

ruler_about = dict(
    title='RULER-style sets',
    group='Long context',
    paper='Hsieh et al. 2024, arXiv:2404.06654',
    licence='Apache-2.0 (texts made by Compass; instructions of NVIDIA/RULER, Apache-2.0)',
    hub='',
    size=1300,
    needs='',
)

# Task, tokens of the answer, whether all that is wanted counts or any of it.
ruler_tasks = [
    ('niah_single_1', 128, 'all'),
    ('niah_single_2', 128, 'all'),
    ('niah_single_3', 128, 'all'),
    ('niah_multikey_1', 128, 'all'),
    ('niah_multikey_2', 128, 'all'),
    ('niah_multikey_3', 128, 'all'),
    ('niah_multivalue', 128, 'all'),
    ('niah_multiquery', 128, 'all'),
    ('vt', 30, 'all'),
    ('cwe', 120, 'all'),
    ('fwe', 50, 'all'),
    ('qa_1', 32, 'any'),
    ('qa_2', 32, 'any'),
]

ruler_datasets = [
    dict(
        abbr=f'ruler-{task}-4k',
        reader=dict(type=ruler, task=task, lengths=4096),
        prompt=dict(type=Chat, user='{{ text }}', prefill='{{ prefix }}'),
        ask=dict(type=Generate, max_new_tokens=tokens),
        evaluator=dict(type=Needle, need=need),
    )
    for task, tokens, need in ruler_tasks
]

ruler_8k_datasets = [
    {
        **one,
        'abbr': 'ruler-' + one['reader']['task'] + '-8k',
        'reader': dict(type=ruler, task=one['reader']['task'], lengths=8192),
    }
    for one in ruler_datasets
]

ruler_16k_datasets = [
    {
        **one,
        'abbr': 'ruler-' + one['reader']['task'] + '-16k',
        'reader': dict(type=ruler, task=one['reader']['task'], lengths=16384),
    }
    for one in ruler_datasets
]

ruler_32k_datasets = [
    {
        **one,
        'abbr': 'ruler-' + one['reader']['task'] + '-32k',
        'reader': dict(type=ruler, task=one['reader']['task'], lengths=32768),
    }
    for one in ruler_datasets
]

ruler_64k_datasets = [
    {
        **one,
        'abbr': 'ruler-' + one['reader']['task'] + '-64k',
        'reader': dict(type=ruler, task=one['reader']['task'], lengths=65536),
    }
    for one in ruler_datasets
]

ruler_128k_datasets = [
    {
        **one,
        'abbr': 'ruler-' + one['reader']['task'] + '-128k',
        'reader': dict(type=ruler, task=one['reader']['task'], lengths=131072),
    }
    for one in ruler_datasets
]
