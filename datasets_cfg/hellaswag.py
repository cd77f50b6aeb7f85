"""HellaSwag, no shots, ranked by the text of the endings: Zellers et al. 2019, arXiv:1905.07830."""

from compass.ask import Rank
from compass.data.hellaswag import hellaswag
from compass.evaluators import Choice
from compass.prompts import Text

hellaswag_about = dict(
    title='HellaSwag',
    group='Reasoning and mathematics',
    paper='Zellers et al. 2019, arXiv:1905.07830',
    licence='MIT',
    hub='Rowan/hellaswag',
    size=10042,
)

hellaswag_datasets = [
    dict(
        abbr='hellaswag',
        reader=dict(type=hellaswag, split='validation'),
        prompt=dict(type=Text, text='{{ question }}'),
        ask=dict(type=Rank, options='texts', normalise=['sum', 'byte']),
        evaluator=dict(type=Choice),
    )
]
