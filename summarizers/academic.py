"""The usual academic benchmarks, one line each; MMLU by field and as a whole.

MMLU is the plain mean over its subjects, as in OpenCompass; ``mmlu-weighted`` weighs
them by their number of questions, as the paper does.
"""

from mmengine.config import read_base

with read_base():
    from summarizers.groups import mmlu_groups

_subjects = [f'mmlu-{subject}' for field in mmlu_groups.values() for subject in field]

summarizer = dict(
    datasets=[
        'mmlu',
        'mmlu-weighted',
        'mmlu-stem',
        'mmlu-humanities',
        'mmlu-social-sciences',
        'mmlu-other',
        'arc-challenge',
        'arc-challenge-letter',
        'arc-challenge-gen',
        'arc-easy',
        'arc-easy-letter',
        'arc-easy-gen',
        'hellaswag',
        'gsm8k',
    ],
    groups=[
        *(
            dict(
                name='mmlu-' + field.replace('_', '-'),
                subsets=[f'mmlu-{subject}' for subject in subjects],
            )
            for field, subjects in mmlu_groups.items()
        ),
        dict(name='mmlu', subsets=_subjects),
        dict(name='mmlu-weighted', subsets=_subjects, weights='size'),
    ],
)
