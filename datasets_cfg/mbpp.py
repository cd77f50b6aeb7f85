"""MBPP, full and sanitized, 3-shot, programs run: Austin et al. 2021, arXiv:2108.07732."""

from compass.ask import Generate
from compass.data.mbpp import mbpp
from compass.evaluators import Code
from compass.prompts import Chat, Fixed

mbpp_about = dict(
    title='MBPP',
    group='Code',
    paper='Austin et al. 2021, arXiv:2108.07732',
    licence='CC BY 4.0',
    hub='google-research-datasets/mbpp',
    size=500,
    needs='sandbox',
)
sanitized_mbpp_about = dict(
    title='MBPP, sanitized',
    group='Code',
    paper='Austin et al. 2021, arXiv:2108.07732',
    licence='CC BY 4.0',
    hub='google-research-datasets/mbpp',
    size=257,
    needs='sandbox',
)
mbpp_cn_about = dict(
    title='MBPP-CN',
    group='Code',
    paper='Austin et al. 2021, arXiv:2108.07732',
    licence='CC BY 4.0',
    hub='',
    size=500,
    needs='sandbox; a file of your own',
)

# The prompt of the paper (section 3, figure 1).
_prompt = dict(
    type=Chat,
    user=(
        'You are an expert Python programmer, and here is your task: {{ text }} '
        'Your code should pass these tests:\n\n{{ tests }}\n[BEGIN]'
    ),
    assistant='{{ answer }}\n[DONE]',
    shots=dict(type=Fixed, n=3),
    joint='\n',
    gap='\n\n',
)
_ask = dict(type=Generate, max_new_tokens=512, stop=['[DONE]'])

mbpp_datasets = [
    dict(
        abbr='mbpp',
        reader=dict(type=mbpp),
        prompt=_prompt,
        ask=_ask,
        evaluator=dict(type=Code, seconds=10.0),
    )
]

sanitized_mbpp_datasets = [
    dict(
        abbr='sanitized-mbpp',
        reader=dict(type=mbpp, subset='sanitized'),
        prompt=_prompt,
        ask=_ask,
        evaluator=dict(type=Code, seconds=10.0),
    )
]

mbpp_cn_datasets = [
    dict(
        abbr='mbpp-cn',
        reader=dict(type=mbpp, subset='cn'),
        prompt=dict(
            type=Chat,
            user=(
                '你是一名Python专家，任务是：{{ text }} '
                '你的代码应当通过这些测试：\n\n{{ tests }}\n[BEGIN]'
            ),
            assistant='{{ answer }}\n[DONE]',
            shots=dict(type=Fixed, n=3),
            joint='\n',
            gap='\n\n',
        ),
        ask=_ask,
        evaluator=dict(type=Code, seconds=10.0),
    )
]
