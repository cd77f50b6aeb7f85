"""AGIEval, 21 tasks, no shots or chain-of-thought shots: Zhong et al. 2023, arXiv:2304.06364.

``agieval`` ranks letters where one is right and generates elsewhere (base models),
``agieval_gen`` generates everywhere (chat models), ``agieval_few_shot`` reasons after the
authors' prompts.  ``_en`` and ``_zh`` are the halves by language.
"""

from compass.ask import Generate, Rank
from compass.data.agieval import agieval
from compass.evaluators import Choice, Cloze
from compass.prompts import Chat, Fixed, Text

agieval_about = dict(
    title='AGIEval',
    group='Examinations',
    paper='Zhong et al. 2023, arXiv:2304.06364',
    licence='by task: MIT, Apache-2.0, CC BY-NC-SA 4.0 (LogiQA), academic use (JEC-QA)',
    hub='hails/agieval-TASK',
    size=8269,
    needs='',
)

# Introductions as in OpenCompass (agieval_gen_5c79b4).
agieval_en_choices = [
    ('lsat-ar', 'The following is a LSAT Analytical Reasoning question.'),
    ('lsat-lr', 'The following is a LSAT Logical Reasoning question.'),
    ('lsat-rc', 'The following is a LSAT Reading Comprehension question.'),
    ('logiqa-en', 'The following is a Logic Reasoning question.'),
    ('sat-math', 'The following is a SAT Math question.'),
    ('sat-en', 'The following is a SAT English question.'),
    ('sat-en-without-passage', 'The following is a SAT English question.'),
    ('aqua-rat', 'The following is a AQUA-RAT question.'),
]
agieval_zh_choices = [
    ('gaokao-chinese', '以下是一道中国高考语文选择题，'),
    ('gaokao-english', '以下是一道中国高考英语选择题，'),
    ('gaokao-geography', '以下是一道中国高考地理选择题，'),
    ('gaokao-history', '以下是一道中国高考历史选择题，'),
    ('gaokao-biology', '以下是一道中国高考生物选择题，'),
    ('gaokao-chemistry', '以下是一道中国高考化学选择题，'),
    ('gaokao-mathqa', '以下是一道中国高考数学选择题，'),
    ('logiqa-zh', '以下是一道中国公务员考试题，'),
]
agieval_several = [
    ('gaokao-physics', '以下是一道中国高考物理选择题，'),
    ('jec-qa-kd', '以下是一道中国司法考试基础知识题，'),
    ('jec-qa-ca', '以下是一道中国司法考试案例分析题，'),
]

_en_choice_gen = [
    dict(
        abbr=f'agieval-{task}-gen',
        reader=dict(type=agieval, task=task),
        prompt=dict(
            type=Chat,
            user=intro + ' Please select the correct answer.\n'
            '{{ passage }}{{ question }}\n{{ options }}\nThe answer is',
        ),
        ask=dict(type=Generate, max_new_tokens=1024),
        evaluator=dict(type=Choice),
    )
    for task, intro in agieval_en_choices
]

_zh_choice_gen = [
    dict(
        abbr=f'agieval-{task}-gen',
        reader=dict(type=agieval, task=task),
        prompt=dict(
            type=Chat,
            user=intro + '请选择正确的答案。\n{{ passage }}{{ question }}\n{{ options }}\n答案是：',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=1024),
        evaluator=dict(type=Choice),
    )
    for task, intro in [*agieval_zh_choices, *agieval_several]
]

_en_cloze = [
    dict(
        abbr='agieval-math-gen',
        reader=dict(type=agieval, task='math'),
        prompt=dict(
            type=Chat,
            user='The following is a Math question. Please give the correct answer.\n'
            '{{ question }}\nThe answer is',
        ),
        ask=dict(type=Generate, max_new_tokens=1024),
        evaluator=dict(type=Cloze),
    )
]

_zh_cloze = [
    dict(
        abbr='agieval-gaokao-mathcloze-gen',
        reader=dict(type=agieval, task='gaokao-mathcloze'),
        prompt=dict(
            type=Chat,
            user='以下是一道中国高考数学填空题，请填入正确的答案。\n{{ question }}\n答案是：',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=1024),
        evaluator=dict(type=Cloze),
    )
]

