"""Instructions about form: lists, sections, titles, JSON, beginnings and ends.

Each function says whether a response follows one instruction, as the authors' script
defines it (Zhou et al. 2023, arXiv:2311.07911;
google-research/instruction_following_eval/instructions.py).  Long runs of one character
are read in linear time.
"""

from __future__ import annotations

import json
import re

_STARRED = re.compile(r"^[^\S\n]*\*[^*].*$", re.MULTILINE)
_DASHED = re.compile(r"^[^\S\n]*-", re.MULTILINE)
_ONE_STAR = re.compile(r"\*([^\n*]*)\*")
_TWO_STARS = re.compile(r"\*\*([^\n*]*)\*\*")
_POSTSCRIPTS = {"P.P.S": r"p\.\s?p\.\s?s", "P.S.": r"p\.\s?s\."}
_OPTIONS = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
_FENCES = ("```json", "```Json", "```JSON", "```")


def number_placeholders(response: str, num_placeholders: int) -> bool:
    """There are at least so many pairs of square brackets, each within a line."""
    return sum(map(_brackets, response.split("\n"))) >= num_placeholders


def postscript(response: str, postscript_marker: str) -> bool:
    """The marker of a postscript occurs anywhere; case does not matter."""
    marker = postscript_marker.strip()
    shape = _POSTSCRIPTS.get(marker) or re.escape(marker.lower())
    return re.search(shape, response.lower()) is not None


def number_bullet_lists(response: str, num_bullets: int) -> bool:
    """Exactly so many lines begin with one star, or with a dash."""
    starred = sum(1 for _ in _STARRED.finditer(response))
    dashed = sum(1 for _ in _DASHED.finditer(response))
    return starred + dashed == num_bullets


def constrained_response(response: str) -> bool:
    """One of the three answers that the prompts allow occurs."""
    return any(option in response for option in _OPTIONS)


def number_highlighted_sections(response: str, num_highlights: int) -> bool:
    """At least so many stretches stand between stars; what two stars mark counts twice.

    The pair of stars that opens bold text is an empty stretch, and leaves the bold text
    itself to be found only by the second pattern; so does the authors' script.
    """
    single = sum(bool(found[1].strip()) for found in _ONE_STAR.finditer(response))
    double = sum(bool(found[1].strip()) for found in _TWO_STARS.finditer(response))
    return single + double >= num_highlights


def multiple_sections(response: str, section_spliter: str, num_sections: int) -> bool:
    """At least so many sections are headed by the word and a number."""
    shape = rf"{re.escape(section_spliter.strip())}\s?\d+"
    return sum(1 for _ in re.finditer(shape, response)) >= num_sections


def json_format(response: str) -> bool:
    """The response, without a Markdown fence around it, is JSON."""
    text = response.strip()
    for fence in _FENCES:
        text = text.removeprefix(fence)
    try:
        json.loads(text.removesuffix("```").strip())
    except (ValueError, RecursionError):
        return False
    return True


def title(response: str) -> bool:
    """A line has a text between double angular brackets."""
    for line in response.split("\n"):
        start, stop = line.find("<<"), line.rfind(">>")
        if 0 <= start < stop - 2 and line[start : stop + 2].lstrip("<").rstrip(">").strip():
            return True
    return False


def two_responses(response: str) -> bool:
    """Two different texts are separated by six stars; blank ones only at the ends."""
    pieces = [piece.strip() for piece in response.split("******")]
    if not all(pieces[1:-1]):
        return False
    said = [piece for piece in pieces if piece]
    return len(said) == 2 and said[0] != said[1]


def repeat_prompt(response: str, prompt_to_repeat: str) -> bool:
    """The response begins with the request; case does not matter."""
    return response.strip().lower().startswith(prompt_to_repeat.strip().lower())


def end_checker(response: str, end_phrase: str) -> bool:
    """The response ends with the phrase, perhaps in quotation marks; case does not matter."""
    return response.strip().strip('"').lower().endswith(end_phrase.strip().lower())


def no_comma(response: str) -> bool:
    """There is no comma."""
    return "," not in response


def quotation(response: str) -> bool:
    """Straight double quotation marks stand around the response."""
    text = response.strip()
    return len(text) > 1 and text[0] == text[-1] == '"'


def _brackets(line: str) -> int:
    """Return the number of pairs of square brackets, each closed by the next that closes."""
    count, place = 0, line.find("[")
    while place >= 0:
        stop = line.find("]", place)
        if stop < 0:
            break
        count, place = count + 1, line.find("[", stop)
    return count
