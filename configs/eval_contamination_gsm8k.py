"""GSM8K: losses on train and test as the InternLM2 report compares them, and the order test."""

from mmengine.config import read_base

with read_base():
    from configs.models.smollm2 import smollm2_models

from compass.ask import Loss
from compass.contamination.methods import Exchangeability, LossGap
from compass.data import Shards, Texts
from compass.data.gsm8k import gsm8k
from compass.evaluators import Membership
from compass.prompts import Text

_WORKED = '{{ question }} {{ solution }} {{ answer }}'

models = [smollm2_models[1]]
datasets = [
    dict(
        abbr=_abbr,
        reader=_reader,
        prompt=dict(type=Text, text='{{ text }}'),
        ask=dict(type=Loss),
        evaluator=dict(type=Membership),
    )
    for _abbr, _reader in (
        (
            'gsm8k-train',
            dict(type=Texts, reader=dict(type=gsm8k, split='train'), text=_WORKED, count=1000),
        ),
        (
            'gsm8k-test',
            dict(type=Texts, reader=dict(type=gsm8k, split='test'), text=_WORKED, count=1000),
        ),
        (
            'gsm8k-shards',
            dict(
                type=Shards,
                reader=dict(type=gsm8k, split='test'),
                text=_WORKED,
                size=10,
                orders=4,
                count=200,
            ),
        ),
    )
]
contamination = [
    dict(type=LossGap, dataset='gsm8k', test='gsm8k-test', train='gsm8k-train'),
    dict(type=Exchangeability, dataset='gsm8k', test='gsm8k-shards'),
]
