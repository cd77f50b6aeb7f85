"""LiveCodeBench, 0-shot, programs run: Jain et al. 2024, arXiv:2403.07974."""

from compass.ask import Generate
from compass.data.livecodebench import livecodebench
from compass.evaluators import Code
from compass.prompts import Chat

livecodebench_about = dict(
    title='LiveCodeBench, code generation',
    group='Code',
    paper='Jain et al. 2024, arXiv:2403.07974',
    licence='CC',
    hub='livecodebench/code_generation_lite',
    size=1055,
    needs='sandbox',
)

livecodebench_datasets = [
    dict(
        abbr='livecodebench',
        reader=dict(type=livecodebench),
        prompt=dict(
            type=Chat,
            user=(
                '{{ question }}\n\n{% if starter_code %}Complete this code:\n```python\n'
                '{{ starter_code }}\n```\n{% else %}Read from standard input and write to '
                'standard output.\n{% endif %}Answer with one Python program in a code block.'
            ),
        ),
        ask=dict(type=Generate, max_new_tokens=2048),
        evaluator=dict(type=Code, seconds=6.0),
    )
]
