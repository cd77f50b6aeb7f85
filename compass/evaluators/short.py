"""What evaluators of short answers share: which text is the answer."""

from __future__ import annotations

from typing import Literal, get_args

from compass.errors import ConfigError, DataError, did_you_mean
from compass.evaluators.extract import own_part, phrase, visible
from compass.records import Sample

Read = Literal["whole", "line", "phrase", "word"]

_EDGES = "\"'“”‘’«»()[]{}<>*_`.,;:!?…—–-"


def answer_text(output: str, read: Read) -> str:
    """Return the answer: the whole output, its first line or word, or its last statement.

    Examples:
        >>> answer_text("<think>Rome?</think> Paris", "whole")
        'Paris'
        >>> answer_text('"Paris," he said.', "word")
        'Paris'
    """
    if read == "phrase":
        return phrase(output)
    said = visible(output)
    if read == "word":
        return next((bare for word in said.split() if (bare := word.strip(_EDGES))), "")
    if read == "line":
        return own_part(said).split("\n", 1)[0].strip()
    return said


def checked_read(read: Read, evaluator: str) -> Read:
    """Return ``read`` if it is known.

    Raises:
        ConfigError: It is not.
    """
    if read not in get_args(Read):
        raise ConfigError(
            f"{evaluator} cannot read {read!r}", hint=did_you_mean(str(read), get_args(Read))
        )
    return read


def first_target(sample: Sample) -> str:
    """Return the target to show.

    Raises:
        DataError: There is none.
    """
    if not sample.targets:
        raise DataError(f"sample {sample.id!r} has no target", hint="name the column of the answer")
    return sample.targets[0]
