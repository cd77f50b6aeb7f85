"""RULER-style tasks: retrieval, tracing, counting and questions in texts of any length.

Hsieh et al. 2024, "RULER: What's the Real Context Size of Your Long-Context Language
Models?", arXiv:2404.06654; the code (github.com/NVIDIA/RULER, Apache-2.0) is the source
of the tasks, their settings (``scripts/synthetic.yaml``) and instructions.  The texts
are Compass's own, made by rules (`compass.data.haystack`, made-up passages), so that
scores are near to, but not those of, the authors' sets.

As there, ``length`` holds prompt and answer: prompts are shorter by the tokens a task
generates, unless ``reserve`` says otherwise.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from compass.data.generated import Generated, checked_count, checked_lengths
from compass.data.ruler_tasks import TASKS, Made, Setting, largest
from compass.data.source import Source
from compass.data.tokens import CHARACTERS, Tokens
from compass.errors import ConfigError, did_you_mean
from compass.records import Sample

VERSION = 1


def ruler(
    task: str,
    lengths: Sequence[int] | int = 4096,
    samples: int = 100,
    tokenizer: str | None = None,
    revision: str | None = None,
    reserve: int | None = None,
    seed: int = 42,
) -> Source:
    """Return one of the thirteen tasks.

    Args:
        task: ``niah_single_1`` to ``_3``, ``niah_multikey_1`` to ``_3``,
            ``niah_multivalue``, ``niah_multiquery``, ``vt``, ``cwe``, ``fwe``, ``qa_1``,
            ``qa_2``.
        lengths: Tokens of prompt and answer.
        samples: Samples of each length.
        tokenizer: What counts tokens, see `Tokens`; None estimates by characters.
        revision: Revision of a tokenizer of the hub.
        reserve: Tokens kept for the answer (and a chat template); None keeps what the
            task generates.
        seed: Other seeds make other samples.
    """
    if task not in TASKS:
        raise ConfigError(f"RULER has no task {task!r}", hint=did_you_mean(str(task), TASKS))
    recipe = {
        "task": task,
        "lengths": list(checked_lengths(lengths)),
        "samples": checked_count(samples, "samples"),
        "reserve": TASKS[task].answer if reserve is None else checked_count(reserve, "reserve", 0),
        "seed": seed,
    }
    tokens = Tokens(tokenizer, CHARACTERS["en"], revision)
    made = Generated("ruler", VERSION, recipe, lambda: _rows(recipe, tokens), tokens)
    return Source(made, ruler_sample)


def _rows(recipe: dict[str, Any], tokens: Tokens) -> Iterator[dict[str, Any]]:
    task = TASKS[recipe["task"]]
    for length in recipe["lengths"]:
        room, guess = length - recipe["reserve"], 0
        setting = Setting(length, tokens, recipe["seed"])
        for number in range(recipe["samples"]):
            name = f"{recipe['task']}-{length}-{number}"

            def make(size: int, name: str = name, setting: Setting = setting) -> Made:
                # The same random stream for every size: only the size differs.
                rng = random.Random(f"ruler {name} {recipe['seed']}")
                return task.make(rng, size, setting, **task.settings)

            guess, made = largest(make, room, tokens, guess or task.guess(room), name)
            yield {
                "id": name,
                "text": made.text,
                "prefix": made.prefix,
                "wanted": made.wanted,
                "length": length,
                "tokens": tokens.count(made.text + made.prefix),
            }


def ruler_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; ``wanted`` lists what an answer must contain."""
    return Sample(
        id=row["id"],
        fields={"text": row["text"], "prefix": row["prefix"].strip()},
        targets=(", ".join(row["wanted"]),),
        metadata={
            "wanted": list(row["wanted"]),
            "length": row["length"],
            "tokens": row["tokens"],
        },
    )
