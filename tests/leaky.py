"""A model that knows texts by heart, and a config with the check that finds it."""

from __future__ import annotations

import json

from compass.records import Answer


class Known:
    """A back end that finds texts with a word likely: half a nat a token, others two."""

    def __init__(self, word="known"):
        self.word = word

    def identity(self):
        return {"backend": "leaky", "word": self.word}

    def settle(self):
        return {}

    def close(self):
        pass

    def losses(self, questions):
        for question in questions:
            text = question.dialogue.plain()
            loss = (0.5 if self.word in text else 2.0) + len(text) % 7 / 50
            yield Answer(key=question.key, losses=(loss,) * 8, prompt=text)


CONFIG = """
from compass.ask import Loss
from compass.contamination.methods import LossGap
from compass.data import Rows
from compass.evaluators import Membership
from compass.prompts import Text

models = [dict(abbr='m', backend=dict(type='leaky.Known'))]
datasets = [
    dict(
        abbr=_abbr,
        reader=dict(type=Rows, path={folder!r} + '/' + _abbr.partition('-')[0] + '.jsonl', id='id'),
        prompt=dict(type=Text, text='{{{{ question }}}}'),
        ask=dict(type=Loss),
        evaluator=dict(type=Membership),
    )
    for _abbr in {datasets!r}
]
contamination = {checks}
"""


def write_config(folder, name, datasets, checks="[]"):
    """Write a config and its data, and return its path."""
    for kind, word in (("quiz", "known"), ("fresh", "new")):
        rows = [{"id": f"{n}", "question": f"{word} {'x' * (n % 9)} {n}"} for n in range(60)]
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{kind}.jsonl").write_text(lines)
    path = folder / f"{name}.py"
    path.write_text(CONFIG.format(folder=str(folder), datasets=datasets, checks=checks))
    return str(path)
