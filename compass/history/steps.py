"""Training steps, as the names of checkpoints tell them."""

from __future__ import annotations

import re
from typing import NamedTuple

_WORDS = r"(?:global[-_.]?step|steps?|checkpoint|ckpt|iter(?:ation)?s?|epoch)"
_NUMBER = r"(?P<number>\d+(?:\.\d+)?)(?P<unit>[kmb])?(?![a-z0-9])"
_STEP = re.compile(rf"[-_./]?(?<![a-z])(?:{_WORDS}[-_.=]?{_NUMBER}|{_NUMBER.replace('number', 'other').replace('unit', 'kind')}[-_.]?(?:steps?|tokens?)(?![a-z0-9]))", re.IGNORECASE)  # fmt: skip  # noqa: E501
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}


class Named(NamedTuple):
    """A model's name without its step, and the step."""

    name: str
    step: float | None


def split_step(name: str) -> Named:
    """Return the name a checkpoint shares with its siblings, and its step.

    Examples:
        >>> split_step("pythia-160m_step1000"), split_step("run7-checkpoint-20k-chat")
        (Named(name='pythia-160m', step=1000.0), Named(name='run7-chat', step=20000.0))
        >>> split_step("qwen2.5-7b"), split_step("base-3B-tokens")
        (Named(name='qwen2.5-7b', step=None), Named(name='base', step=3000000000.0))
    """
    found = _STEP.search(name)
    if found is None:
        return Named(name, None)
    number = found["number"] or found["other"]
    unit = (found["unit"] or found["kind"] or "").lower()
    rest = (name[: found.start()] + name[found.end() :]).strip("-_./")
    return Named(rest or name, float(number) * _UNITS[unit])
