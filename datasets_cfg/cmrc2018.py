"""CMRC 2018, Chinese, generated, no shots: Cui et al. 2019, arXiv:1810.07366."""

from compass.ask import Generate
from compass.data.squad import cmrc2018
from compass.evaluators import F1
from compass.prompts import Chat

cmrc2018_about = dict(
    title='CMRC 2018',
    group='Language and knowledge',
    paper='Cui et al. 2019, arXiv:1810.07366',
    licence='CC BY-SA 4.0',
    hub='hfl/cmrc2018',
    size=3219,
    needs='',
)

cmrc2018_datasets = [
    dict(
        abbr='cmrc2018',
        reader=dict(type=cmrc2018, split='validation'),
        prompt=dict(
            type=Chat,
            user='{{ passage }}\n\n问题：{{ question }}\n请只用文中的原词回答，越短越好。\n答案：',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=64, stop=['问题：']),
        evaluator=dict(type=F1, lang='zh', read='line'),
    )
]