# The question as in src/dataset_loader.py of github.com/ruixiangcui/AGIEval, without shots.
_en_ranked = [
    dict(
        abbr=f'agieval-{task}',
        reader=dict(type=agieval, task=task),
        prompt=dict(
            type=Text,
            text='{{ passage }}Q: {{ question }} Answer Choices:'
            '{% for choice in choices %} ({{ letters[loop.index0] }}){{ choice }}{% endfor %}\n'
            'A: Among A through {{ letters | last }}, the answer is',
            answer=' {{ letter }}',
        ),
        ask=dict(type=Rank, options='letters'),
        evaluator=dict(type=Choice),
    )
    for task, intro in agieval_en_choices
]

_zh_ranked = [
    dict(
        abbr=f'agieval-{task}',
        reader=dict(type=agieval, task=task),
        prompt=dict(
            type=Text,
            text='{{ passage }}问题：{{ question }} 选项：{% for choice in choices %}'
            "{{ '' if loop.first else ' ' }}({{ letters[loop.index0] }}){{ choice }}"
            '{% endfor %}\n'
            '答案：从A到{{ letters | last }}, 我们应选择',
            answer='{{ letter }}',
        ),
        ask=dict(type=Rank, options='letters'),
        evaluator=dict(type=Choice),
    )
    for task, intro in agieval_zh_choices
]

# Shots as there: the authors number problems, which is left out.
_en_few_shot = [
    dict(
        abbr=f'agieval-{task}-fewshot',
        reader=dict(type=agieval, task=task),
        prompt=dict(
            type=Chat,
            user='Problem.   {{ passage }} {{ question }}\n'
            'Choose from the following options:   '
            '{% for choice in choices %} ({{ letters[loop.index0] }}){{ choice }}{% endfor %}\n',
            assistant='Explanation for Problem:   {{ solution }}\n'
            'The answer is therefore {{ letter }}',
            joint='',
            shots=dict(type=Fixed, n=3),
        ),
        ask=dict(type=Generate, max_new_tokens=1024, stop=['Problem.']),
        evaluator=dict(type=Choice),
    )
    for task, intro in agieval_en_choices
]

_zh_few_shot = [
    dict(
        abbr=f'agieval-{task}-fewshot',
        reader=dict(type=agieval, task=task),
        prompt=dict(
            type=Chat,
            user='问题.   {{ passage }} {{ question }}\n从以下选项中选择:   '
            '{% for choice in choices %} ({{ letters[loop.index0] }}){{ choice }}{% endfor %}\n',
            assistant='问题的解析:   {{ solution }}\n答案是 {{ letter }}',
            joint='',
            shots=dict(type=Fixed, n=3),
        ),
        ask=dict(type=Generate, max_new_tokens=1024, stop=['问题.']),
        evaluator=dict(type=Choice),
    )
    for task, intro in [*agieval_zh_choices, *agieval_several]
]

_cloze_few_shot = [
    dict(
        abbr=f'agieval-{task}-fewshot',
        reader=dict(type=agieval, task=task),
        prompt=dict(
            type=Chat,
            user=asked,
            assistant=answered,
            joint='',
            shots=dict(type=Fixed, n=4),
        ),
        ask=dict(type=Generate, max_new_tokens=1024, stop=stop),
        evaluator=dict(type=Cloze),
    )
    for task, asked, answered, stop in [
        (
            'math',
            'Problem.   {{ question }}\n',
            'Explanation for Problem:   {{ solution }}\nThe answer is therefore {{ answer }}',
            ['Problem.'],
        ),
        (
            'gaokao-mathcloze',
            '问题.   {{ question }}\n',
            '问题的解析:   {{ solution }}\n答案是 {{ answer }}',
            ['问题.'],
        ),
    ]
]

agieval_gen_en_datasets = [*_en_choice_gen, *_en_cloze]
agieval_gen_zh_datasets = [*_zh_choice_gen, *_zh_cloze]
agieval_gen_datasets = [*agieval_gen_en_datasets, *agieval_gen_zh_datasets]

agieval_en_datasets = [*_en_ranked, *({**one, 'abbr': 'agieval-math'} for one in _en_cloze)]
agieval_zh_datasets = [
    *_zh_ranked,
    *(
        {**one, 'abbr': f'agieval-{task}'}
        for one in [*_zh_choice_gen, *_zh_cloze]
        for task in ['gaokao-physics', 'jec-qa-kd', 'jec-qa-ca', 'gaokao-mathcloze']
        if one['abbr'] == f'agieval-{task}-gen'
    ),
]
agieval_datasets = [*agieval_en_datasets, *agieval_zh_datasets]

agieval_few_shot_datasets = [*_en_few_shot, *_zh_few_shot, *_cloze_few_shot]
