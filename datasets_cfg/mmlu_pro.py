"""MMLU-Pro, 14 fields, 10 options, 5- or 0-shot, chain of thought: Wang 2024, arXiv:2406.01574."""

from compass.ask import Generate
from compass.data.mmlu_pro import mmlu_pro
from compass.evaluators import Choice
from compass.prompts import Chat, Fixed

mmlu_pro_about = dict(
    title='MMLU-Pro',
    group='Examinations',
    paper='Wang et al. 2024, arXiv:2406.01574',
    licence='MIT',
    hub='TIGER-Lab/MMLU-Pro',
    size=12032,
    needs='',
)

mmlu_pro_fields = [
    ('biology', 'biology'),
    ('business', 'business'),
    ('chemistry', 'chemistry'),
    ('computer science', 'computer_science'),
    ('economics', 'economics'),
    ('engineering', 'engineering'),
    ('health', 'health'),
    ('history', 'history'),
    ('law', 'law'),
    ('math', 'math'),
    ('other', 'other'),
    ('philosophy', 'philosophy'),
    ('physics', 'physics'),
    ('psychology', 'psychology'),
]

# The question as in evaluate_from_local.py of github.com/TIGER-AI-Lab/MMLU-Pro.
mmlu_pro_datasets = [
    dict(
        abbr=f'mmlu-pro-{name}',
        reader=dict(type=mmlu_pro, category=field, split='test'),
        prompt=dict(
            type=Chat,
            system=f'The following are multiple choice questions (with answers) about {field}. '
            'Think step by step and then finish your answer with "the answer is (X)" where X is '
            'the correct letter choice.',
            user='Question:\n{{ question }}\nOptions:\n{{ options }}\n'
            "Answer: Let's think step by step.",
            assistant='{{ solution }}',
            shots=dict(type=Fixed, n=5),
        ),
        ask=dict(type=Generate, max_new_tokens=2048, stop=['Question:']),
        evaluator=dict(type=Choice),
    )
    for field, name in mmlu_pro_fields
]

# The question as in OpenCompass (mmlu_pro_0shot_cot_gen_08c1de).
mmlu_pro_zero_shot_datasets = [
    dict(
        abbr=f'mmlu-pro-{name}-0shot',
        reader=dict(type=mmlu_pro, category=field, split='test'),
        prompt=dict(
            type=Chat,
            user='Answer the following multiple choice question. The last line of your response '
            "should be of the following format: 'ANSWER: $LETTER' (without quotes) where LETTER is "
            'one of Options(e.g. one of {{ letters | join }}). Think step by step before '
            'answering.\n\nQuestion:\n\n{{ question }}\n\nOptions:\n\n{{ options }}',
        ),
        ask=dict(type=Generate, max_new_tokens=2048),
        evaluator=dict(type=Choice),
    )
    for field, name in mmlu_pro_fields
]
