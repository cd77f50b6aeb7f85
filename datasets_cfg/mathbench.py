"""MathBench, zero-shot chain of thought, 17 sets: Liu et al. 2024, arXiv:2405.12209.

Groups A (application) and T (theory: the parts ``…_knowledge``).
"""

from compass.ask import Generate
from compass.data.mathbench import mathbench
from compass.evaluators import Choice, Numeric
from compass.prompts import Chat

mathbench_about = dict(
    title='MathBench',
    group='Reasoning and mathematics',
    paper='Liu et al. 2024, arXiv:2405.12209',
    licence='Apache-2.0',
    hub='',
    size=3709,
    needs='',
)

_users = dict(
    single_choice_cn='{{ question }}\n{{ options }}\n请一步一步思考，'
    '最后一行写“答案是”和选项的字母。',
    single_choice_en='{{ question }}\n{{ options }}\nThink step by step. End with "The answer is" '
    'and the letter of the right option.',
    cloze_cn='{{ question }}\n请一步一步思考，最后一行写“答案是”和一个数。',
    cloze_en='{{ question }}\nThink step by step. End with "The answer is" and the number.',
)

_sets = [
    ('college', 'single_choice_cn'),
    ('college', 'single_choice_en'),
    ('high', 'single_choice_cn'),
    ('high', 'single_choice_en'),
    ('middle', 'single_choice_cn'),
    ('middle', 'single_choice_en'),
    ('primary', 'cloze_cn'),
    ('primary', 'cloze_en'),
    ('arithmetic', 'cloze_en'),
    ('college_knowledge', 'single_choice_cn'),
    ('college_knowledge', 'single_choice_en'),
    ('high_knowledge', 'single_choice_cn'),
    ('high_knowledge', 'single_choice_en'),
    ('middle_knowledge', 'single_choice_cn'),
    ('middle_knowledge', 'single_choice_en'),
    ('primary_knowledge', 'single_choice_cn'),
    ('primary_knowledge', 'single_choice_en'),
]

mathbench_datasets = [
    dict(
        abbr=f'mathbench-{part}-{kind}',
        reader=dict(type=mathbench, part=part, kind=kind),
        prompt=dict(type=Chat, user=_users[kind]),
        ask=dict(type=Generate, max_new_tokens=2048),
        evaluator=dict(type=Numeric if kind in ('cloze_cn', 'cloze_en') else Choice),
    )
    for part, kind in _sets
]
