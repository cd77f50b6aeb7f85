"""Back ends with a planted defect: what they know is fixed by question, not drawn anew."""

from __future__ import annotations

import hashlib

from compass.records import Answer, Likelihood, letter_of


def share(*parts: object) -> float:
    """Return a number in 0..1 that follows from ``parts``."""
    drawn = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(drawn[:8]) / 2**64


class Rule:
    """Answers a fixed part of the questions with A, knows a part of the others, guesses wrong.

    The samples' metadata (or fields) say which: ``stuck`` and ``known``.

    Args:
        sees: Knows the answer only where the options are called so; None: anywhere.
    """

    def __init__(self, sees: str | None = None) -> None:
        self.sees = sees

    def identity(self):
        return {"backend": "planted", "sees": self.sees}

    def settle(self):
        return {}

    def close(self):
        pass

    def generate(self, questions, generation):
        for question in questions:
            place, labels = self._place(question), question.sample.labels
            said = labels[place] if labels else letter_of(place)
            yield Answer(
                key=question.key,
                output=f"The answer is {said}.",
                finish="stop",
                prompt=question.dialogue.plain(),
            )

    def rank(self, questions):
        for question in questions:
            place = self._place(question)
            count = len(question.continuations)
            values = [-0.5 if one == place else -3.0 for one in range(count)]
            yield Answer(
                key=question.key,
                likelihoods=tuple(Likelihood(value, 1, value, False) for value in values),
                prompt=question.dialogue.plain(),
            )

    def _place(self, question) -> int:
        sample = question.sample
        right, count = sample.right[0], len(sample.choices)
        if sample.fields["stuck"]:
            return 0
        called = (sample.labels or ("A",))[0]
        if sample.fields["known"] and self.sees in (None, called):
            return right
        wrong = [place for place in range(count) if place != right]
        return wrong[int(share(question.key) * len(wrong))]


CONFIG = """
from compass.ask import Generate, Rank
from compass.data import Rows
from compass.evaluators import Choice
from compass.prompts import Fixed, Text

models = [dict(abbr='m', backend=dict(type='planted.Rule', sees={sees!r}))]
datasets = [dict(
    abbr='quiz',
    reader=dict(type=Rows, path='quiz.jsonl', shots='quiz.jsonl', question='q', choices='o',
                answer='a', id='id'),
    prompt=dict(type=Text, text={text!r}, answer=' {{{{ letter }}}}', shots={shots}),
    ask=dict(type={ask}), evaluator=dict(type=Choice), {more}
)]
"""


def write_quiz(home, rows, name="quiz", **settings):
    """Write a config and its data and return the config's path."""
    import json

    lines = [json.dumps(row) + "\n" for row in rows]
    (home / "quiz.jsonl").write_text("".join(lines))
    values = {
        "sees": None,
        "text": "{{ q }}\n{{ options }}\nAnswer:",
        "shots": "dict(type=Fixed, n=2)",
        "ask": "Rank",
        "more": "",
        **settings,
    }
    (home / f"{name}.py").write_text(CONFIG.format(**values))
    return str(home / f"{name}.py")


def quiz_rows(golds, stuck, known):
    """Return questions with their answer key and what a `Rule` does about each."""
    return [
        {
            "id": f"q{n}",
            "q": f"Which is number {n}?",
            "o": [f"w{n}x{place}" for place in range(4)],
            "a": "ABCD"[gold],
            "stuck": bool(s),
            "known": bool(k),
        }
        for n, (gold, s, k) in enumerate(zip(golds, stuck, known, strict=True))
    ]


def board_of(home):
    """Return the scores of the only run under ``home`` by metric."""
    import json

    path = max(home.glob("outputs/*/*/summary.json"))
    return {row["metric"]: row["scores"]["m"] for row in json.loads(path.read_text())["rows"]}
