"""MMLU, 57 subjects, 5-shot or none, ranked or generated: Hendrycks et al. 2021, arXiv:2009.03300.

``mmlu`` ranks letters after five questions (base models), ``mmlu_gen`` asks for a letter after
five, ``mmlu_zero_shot`` for reasoning and a letter (chat models).
"""

from compass.ask import Generate, Rank
from compass.data.mmlu import mmlu
from compass.evaluators import Choice
from compass.prompts import Chat, Fixed, Text

mmlu_about = dict(
    title='MMLU',
    group='Examinations',
    paper='Hendrycks et al. 2021, arXiv:2009.03300',
    licence='MIT',
    hub='cais/mmlu',
    size=14042,
    needs='',
)

mmlu_subjects = [
    'abstract_algebra',
    'anatomy',
    'astronomy',
    'business_ethics',
    'clinical_knowledge',
    'college_biology',
    'college_chemistry',
    'college_computer_science',
    'college_mathematics',
    'college_medicine',
    'college_physics',
    'computer_security',
    'conceptual_physics',
    'econometrics',
    'electrical_engineering',
    'elementary_mathematics',
    'formal_logic',
    'global_facts',
    'high_school_biology',
    'high_school_chemistry',
    'high_school_computer_science',
    'high_school_european_history',
    'high_school_geography',
    'high_school_government_and_politics',
    'high_school_macroeconomics',
    'high_school_mathematics',
    'high_school_microeconomics',
    'high_school_physics',
    'high_school_psychology',
    'high_school_statistics',
    'high_school_us_history',
    'high_school_world_history',
    'human_aging',
    'human_sexuality',
    'international_law',
    'jurisprudence',
    'logical_fallacies',
    'machine_learning',
    'management',
    'marketing',
    'medical_genetics',
    'miscellaneous',
    'moral_disputes',
    'moral_scenarios',
    'nutrition',
    'philosophy',
    'prehistory',
    'professional_accounting',
    'professional_law',
    'professional_medicine',
    'professional_psychology',
    'public_relations',
    'security_studies',
    'sociology',
    'us_foreign_policy',
    'virology',
    'world_religions',
]

mmlu_datasets = [
    dict(
        abbr=f'mmlu-{subject}',
        reader=dict(type=mmlu, subject=subject, split='test'),
        prompt=dict(
            type=Text,
            intro='The following are multiple choice questions (with answers) about {{ subject }}.',
            text='{{ question }}\n{{ options }}\nAnswer:',
            answer=' {{ letter }}',
            shots=dict(type=Fixed, n=5),
        ),
        ask=dict(type=Rank, options='letters'),
        evaluator=dict(type=Choice),
    )
    for subject in mmlu_subjects
]

# The question as in OpenCompass (mmlu_gen_4d595a).
mmlu_gen_datasets = [
    dict(
        abbr=f'mmlu-{subject}-gen',
        reader=dict(type=mmlu, subject=subject, split='test'),
        prompt=dict(
            type=Chat,
            user='There is a single choice question about {{ subject }}. Answer the question by '
            'replying {{ letters[:-1] | join(", ") }} or {{ letters[-1] }}.\n'
            'Question: {{ question }}\n{{ options }}\nAnswer:',
            assistant='{{ letter }}',
            shots=dict(type=Fixed, n=5),
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:', 'There is a single choice']),
        evaluator=dict(type=Choice),
    )
    for subject in mmlu_subjects
]

# The question as in simple-evals (github.com/openai/simple-evals, common.py).
mmlu_zero_shot_datasets = [
    dict(
        abbr=f'mmlu-{subject}-0shot',
        reader=dict(type=mmlu, subject=subject, split='test'),
        prompt=dict(
            type=Chat,
            user='Answer the following multiple choice question. The last line of your response '
            "should be of the following format: 'ANSWER: $LETTER' (without quotes) where LETTER is "
            'one of {{ letters | join }}. Think step by step before answering.\n\n'
            '{{ question }}\n\n'
            '{% for choice in choices %}{{ letters[loop.index0] }}) {{ choice }}\n{% endfor %}',
        ),
        ask=dict(type=Generate, max_new_tokens=2048),
        evaluator=dict(type=Choice),
    )
    for subject in mmlu_subjects
]
