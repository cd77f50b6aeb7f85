"""MAWPS, zero-shot chain of thought: Koncel-Kedziorski et al. 2016, NAACL, N16-1136.

Some targets are rounded (0.6666666667), so that answers may be 1e-4 off.
"""

from compass.ask import Generate
from compass.data.word_problems import mawps
from compass.evaluators import Numeric
from compass.prompts import Chat

mawps_about = dict(
    title='MAWPS',
    group='Reasoning and mathematics',
    paper='Koncel-Kedziorski et al. 2016, NAACL, N16-1136',
    licence='MIT',
    hub='mwpt5/MAWPS',
    size=2065,
    needs='',
)

mawps_datasets = [
    dict(
        abbr='mawps',
        reader=dict(type=mawps),
        prompt=dict(
            type=Chat,
            user='Question: {{ question }}\nThink step by step, then write "The answer is" '
            'and the number.\nAnswer:',
        ),
        ask=dict(type=Generate, max_new_tokens=512, stop=['Question:']),
        evaluator=dict(type=Numeric, tolerance=1e-4),
    )
]

mawps_subset_datasets = [
    {**one, 'abbr': f'mawps-{subset}', 'reader': dict(type=mawps, subset=subset)}
    for one in mawps_datasets
    for subset in ['addsub', 'multiarith', 'singleeq', 'singleop']
]
