"""MATH and MATH-500, zero-shot and 4-shot: Hendrycks et al. 2021, arXiv:2103.03874.

The instruction is the one that Qwen, DeepSeek and OpenCompass ask MATH with; the form of the
shots is Minerva's (Lewkowycz et al. 2022, arXiv:2206.14858), drawn from the training problems.
"""

from compass.ask import Generate
from compass.data.math import competition_math, math_500
from compass.evaluators import Math
from compass.prompts import Chat, Random

math_about = dict(
    title='MATH',
    group='Reasoning and mathematics',
    paper='Hendrycks et al. 2021, arXiv:2103.03874',
    licence='MIT',
    hub='EleutherAI/hendrycks_math',
    size=5000,
    needs='metrics extra',
)

math_500_about = dict(
    title='MATH-500',
    group='Reasoning and mathematics',
    paper='Lightman et al. 2023, arXiv:2305.20050',
    licence='MIT',
    hub='HuggingFaceH4/MATH-500',
    size=500,
    needs='metrics extra',
)

_subjects = [
    'algebra',
    'counting_and_probability',
    'geometry',
    'intermediate_algebra',
    'number_theory',
    'prealgebra',
    'precalculus',
]

_boxed = dict(
    type=Chat,
    user='{{ question }}\nPlease reason step by step, and put your final answer within \\boxed{}.',
)

math_datasets = [
    dict(
        abbr='math',
        reader=dict(type=competition_math, split='test'),
        prompt=_boxed,
        ask=dict(type=Generate, max_new_tokens=2048),
        evaluator=dict(type=Math),
    )
]

math_4shot_datasets = [
    dict(
        abbr='math-4shot',
        reader=dict(type=competition_math, split='test'),
        prompt=dict(
            type=Chat,
            user='Problem:\n{{ question }}\n\nSolution:',
            assistant='{{ solution }}\nFinal Answer: The final answer is ${{ answer }}$. '
            'I hope it is correct.',
            shots=dict(type=Random, n=4),
        ),
        ask=dict(type=Generate, max_new_tokens=1024, stop=['Problem:']),
        evaluator=dict(type=Math),
    )
]

math_subject_datasets = [
    dict(
        abbr=f'math-{subject}',
        reader=dict(type=competition_math, subject=subject, split='test'),
        prompt=_boxed,
        ask=dict(type=Generate, max_new_tokens=2048),
        evaluator=dict(type=Math),
    )
    for subject in _subjects
]

math_level_datasets = [
    dict(
        abbr=f'math-level{level}',
        reader=dict(type=competition_math, level=level, split='test'),
        prompt=_boxed,
        ask=dict(type=Generate, max_new_tokens=2048),
        evaluator=dict(type=Math),
    )
    for level in [1, 2, 3, 4, 5]
]

math_500_datasets = [
    dict(
        abbr='math-500',
        reader=dict(type=math_500),
        prompt=_boxed,
        ask=dict(type=Generate, max_new_tokens=4096),
        evaluator=dict(type=Math),
    )
]
