"""TheoremQA, zero-shot chain of thought: Chen et al. 2023, arXiv:2305.12524."""

from compass.ask import Generate
from compass.data.theoremqa import theoremqa
from compass.evaluators import TheoremQA
from compass.prompts import Chat

theoremqa_about = dict(
    title='TheoremQA',
    group='Reasoning and mathematics',
    paper='Chen et al. 2023, arXiv:2305.12524',
    licence='MIT',
    hub='TIGER-Lab/TheoremQA',
    size=800,
    needs='metrics extra',
)

theoremqa_datasets = [
    dict(
        abbr='theoremqa',
        reader=dict(type=theoremqa),
        prompt=dict(
            type=Chat,
            user='Question: {{ question }}\nThink step by step. End with "Therefore, the answer '
            'is" and one of these: a number without symbol or unit; a list of numbers such as '
            '[2, 3]; True or False; an option such as (a).',
        ),
        ask=dict(type=Generate, max_new_tokens=1024, stop=['Question:']),
        evaluator=dict(type=TheoremQA),
    )
]

theoremqa_text_datasets = [
    {**one, 'abbr': 'theoremqa-text', 'reader': dict(type=theoremqa, pictures=False)}
    for one in theoremqa_datasets
]
