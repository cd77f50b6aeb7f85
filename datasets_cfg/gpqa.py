"""GPQA, diamond and main, 0-shot, generated or ranked by letter: Rein 2023, arXiv:2311.12022.

Options are shuffled for each question, the same way in every run.
"""

from compass.ask import Generate, Rank
from compass.data.gpqa import gpqa
from compass.evaluators import Choice
from compass.prompts import Chat, Text

gpqa_diamond_about = dict(
    title='GPQA diamond',
    group='Examinations',
    paper='Rein et al. 2023, arXiv:2311.12022',
    licence='CC BY 4.0',
    hub='Idavidrein/gpqa',
    size=198,
    needs='',
)

gpqa_main_about = {**gpqa_diamond_about, 'title': 'GPQA main', 'size': 448}

# The question as in simple-evals (github.com/openai/simple-evals, common.py).
gpqa_diamond_datasets = [
    dict(
        abbr='gpqa-diamond',
        reader=dict(type=gpqa, subset='diamond'),
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
]

# The question as in the authors' code (github.com/idavidrein/gpqa, baselines/utils.py).
gpqa_diamond_letter_datasets = [
    dict(
        abbr='gpqa-diamond-letter',
        reader=dict(type=gpqa, subset='diamond'),
        prompt=dict(
            type=Text,
            text='What is the correct answer to this question: {{ question }}\n\nChoices:\n'
            '{% for choice in choices %}({{ letters[loop.index0] }}) {{ choice }}\n{% endfor %}'
            '\nThe correct answer is (',
            answer='{{ letter }}',
        ),
        ask=dict(type=Rank, options='letters'),
        evaluator=dict(type=Choice),
    )
]

gpqa_main_datasets = [
    {**one, 'abbr': 'gpqa-main', 'reader': dict(type=gpqa, subset='main')}
    for one in gpqa_diamond_datasets
]

gpqa_main_letter_datasets = [
    {**one, 'abbr': 'gpqa-main-letter', 'reader': dict(type=gpqa, subset='main')}
    for one in gpqa_diamond_letter_datasets
]
