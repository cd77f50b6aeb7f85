"""How other programs read letters out of a text: rules kept for comparison.

Each rule takes a text and the number of options, and returns the places of the letters
it reads in the order it reads them, or None if it reads nothing.  A letter that labels no
option is -1: an answer, and a wrong one; so is a small one, which the originals read and
never find right.  They read the whole text, reasoning included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from compass.records import LETTERS

Places = tuple[int, ...]
Rule = Callable[[str, int], Places | None]


def answer_colon(text: str, count: int) -> Places | None:
    """The letter after the first ``ANSWER:`` (simple-evals; OpenCompass for MMLU, GPQA)."""
    match = re.search(rf"(?i)ANSWER\s*:\s*([{LETTERS[:count]}])", text)
    return _places(match[1]) if match else None


def chinese_colon(text: str, count: int) -> Places | None:
    """The letter after the first ``答案:`` (OpenCompass for CMMLU without shots)."""
    match = re.search(rf"(?i)答案\s*:\s*[\W]*([{LETTERS[:count]}])", text)
    return _places(match[1]) if match else None


def first_capital(text: str, _count: int) -> Places | None:
    """The first capital letter of any kind (OpenCompass for C-Eval and CMMLU with shots)."""
    first = next((c for c in text if c.isupper()), None)
    return None if first is None else (LETTERS.find(first),)


def first_letter(text: str, _count: int) -> Places | None:
    """The first of A to F (authors of AGIEval, single choice without shots)."""
    match = re.search("[A-F]", text)
    return _places(match[0]) if match else None


def every_letter(text: str, _count: int) -> Places | None:
    """Every one of A to F, as a set (authors of AGIEval, several answers)."""
    found = sorted(set(re.findall("[A-F]", text)))
    return _places(found) if found else None


def first_run(text: str, _count: int) -> Places | None:
    """The first run of A to D as it stands, so that CB is not BC (OpenCompass for AGIEval)."""
    match = re.search("[A-D]+", text)
    return _places(match[0]) if match else None


def mmlu_pro(text: str, _count: int) -> Places | None:
    """As the authors of MMLU-Pro: a statement, a line "Answer:", the last of A to J.

    They guess at random where this reads nothing; here that is unparsed.
    """
    for pattern in (r"answer is \(?([A-J])\)?", r".*[aA]nswer:\s*([A-J])", r"([A-J])(?=[^A-J]*$)"):
        match = re.search(pattern, text)
        if match:
            return _places(match[1])
    return None


# What first_option looks for, in its order; @ stands for one of the options.  The missing
# comma of the original joins two patterns (故选, 只有) into one, which hardly ever matches.
_OPTION_PATTERNS = (
    r"答案是?\s*(@)", r"答案是?\s*：\s*(@)", r"答案是?\s*:\s*(@)", r"答案选项应?该?是\s*(@)",
    r"答案选项应?该?为\s*(@)", r"答案应该?是\s*(@)", r"答案应该?选\s*(@)",
    r"答案选项为?\s*：\s*(@)", r"答案选项为?\s+\(?\*?\*?(@)\*?\*?\)?", r"答案选项是?\s*:\s*(@)",
    r"答案为\s*(@)", r"答案选\s*(@)", r"选择?\s*(@)", r"故选?\s*(@)只有选?项?\s?(@)\s?是?对",
    r"只有选?项?\s?(@)\s?是?错", r"只有选?项?\s?(@)\s?不?正确", r"只有选?项?\s?(@)\s?错误",
    r"说法不?对选?项?的?是\s?(@)", r"说法不?正确选?项?的?是\s?(@)", r"说法错误选?项?的?是\s?(@)",
    r"(@)\s?是正确的", r"(@)\s?是正确答案", r"选项\s?(@)\s?正确", r"所以答\s?(@)",
    r"所以\s?(@[.。$]?$)", r"所有\s?(@[.。$]?$)", r"[\s，：:,](@)[。，,\.]?$",
    r"[\s，,：:][故即](@)[。\.]?$", r"[\s，,：:]因此(@)[。\.]?$", r"[是为。]\s?(@)[。\.]?$",
    r"因此\s?(@)[。\.]?$", r"显然\s?(@)[。\.]?$", r"答案是\s?(\S+)(?:。|$)",
    r"答案应该是\s?(\S+)(?:。|$)", r"答案为\s?(\S+)(?:。|$)", r"(?i)ANSWER\s*:\s*(@)",
    r"[Tt]he answer is:?\s+\(?(@)\)?", r"[Tt]he answer is:?\s+\(?\*?\*?(@)\*?\*?\)?",
    r"[Tt]he answer is option:?\s+\(?(@)\)?", r"[Tt]he correct answer is:?\s+\(?(@)\)?",
    r"[Tt]he correct answer is option:?\s+\(?(@)\)?",
    r"[Tt]he correct answer is:?.*?boxed{(@)}", r"[Tt]he correct option is:?.*?boxed{(@)}",
    r"[Tt]he correct answer option is:?.*?boxed{(@)}",
    r"[Tt]he answer to the question is:?\s+\(?(@)\)?", r"^选项\s?(@)", r"^(@)\s?选?项",
    r"(\s|^)@[\s。，,：:\.$]", r"1.\s?(.*?)$", r"1.\s?(@)[.。$]?$", r"(@):", r"(@)",
)  # fmt: skip


def first_option(text: str, count: int) -> Places | None:
    """The first pattern of a list that matches (OpenCompass for older MMLU, GPQA).

    Source: ``first_option_postprocess`` of its ``utils/text_postprocessors.py``.
    """
    options = LETTERS[:count]
    said = text.strip()
    for pattern in _OPTION_PATTERNS:
        match = re.search(pattern.replace("@", f"[{options}]"), said, re.DOTALL)
        if match:
            named = match[1] or match[0]
            for letter in options:
                if letter in named:
                    return _places(letter)
    return None


def first_of_five(text: str, _count: int) -> Places | None:
    """The same with options A to E, however many there are (OpenCompass for AGIEval)."""
    return first_option(text, 5)


RULES: dict[str, Rule] = {
    "opencompass": answer_colon,
    "opencompass-zh": chinese_colon,
    "first-capital": first_capital,
    "first-letter": first_letter,
    "every-letter": every_letter,
    "first-run": first_run,
    "first-option": first_option,
    "first-of-five": first_of_five,
    "mmlu-pro": mmlu_pro,
}


def _places(named: Iterable[str]) -> Places:
    return tuple(LETTERS.find(letter) for letter in named)
