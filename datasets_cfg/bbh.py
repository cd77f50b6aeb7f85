"""BIG-Bench Hard, 27 tasks: Suzgun et al. 2022, arXiv:2210.09261.

Three worked examples of the authors with chain of thought (``bbh``) or with the answer alone
(``bbh_direct``), as they asked; ``bbh_0shot`` asks a chat model without any.
"""

from compass.ask import Generate
from compass.data.bbh import bbh
from compass.evaluators import BBH
from compass.prompts import Chat, Fixed, Text

bbh_about = dict(
    title='BIG-Bench Hard',
    group='Reasoning and mathematics',
    paper='Suzgun et al. 2022, arXiv:2210.09261',
    licence='MIT',
    hub='lukaemon/bbh',
    size=6511,
    needs='',
)

_tasks = [
    'date_understanding',
    'disambiguation_qa',
    'geometric_shapes',
    'hyperbaton',
    'logical_deduction_five_objects',
    'logical_deduction_seven_objects',
    'logical_deduction_three_objects',
    'movie_recommendation',
    'penguins_in_a_table',
    'reasoning_about_colored_objects',
    'ruin_names',
    'salient_translation_error_detection',
    'snarks',
    'temporal_sequences',
    'tracking_shuffled_objects_five_objects',
    'tracking_shuffled_objects_seven_objects',
    'tracking_shuffled_objects_three_objects',
    'boolean_expressions',
    'causal_judgement',
    'dyck_languages',
    'formal_fallacies',
    'multistep_arithmetic_two',
    'navigate',
    'object_counting',
    'sports_understanding',
    'web_of_lies',
    'word_sorting',
]

bbh_datasets = [
    dict(
        abbr=f'bbh-{task}',
        reader=dict(type=bbh, task=task),
        prompt=dict(
            type=Text,
            intro='{{ description }}',
            text="Q: {{ question }}\nA: Let's think step by step.",
            answer='{{ solution }}',
            shots=dict(type=Fixed, n=3),
        ),
        ask=dict(type=Generate, max_new_tokens=1024, stop=['\n\nQ:']),
        evaluator=dict(type=BBH),
    )
    for task in _tasks
]

bbh_direct_datasets = [
    dict(
        abbr=f'bbh-{task}-direct',
        reader=dict(type=bbh, task=task),
        prompt=dict(
            type=Text,
            intro='{{ description }}',
            text='Q: {{ question }}\nA:',
            answer=' {{ target }}',
            shots=dict(type=Fixed, n=3),
        ),
        ask=dict(type=Generate, max_new_tokens=128, stop=['\n\n', 'Q:']),
        evaluator=dict(type=BBH),
    )
    for task in _tasks
]

bbh_0shot_datasets = [
    dict(
        abbr=f'bbh-{task}-0shot',
        reader=dict(type=bbh, task=task),
        prompt=dict(
            type=Chat,
            user='{% if description %}{{ description }}\n\n{% endif %}{{ question }}\n\n'
            'Think step by step. '
            'End with "So the answer is" and the answer alone.',
        ),
        ask=dict(type=Generate, max_new_tokens=2048),
        evaluator=dict(type=BBH),
    )
    for task in _tasks
]
