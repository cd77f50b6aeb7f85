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
_FRESH = dict(type=Rows, path='configs/examples/arithmetic_fresh.jsonl', answer='answer', id='id')
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
    )
    for _abbr, _reader in (
        ('arithmetic-text', dict(type=Texts, reader=_ARITHMETIC, text=_WORKED)),
        ('arithmetic-fresh', dict(type=Texts, reader=_FRESH, text=_WORKED)),
        ('knowledge-orders', dict(type=Orders, reader=_KNOWLEDGE, sample=4)),
        ('knowledge-shards', dict(type=Shards, reader=_KNOWLEDGE, size=6, orders=5)),
    )
]
_PAIR = dict(dataset='arithmetic', test='arithmetic-text', reference='arithmetic-fresh')
contamination = [
    dict(type=LossGap, **_PAIR),
    dict(type=MinK, **_PAIR),
    dict(type=MinKPlus, **_PAIR),
    dict(type=ZlibRatio, **_PAIR),
    dict(type=OptionOrder, dataset='knowledge', test='knowledge-orders'),
    dict(type=Exchangeability, dataset='knowledge', test='knowledge-shards'),
]
