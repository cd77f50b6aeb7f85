"""Winograd schemas: which of two nouns a pronoun or a blank stands for.

    WinoGrande   Sakaguchi et al. 2019, arXiv:1907.10641.  Licence CC BY (data).
                 Hub: allenai/winogrande winogrande_xl {sentence with _, option1, option2,
                 answer 1-2}; original: dev.jsonl; 1,267 in validation
    WSC273       Levesque et al. 2012, "The Winograd Schema Challenge", KR 2012; the 273
                 schemas of Trinh and Le 2018, arXiv:1806.02847.  Licence CC BY 4.0.
                 Hub: lighteval/winograd_wsc wsc273 {text, pronoun, pronoun_loc, options,
                 label}; llm-foundry: {context_options, continuation, gold}

A sample has the fields ``before`` and ``after``, the text around the blank, and ``question``,
the text with the blank as ``_``.  For partial scoring an option is put behind ``before``, and
``after`` is ranked.
"""

from __future__ import annotations

from os.path import commonprefix
from typing import Any, Literal

from compass.data.home import Home, one_of, placed
from compass.data.source import Source
from compass.errors import DataError
from compass.records import Sample

_WINOGRANDE = Home(
    folders=("winogrande", "hf_arrow/winogrande"),
    hub="allenai/winogrande",
    name="winogrande_xl",
    files={"validation": ("dev.jsonl",), "train": ("train_xl.jsonl",)},
)
_WSC273 = Home(
    folders=("wsc273", "llm_foundry_icl/language_understanding"),
    hub="lighteval/winograd_wsc",
    name="wsc273",
    files={"test": ("winograd_wsc.jsonl", "wsc273.jsonl")},
)
_POSSESSIVE = frozenset(("my", "his", "her", "our", "their", "your", "its"))
_SMALL = frozenset(
    ("A", "An", "The", "She", "He", "It", "They", "My", "His", "Her", "Their", "Our")
)


def winogrande(
    split: Literal["validation", "train"] = "validation",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return WinoGrande (XL), with the training sentences as the few-shot pool.

    Args:
        split: Which part.
        path: A file, a folder of the original files, or a copy of the hub's folder;
            default: ``$COMPASS_DATA/winogrande`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    one_of(split, ("validation", "train"), "WinoGrande")
    return _WINOGRANDE.source(winogrande_sample, split, "train", path, revision)


def wsc273(path: str | None = None, revision: str | None = None) -> Source:
    """Return WSC273; it has no few-shot pool.

    Args:
        path: A file, or a copy of the hub's folder; default: ``$COMPASS_DATA/wsc273`` if
            it is there, else the hub.
        revision: Revision on the hub.
    """
    return _WSC273.source(wsc273_sample, "test", None, path, revision)


def winogrande_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of WinoGrande."""
    before, blank, after = row["sentence"].partition("_")
    if not blank:
        raise DataError(f"the sentence has no blank _: {row['sentence'][:60]!r}")
    place = placed(str(row["answer"]), {"1": 0, "2": 1}, "answer")
    return _schema(before, after, (row["option1"], row["option2"]), place)


def wsc273_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of WSC273 in either form."""
    if "context_options" in row:
        texts = row["context_options"]
        shared = commonprefix(texts)  # noqa: RUF071  characters are meant
        before = shared[: shared.rfind(" ") + 1]
        options = tuple(text[len(before) :] for text in texts)
        return _schema(before, " " + row["continuation"], options, placed(row["gold"], ("0", "1")))
    text, pronoun, start = row["text"], row["pronoun"], row["pronoun_loc"]
    if text[start : start + len(pronoun)] != pronoun:
        raise DataError(f"the pronoun {pronoun!r} is not at character {start}")
    before = text[:start].replace("  ", " ")
    after = text[start + len(pronoun) :].replace("  ", " ")
    options = tuple(_fitting(option, pronoun, before) for option in row["options"])
    return _schema(before, after, options, placed(row["label"], ("0", "1")))


def _fitting(option: str, pronoun: str, before: str) -> str:
    """Return an option as it stands where the pronoun is: possessive, with a small letter.

    So does lm-evaluation-harness (lm_eval/tasks/wsc273/utils.py).
    """
    if pronoun.lower() in _POSSESSIVE:
        option += "'s"
    first, _, rest = option.partition(" ")
    if first in _SMALL and before.strip() and not before.rstrip().endswith("."):
        return f"{first.lower()} {rest}"
    return option


def _schema(before: str, after: str, options: tuple[str, ...], place: int) -> Sample:
    return Sample(
        id="",
        fields={
            "before": before,
            "after": after.strip(),
            "question": f"{before}_{after}",
        },
        targets=(options[place],),
        choices=options,
        right=(place,),
    )
