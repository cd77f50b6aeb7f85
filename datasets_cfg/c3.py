"""C3, no shots: Sun et al. 2020, arXiv:1904.09679.

Ranked by the options' texts with the prompt of OpenCompass, and answered with a letter.
"""

from compass.ask import Generate, Rank
from compass.data.clue import clue
from compass.evaluators import Choice
from compass.prompts import Chat, Text

c3_about = dict(
    title='C3',
    group='Language and knowledge',
    paper='Sun et al. 2020, arXiv:1904.09679',
    licence='research only',
    hub='clue/clue',
    size=3816,
    needs='',
)

c3_datasets = [
    dict(
        abbr='c3',
        reader=dict(type=clue, task='c3'),
        prompt=dict(
            type=Text,
            text='文章：{{ context }}\n问题：{{ question }}\n答案：',
            answer='{{ answer }}',
        ),
        ask=dict(type=Rank, options='texts', normalise=['whole', 'sum']),
        evaluator=dict(type=Choice),
    ),
]

c3_gen_datasets = [
    dict(
        abbr='c3-gen',
        reader=dict(type=clue, task='c3'),
        prompt=dict(
            type=Chat,
            user='{{ context }}\n问：{{ question }}\n{{ options }}\n请回答选项的字母。\n答：',
            assistant='{{ letter }}',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n问']),
        evaluator=dict(type=Choice),
    ),
]
