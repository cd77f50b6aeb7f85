"""CommonsenseQA, no shots: Talmor et al. 2019, arXiv:1811.00937.

Ranked by letter as lm-evaluation-harness does, by the options' texts, and answered with a letter.
"""

from compass.ask import Generate, Rank
from compass.data.commonsense import commonsenseqa
from compass.evaluators import Choice
from compass.prompts import Chat, Text

commonsenseqa_about = dict(
    title='CommonsenseQA',
    group='Reasoning and mathematics',
    paper='Talmor et al. 2019, arXiv:1811.00937',
    licence='MIT',
    hub='tau/commonsense_qa',
    size=1221,
    needs='',
)

commonsenseqa_datasets = [
    dict(
        abbr='commonsenseqa',
        reader=dict(type=commonsenseqa, split='validation'),
        prompt=dict(
            type=Text,
            text='Question: {{ question }}\n{{ options }}\nAnswer:',
            answer=' {{ letter }}',
        ),
        ask=dict(type=Rank, options='letters', normalise='sum'),
        evaluator=dict(type=Choice),
    ),
]

commonsenseqa_text_datasets = [
    dict(
        abbr='commonsenseqa-text',
        reader=dict(type=commonsenseqa, split='validation'),
        prompt=dict(type=Text, text='Question: {{ question }}\nAnswer:'),
        ask=dict(type=Rank, options='texts', normalise=['sum', 'byte']),
        evaluator=dict(type=Choice),
    ),
]

commonsenseqa_gen_datasets = [
    dict(
        abbr='commonsenseqa-gen',
        reader=dict(type=commonsenseqa, split='validation'),
        prompt=dict(
            type=Chat,
            user='Question: {{ question }}\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]
