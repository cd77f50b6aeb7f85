"""Was a benchmark in the training data? Losses, orders and lights for the demo sets."""

from mmengine.config import read_base

with read_base():
    from configs.models.smollm2 import smollm2_models

from compass.ask import Loss
from compass.contamination.methods import (
    Exchangeability,
    LossGap,
    MinK,
    MinKPlus,
    OptionOrder,
    Rewritten,
    ZlibRatio,
)
from compass.data import Orders, Rows, Shards, Texts
from compass.evaluators import Membership
from compass.prompts import Text

_ARITHMETIC = dict(
    type=Rows,
    path='package:compass.data.demo/arithmetic.jsonl',
    answer='answer',
    id='id',
    where={'lang': 'en'},
)
# Made by: compass contamination reference demo-arithmetic-en -o FILE
_REWRITTEN = dict(
    type=Rows, path='configs/examples/arithmetic_fresh.jsonl', answer='answer', id='source_id'
)
# Every second question stands for one of the same kind that was never published.
_PUBLISHED = [f'arith-en-{number:03}' for number in range(1, 49, 2)]
_KEPT = [f'arith-en-{number:03}' for number in range(2, 49, 2)]
_KNOWLEDGE = dict(
    type=Rows,
    path='package:compass.data.demo/knowledge.jsonl',
    choices='choices',
    answer='answer',
    id='id',
    where={'lang': 'en'},
)
_WORKED = '{{ question }} {{ solution }} {{ answer }}'

models = [smollm2_models[1]]
datasets = [
    dict(
        abbr=_abbr,
        reader=_reader,
        prompt=dict(type=Text, text='{{ text }}'),
        ask=dict(type=Loss, spread=True),
        evaluator=dict(type=Membership),
        only=_only,
    )
    for _abbr, _reader, _only in (
        ('arithmetic-text', dict(type=Texts, reader=_ARITHMETIC, text=_WORKED), _PUBLISHED),
        ('arithmetic-kept', dict(type=Texts, reader=_ARITHMETIC, text=_WORKED), _KEPT),
        ('arithmetic-rewritten', dict(type=Texts, reader=_REWRITTEN, text=_WORKED), None),
        ('knowledge-orders', dict(type=Orders, reader=_KNOWLEDGE, sample=4), None),
        ('knowledge-shards', dict(type=Shards, reader=_KNOWLEDGE, size=6, orders=5), None),
    )
]
_PAIR = dict(dataset='arithmetic', test='arithmetic-text', reference='arithmetic-kept')
contamination = [
    dict(type=LossGap, **_PAIR),
    dict(
        type=Rewritten,
        dataset='arithmetic',
        test='arithmetic-text',
        rewritten='arithmetic-rewritten',
        control=['arithmetic-kept', 'arithmetic-rewritten'],
    ),
    dict(type=MinK, **_PAIR),
    dict(type=MinKPlus, **_PAIR),
    dict(type=ZlibRatio, **_PAIR),
    dict(type=OptionOrder, dataset='knowledge', test='knowledge-orders'),
    dict(type=Exchangeability, dataset='knowledge', test='knowledge-shards'),
]
