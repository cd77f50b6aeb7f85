"""XQuAD, twelve languages, generated, no shots: Artetxe et al. 2020, arXiv:1910.11856.

Scored by the rules of SQuAD 1.1 as by its authors; Chinese also character by character.
"""

from compass.ask import Generate
from compass.data.squad import xquad
from compass.evaluators import F1
from compass.prompts import Chat

xquad_about = dict(
    title='XQuAD',
    group='Language and knowledge',
    paper='Artetxe et al. 2020, arXiv:1910.11856',
    licence='CC BY-SA 4.0',
    hub='google/xquad',
    size=14280,
    needs='',
)

xquad_datasets = [
    dict(
        abbr=f'xquad-{language}',
        reader=dict(type=xquad, language=language),
        prompt=dict(
            type=Chat,
            user='{{ passage }}\n\nQuestion: {{ question }}\n'
            'Answer with as few words of the passage as will do, in its language.\nAnswer:',
        ),
        ask=dict(type=Generate, max_new_tokens=64, stop=['Question:']),
        evaluator=dict(type=F1, lang='en', read='line'),
    )
    for language in ('ar', 'de', 'el', 'en', 'es', 'hi', 'ro', 'ru', 'th', 'tr', 'vi', 'zh')
]

xquad_zh_characters_datasets = [
    {
        **one,
        'abbr': 'xquad-zh-characters',
        'evaluator': dict(type=F1, lang='zh', read='line'),
    }
    for one in xquad_datasets
    if one['abbr'] == 'xquad-zh'
]
