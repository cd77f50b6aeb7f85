"""DS-1000, 0-shot, programs run: Lai et al. 2022, arXiv:2211.11501."""

from compass.ask import Generate
from compass.data.ds1000 import ds1000
from compass.evaluators import Code
from compass.prompts import Chat

ds1000_about = dict(
    title='DS-1000',
    group='Code',
    paper='Lai et al. 2022, arXiv:2211.11501',
    licence='CC BY-SA 4.0',
    hub='xlangai/DS-1000',
    size=1000,
    needs='sandbox; the libraries asked about',
)

ds1000_datasets = [
    dict(
        abbr='ds1000',
        reader=dict(type=ds1000),
        prompt=dict(
            type=Chat,
            system='Write a short code following the given format and indentation.',
            user='{{ prompt }}',
        ),
        ask=dict(type=Generate, max_new_tokens=1024, stop=['</code>', '# SOLUTION END']),
        evaluator=dict(type=Code, seconds=120.0, memory=4096, preload=['numpy', 'pandas']),
    )
]
