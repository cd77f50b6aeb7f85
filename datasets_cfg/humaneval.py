"""HumanEval and HumanEval+, 0-shot, programs run: Chen et al. 2021, arXiv:2107.03374."""

from compass.ask import Generate
from compass.data.humaneval import humaneval
from compass.evaluators import Code
from compass.prompts import Chat, Text

humaneval_about = dict(
    title='HumanEval',
    group='Code',
    paper='Chen et al. 2021, arXiv:2107.03374',
    licence='MIT',
    hub='openai/openai_humaneval',
    size=164,
    needs='sandbox',
)
humaneval_plus_about = dict(
    title='HumanEval+',
    group='Code',
    paper='Liu et al. 2023, arXiv:2305.01210',
    licence='Apache-2.0',
    hub='evalplus/humanevalplus',
    size=164,
    needs='sandbox',
)

# Base models continue the prompt; the strings that end it are those of the paper, section 2.2.
_continued = dict(type=Text, text='{{ prompt }}', answer='{{ answer }}')
_ends = ['\nclass', '\ndef', '\n#', '\nif', '\nprint']
_asked = dict(
    type=Chat,
    user=(
        'Complete the following Python function. Answer with the whole function in one '
        'code block.\n```python\n{{ prompt }}\n```'
    ),
)

humaneval_datasets = [
    dict(
        abbr='humaneval',
        reader=dict(type=humaneval),
        prompt=_continued,
        ask=dict(type=Generate, max_new_tokens=512, stop=_ends),
        evaluator=dict(type=Code),
    )
]

humaneval_gen_datasets = [
    dict(
        abbr='humaneval-gen',
        reader=dict(type=humaneval),
        prompt=_asked,
        ask=dict(type=Generate, max_new_tokens=1024),
        evaluator=dict(type=Code),
    )
]

# 20 samples a problem at temperature 0.8; pass@1 of these is an average over samples.
humaneval_repeated_datasets = [
    dict(
        abbr='humaneval-pass10',
        reader=dict(type=humaneval),
        prompt=_continued,
        ask=dict(type=Generate, max_new_tokens=512, stop=_ends, temperature=0.8, top_p=0.95, n=20),
        evaluator=dict(type=Code, k=[1, 10]),
    )
]

humaneval_plus_datasets = [
    dict(
        abbr='humaneval-plus',
        reader=dict(type=humaneval, plus=True),
        prompt=_continued,
        ask=dict(type=Generate, max_new_tokens=512, stop=_ends),
        evaluator=dict(type=Code, seconds=30.0, memory=4096, preload=['numpy']),
    )
]

humaneval_plus_gen_datasets = [
    dict(
        abbr='humaneval-plus-gen',
        reader=dict(type=humaneval, plus=True),
        prompt=_asked,
        ask=dict(type=Generate, max_new_tokens=1024),
        evaluator=dict(type=Code, seconds=30.0, memory=4096, preload=['numpy']),
    )
]
