"""XSum, generated, no shots: Narayan et al. 2018, arXiv:1808.08745."""

from compass.ask import Generate
from compass.data.xsum import xsum
from compass.evaluators import Rouge
from compass.prompts import Chat

xsum_about = dict(
    title='XSum',
    group='Language and knowledge',
    paper='Narayan et al. 2018, arXiv:1808.08745',
    licence='not stated',
    hub='EdinburghNLP/xsum',
    size=11334,
    needs='metrics extra',
)

xsum_datasets = [
    dict(
        abbr='xsum',
        reader=dict(type=xsum, split='test'),
        prompt=dict(
            type=Chat,
            user='Document: {{ question }}\n\nSum up the document in one sentence.\nSummary:',
        ),
        ask=dict(type=Generate, max_new_tokens=96, stop=['Document:']),
        evaluator=dict(type=Rouge, language='en', stem=True, read='line'),
    )
]
