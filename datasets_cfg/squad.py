"""SQuAD 1.1 and 2.0, generated, no shots: Rajpurkar et al. 2016 and 2018.

arXiv:1606.05250 and arXiv:1806.03822.  In 2.0 half of the questions have no answer.
"""

from compass.ask import Generate
from compass.data.squad import squad
from compass.evaluators import F1
from compass.prompts import Chat

squad_about = dict(
    title='SQuAD 1.1 and 2.0',
    group='Language and knowledge',
    paper='Rajpurkar et al. 2016, arXiv:1606.05250; Rajpurkar et al. 2018, arXiv:1806.03822',
    licence='CC BY-SA 4.0',
    hub='rajpurkar/squad',
    size=22443,
    needs='',
)

squad1_datasets = [
    dict(
        abbr='squad1',
        reader=dict(type=squad, version='1.1', split='validation'),
        prompt=dict(
            type=Chat,
            user='{{ passage }}\n\nQuestion: {{ question }}\n'
            'Answer with as few words of the passage as will do.\nAnswer:',
        ),
        ask=dict(type=Generate, max_new_tokens=48, stop=['Question:']),
        evaluator=dict(type=F1, lang='en', read='line'),
    )
]

squad2_datasets = [
    dict(
        abbr='squad2',
        reader=dict(type=squad, version='2.0', split='validation'),
        prompt=dict(
            type=Chat,
            user='{{ passage }}\n\nQuestion: {{ question }}\n'
            'Answer with as few words of the passage as will do. '
            'If the passage does not answer the question, say: unanswerable\nAnswer:',
        ),
        ask=dict(type=Generate, max_new_tokens=48, stop=['Question:']),
        evaluator=dict(
            type=F1,
            lang='en',
            read='line',
            no_answer=['unanswerable', 'not answerable', 'no answer', 'impossible to answer'],
        ),
    )
]

squad_datasets = [*squad1_datasets, *squad2_datasets]
