"""HumanEval-X, five languages, 0-shot, programs run: Zheng et al. 2023, arXiv:2303.17568."""

from compass.ask import Generate
from compass.data.humaneval import humaneval_x
from compass.evaluators import Code
from compass.prompts import Text

humaneval_x_about = dict(
    title='HumanEval-X',
    group='Code',
    paper='Zheng et al. 2023, arXiv:2303.17568',
    licence='Apache-2.0',
    hub='THUDM/humaneval-x',
    size=820,
    needs='sandbox; g++, javac, node and go for the languages asked',
)

# The text of an answer ends before the brace that closes the function; `Code` puts it back.
humaneval_x_datasets = [
    dict(
        abbr=f'humaneval-x-{language}',
        reader=dict(type=humaneval_x, language=language),
        prompt=dict(type=Text, text='{{ prompt }}', answer='{{ answer }}'),
        ask=dict(type=Generate, max_new_tokens=512, stop=stop),
        evaluator=dict(type=Code, language=language, seconds=5.0 if language != 'java' else 15.0),
    )
    for language, stop in [
        ('python', ['\nclass', '\ndef', '\n#', '\n@', '\nif', '\nprint']),
        ('cpp', ['\n}\n']),
        ('java', ['\n    }\n']),
        ('js', ['\n}\n']),
        ('go', ['\n}\n']),
    ]
]
