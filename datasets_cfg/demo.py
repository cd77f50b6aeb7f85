"""Small benchmarks written for Compass, English and Chinese: they need no download.

Arithmetic word problems, general knowledge (ranked, and generated), short passages.
"""

from compass.ask import Generate, Rank
from compass.data.rows import Rows
from compass.evaluators import F1, Choice, Numeric
from compass.prompts import Chat, Fixed, Text

demo_about = dict(
    title='Demo sets',
    group='Demo',
    paper='written for Compass',
    licence='Apache-2.0',
    hub='',
)

demo_arithmetic_datasets = [
    dict(
        abbr=f'demo-arithmetic-{lang}',
        reader=dict(
            type=Rows,
            path='package:compass.data.demo/arithmetic.jsonl',
            question='question',
            answer='answer',
            id='id',
            where={'lang': lang},
            shots='package:compass.data.demo/arithmetic_shots.jsonl',
        ),
        prompt=dict(
            type=Chat, user=user, assistant=assistant, joint=joint, shots=dict(type=Fixed, n=4)
        ),
        ask=dict(type=Generate, max_new_tokens=128, stop=['Question:', '问题：']),
        evaluator=dict(type=Numeric),
    )
    for lang, joint, user, assistant in (
        (
            'en',
            ' ',
            'Question: {{ question }}\nAnswer:',
            '{{ solution }} The answer is {{ answer }}.',
        ),
        ('zh', '', '问题：{{ question }}\n答案：', '{{ solution }}答案是{{ answer }}。'),
    )
]

demo_knowledge_rank_datasets = [
    dict(
        abbr=f'demo-knowledge-rank-{lang}',
        reader=dict(
            type=Rows,
            path='package:compass.data.demo/knowledge.jsonl',
            question='question',
            choices='choices',
            answer='answer',
            id='id',
            where={'lang': lang},
            shots='package:compass.data.demo/knowledge_shots.jsonl',
        ),
        prompt=dict(type=Text, text=asked, answer=answer, shots=dict(type=Fixed, n=5)),
        ask=dict(type=Rank, options='texts', normalise=['sum', 'byte']),
        evaluator=dict(type=Choice),
    )
    for lang, asked, answer in (
        ('en', 'Question: {{ question }}\nAnswer:', ' {{ answer }}'),
        ('zh', '问题：{{ question }}\n答案：', '{{ answer }}'),
    )
]

demo_knowledge_gen_datasets = [
    dict(
        abbr=f'demo-knowledge-gen-{lang}',
        reader=dict(
            type=Rows,
            path='package:compass.data.demo/knowledge.jsonl',
            question='question',
            choices='choices',
            answer='answer',
            id='id',
            where={'lang': lang},
            shots='package:compass.data.demo/knowledge_shots.jsonl',
        ),
        prompt=dict(
            type=Chat,
            user=user,
            assistant='{{ letter }}',
            joint=joint,
            shots=dict(type=Fixed, n=5),
        ),
        ask=dict(type=Generate, max_new_tokens=16, stop=['Question:', '问题：']),
        evaluator=dict(type=Choice),
    )
    for lang, joint, user in (
        ('en', ' ', 'Question: {{ question }}\n{{ options }}\nAnswer:'),
        ('zh', '', '问题：{{ question }}\n{{ options }}\n答案：'),
    )
]

demo_reading_datasets = [
    dict(
        abbr=f'demo-reading-{lang}',
        reader=dict(
            type=Rows,
            path='package:compass.data.demo/reading.jsonl',
            question='question',
            answer='answers',
            id='id',
            cluster='passage_id',
            where={'lang': lang},
            shots='package:compass.data.demo/reading_shots.jsonl',
        ),
        prompt=dict(type=Chat, user=user, joint=joint, shots=dict(type=Fixed, n=2)),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n\n', 'Question:', '问题：']),
        evaluator=dict(type=F1, lang=lang, read='line'),
    )
    for lang, joint, user in (
        ('en', ' ', '{{ passage }}\nQuestion: {{ question }}\nAnswer in a few words.\nAnswer:'),
        ('zh', '', '{{ passage }}\n问题：{{ question }}\n请用几个字回答。\n答案：'),
    )
]

demo_datasets = [
    *demo_arithmetic_datasets,
    *demo_knowledge_rank_datasets,
    *demo_knowledge_gen_datasets,
    *demo_reading_datasets,
]
