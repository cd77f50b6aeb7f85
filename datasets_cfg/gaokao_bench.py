"""GAOKAO-Bench, objective questions and blanks, no shots: Zhang et al. 2023, arXiv:2305.12474.

14 files of objective questions, each scored by the share of its marks; ``gaokao_bench_cloze``
are the two files of blanks in mathematics, which the authors grade by hand.
"""

from compass.ask import Generate
from compass.data.gaokao import gaokao
from compass.evaluators import Cloze, Marks
from compass.prompts import Chat

gaokao_bench_about = dict(
    title='GAOKAO-Bench',
    group='Examinations',
    paper='Zhang et al. 2023, arXiv:2305.12474',
    licence='Apache-2.0',
    hub='',
    size=1781,
    needs='',
)

# Instructions as in Bench/Obj_Prompt.json of github.com/OpenLMLab/GAOKAO-Bench.
_single = (
    '请你一步一步思考并将思考过程写在【解析】和<eoe>之间。你将从A，B，C，D中选出正确的答案，'
    '并写在【答案】和<eoa>之间。\n例如：【答案】: A <eoa>\n完整的题目回答的格式如下：\n'
    '【解析】 ... <eoe>\n【答案】 ... <eoa>\n请你严格按照上述格式作答。\n题目如下：'
)
_several = (
    '请你一步一步思考并将思考过程写在【解析】和<eoe>之间。你将从A，B，C，D中选出所有符合题意的答案，'
    '并写在【答案】和<eoa>之间。\n例如：【答案】 AB <eoa>\n完整的题目回答的格式如下：\n'
    '【解析】 ... <eoe>\n【答案】... <eoa>\n请你严格按照上述格式作答。\n'
)
_parts = (
    '请你一步一步思考。每一题你将从A，B，C，D中选出正确的答案，并写在【答案】和<eoa>之间。\n'
    '例如：（1）【答案】 A <eoa>\n（2）【答案】 B <eoa>\n请你严格按照上述格式作答。\n'
)
_gaps = (
    '请回答下面的问题，将符合题意的五个选项的字母写在【答案】和<eoa>之间，'
    '例如“【答案】 A B C D E <eoa>\n请严格按照上述格式作答。\n'
)
_usage = (
    '请你一步一步思考并将思考过程写在【解析】和<eoe>之间。你将从A，B，C，D中选出正确的答案，'
    '并写在【答案】和<eoa>之间。\n例如：【答案】: A <eoa>\n完整的题目回答的格式如下：\n'
    '（1）【解析】 ... <eoe>\n【答案】 ... <eoa>\n（2）【解析】 ... <eoe>\n【答案】 ... <eoa>\n'
    '请你严格按照上述格式作答。如果不止一道题，请分别作答\n题目如下：'
)

gaokao_bench_files = [
    ('2010-2022_Math_I_MCQs', 'math-i', 'single', '请你做一道数学选择题\n' + _single),
    ('2010-2022_Math_II_MCQs', 'math-ii', 'single', '请你做一道数学选择题\n' + _single),
    ('2010-2022_History_MCQs', 'history', 'single', '请你做一道历史选择题\n' + _single),
    ('2010-2022_Biology_MCQs', 'biology', 'single', '请你做一道生物选择题\n' + _single),
    ('2010-2022_Political_Science_MCQs', 'politics', 'single', '请你做一道政治选择题\n' + _single),
    ('2010-2022_Chemistry_MCQs', 'chemistry', 'single', '请你做一道化学选择题\n' + _single),
    ('2010-2013_English_MCQs', 'english', 'single', '请你做一道英语选择题\n' + _single),
    ('2010-2022_Physics_MCQs', 'physics', 'several', '请你做一道物理选择题。\n' + _several),
    (
        '2010-2022_Chinese_Modern_Lit',
        'chinese-modern-lit',
        'parts',
        '请你做一道语文阅读理解题，其中包含三个小题。\n' + _parts,
    ),
    (
        '2010-2022_English_Fill_in_Blanks',
        'english-fill-in-blanks',
        'parts',
        '请你做一道英语完形填空题,其中包含二十个小题。\n' + _parts,
    ),
    (
        '2012-2022_English_Cloze_Test',
        'english-cloze-test',
        'five-of-seven',
        _gaps,
    ),
    (
        '2010-2022_Geography_MCQs',
        'geography',
        'parts',
        '请你做一道地理选择题，其中包含两到三个小题。\n' + _parts,
    ),
    (
        '2010-2022_English_Reading_Comp',
        'english-reading',
        'parts',
        '请你做一道英语阅读理解题，其中包含三到五个小题。\n' + _parts,
    ),
    (
        '2010-2022_Chinese_Lang_and_Usage_MCQs',
        'chinese-usage',
        'parts',
        '请你做一道语文选择题\n' + _usage,
    ),
]

gaokao_bench_datasets = [
    dict(
        abbr=f'gaokao-bench-{short}',
        reader=dict(type=gaokao, name=name),
        prompt=dict(type=Chat, user=asked + '{{ question }}\n'),
        ask=dict(type=Generate, max_new_tokens=1024),
        evaluator=dict(type=Marks, kind=kind),
    )
    for name, short, kind, asked in gaokao_bench_files
]

# As in Bench/Sub_Prompt.json there.
gaokao_bench_cloze_datasets = [
    dict(
        abbr=f'gaokao-bench-{short}-cloze',
        reader=dict(type=gaokao, name=name),
        prompt=dict(
            type=Chat,
            user='请解答下面的数学填空题\n仔细阅读题目，解答其中的问题，请你一步步思考并将思考过程写在'
            '【解析】和<eoe>之间。请把你的答案写在【答案】和<eoa>之间。\n完整的题目回答格式如下：\n'
            '【解析】 ...<eoe>\n【答案】...<eoa>\n请你严格按照上述格式作答。\n题目如下:\n'
            '{{ question }}\n',
        ),
        ask=dict(type=Generate, max_new_tokens=1024),
        evaluator=dict(type=Cloze),
    )
    for name, short in [
        ('2010-2022_Math_I_Fill-in-the-Blank', 'math-i'),
        ('2010-2022_Math_II_Fill-in-the-Blank', 'math-ii'),
    ]
]
