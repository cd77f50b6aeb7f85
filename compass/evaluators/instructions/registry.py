"""Every instruction by its name in IFEval, and what is asked of a response under it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from compass.errors import DataError, did_you_mean
from compass.evaluators.instructions import layout, wording

CHECKERS: dict[str, Callable[..., bool]] = {
    "change_case:capital_word_frequency": wording.capital_words,
    "change_case:english_capital": wording.in_capitals,
    "change_case:english_lowercase": wording.in_lower_case,
    "combination:repeat_prompt": layout.repeat_prompt,
    "combination:two_responses": layout.two_responses,
    "detectable_content:number_placeholders": layout.number_placeholders,
    "detectable_content:postscript": layout.postscript,
    "detectable_format:constrained_response": layout.constrained_response,
    "detectable_format:json_format": layout.json_format,
    "detectable_format:multiple_sections": layout.multiple_sections,
    "detectable_format:number_bullet_lists": layout.number_bullet_lists,
    "detectable_format:number_highlighted_sections": layout.number_highlighted_sections,
    "detectable_format:title": layout.title,
    "keywords:existence": wording.has_keywords,
    "keywords:forbidden_words": wording.no_forbidden_words,
    "keywords:frequency": wording.keyword_often,
    "keywords:letter_frequency": wording.letter_often,
    "language:response_language": wording.in_language,
    "length_constraints:nth_paragraph_first_word": wording.nth_paragraph_first_word,
    "length_constraints:number_paragraphs": wording.number_paragraphs,
    "length_constraints:number_sentences": wording.number_sentences,
    "length_constraints:number_words": wording.number_words,
    "punctuation:no_comma": layout.no_comma,
    "startend:end_checker": layout.end_checker,
    "startend:quotation": layout.quotation,
}


def follows(name: str, arguments: Mapping[str, Any], response: str) -> bool:
    """Return whether a response follows an instruction; an empty one never does.

    Args:
        name: Such as ``punctuation:no_comma``.
        arguments: Of the instruction; those that are None are left out, as the hub's form
            has a place for every argument of any instruction.
        response: The text that is judged.

    Raises:
        DataError: There is no such instruction, or its arguments are not as they should be.
    """
    given = checked(name, arguments)
    if not response.strip():
        return False
    try:
        return CHECKERS[name](response, **given)
    except (ValueError, TypeError, AttributeError) as error:
        raise DataError(f"the instruction {name!r} cannot be checked: {error}") from error


def checked(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that are given.

    Raises:
        DataError: There is no such instruction, or an argument is missing or unknown.
    """
    if name not in CHECKERS:
        raise DataError(f"there is no instruction {name!r}", hint=did_you_mean(str(name), CHECKERS))
    given = {key: value for key, value in arguments.items() if value is not None}
    wanted = list(inspect.signature(CHECKERS[name]).parameters)[1:]
    if set(given) != set(wanted):
        raise DataError(
            f"the instruction {name!r} takes {', '.join(wanted) or 'no arguments'}, "
            f"got {', '.join(given) or 'none'}",
            hint="is this a row of IFEval?",
        )
    return given


def lenient_forms(response: str) -> list[str]:
    """Return the eight forms of which one must follow an instruction, the response first.

    Without its first line, its last line, or both; each with and without its stars
    (Zhou et al. 2023, section 2.3).
    """
    lines = response.split("\n")
    cut = ["\n".join(some).strip() for some in (lines[1:], lines[:-1], lines[1:-1])]
    forms = [response, *cut]
    return [*forms, *(form.replace("*", "") for form in forms)]
