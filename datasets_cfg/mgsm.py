"""MGSM in 11 languages, zero-shot or 8-shot chain of thought: Shi et al. 2022, arXiv:2210.03057.

``mgsm_8shot`` has the labels of the authors and reads their worked examples from the split
``train`` of the hub's form; zero-shot adds a sentence that names the form of the answer.
"""

from compass.ask import Generate
from compass.data.mgsm import mgsm
from compass.evaluators import Numeric
from compass.prompts import Chat, Fixed

mgsm_about = dict(
    title='MGSM',
    group='Reasoning and mathematics',
    paper='Shi et al. 2022, arXiv:2210.03057',
    licence='CC BY-SA 4.0',
    hub='juletxara/mgsm',
    size=2750,
    needs='',
)

_languages = ['bn', 'de', 'en', 'es', 'fr', 'ja', 'ru', 'sw', 'te', 'th', 'zh']

mgsm_datasets = [
    dict(
        abbr=f'mgsm-{language}',
        reader=dict(type=mgsm, language=language),
        prompt=dict(
            type=Chat,
            user='{{ label }} {{ question }}\n\nThink step by step in {{ language }}. '
            'End with a line "Answer:" and the number alone, in digits.',
        ),
        ask=dict(type=Generate, max_new_tokens=1024),
        evaluator=dict(type=Numeric),
    )
    for language in _languages
]

mgsm_8shot_datasets = [
    dict(
        abbr=f'mgsm-{language}-8shot',
        reader=dict(type=mgsm, language=language),
        prompt=dict(
            type=Chat,
            user='{{ label }} {{ question }}\n{{ steps }}',
            assistant='{{ solution }}',
            shots=dict(type=Fixed, n=8),
        ),
        ask=dict(type=Generate, max_new_tokens=512, stop=['\n\n']),
        evaluator=dict(type=Numeric),
    )
    for language in _languages
]
