r"""Judge what fills the blanks of a question: numbers, formulas, short words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from compass.errors import ConfigError, did_you_mean
from compass.evaluators.extract import own_part, visible
from compass.evaluators.short import first_target
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.evaluators.tex import hendrycks, hendrycks_equal
from compass.records import Prediction, Sample, Score, Verdict

_TAG = re.compile(r"<\s*/?\s*eo[ae]\s*>")
_CUE = re.compile(
    r"【\s*答案\s*】\s*[:：]*|答案\s*(?:应该|应|就)?\s*[是为：:]\s*[:：]*"
    r"|(?i:answer\s*(?:is|:))\s*(?:therefore|thus)?\s*:?|####"
)
_BLANKS = re.compile(r"\s*[;；]\s*")
_FORMULA = re.compile(r"\$+([^$]+)\$+")
_ITEM = re.compile(r"\d{1,2}\s*(?:[.．]\s+|[、)）])\S|\d+(?:\.\d+){2,}")
"""The start of a list, whose number is no answer."""

_LONGEST_BARE = 60
"""Characters of a line that may be an answer without saying so."""


class Cloze:
    r"""Share of questions whose blanks are all filled right.

    The target of a sample with several blanks separates them by ``;``.  Fillings are
    equal if they have one form for the authors of MATH (Hendrycks et al. 2021,
    arXiv:2103.03874), or are one number.

    Args:
        compat: ``opencompass`` reads and compares as the authors of AGIEval and OpenCompass
            do without shots: the last ``\boxed{}``, else the last formula between dollars,
            else what follows the last ``=``, else the last number; compared as one text.
            None reads the last ``\boxed{}``, else the last statement (【答案】, 答案是, "the
            answer is"), else a line that is nothing but the answer, else the last formula.
    """

    version = 1

    def __init__(self, compat: Literal["opencompass"] | None = None) -> None:
        if compat not in (None, "opencompass"):
            raise ConfigError(
                f"Cloze knows no compat {compat!r}",
                hint=did_you_mean(str(compat), ["opencompass"]),
            )
        self.compat = compat

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            return verdict(sample, prediction, {"accuracy": None}, target=target)
        output = output_of(prediction, "Cloze")
        answer = agieval_answer(output) if self.compat else filling(output)
        equal = hendrycks_equal if self.compat else _same_blanks
        right = answer is not None and any(equal(answer, one) for one in sample.targets)
        return verdict(
            sample,
            prediction,
            {"accuracy": float(right)},
            answer=answer,
            target=target,
            reason=UNPARSED if answer is None else "",
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the accuracy."""
        return summary(verdicts)


def filling(text: str) -> str | None:
    r"""Return what a text fills in, None if it fills in nothing.

    Examples:
        >>> filling(r"So $a=2$. 【答案】 $\frac{1}{2}$ <eoa>")
        '$\\frac{1}{2}$'
        >>> filling(r"It is \boxed{3} of them"), filling("Either way\nis possible") is None
        ('3', True)
    """
    said = _TAG.sub("\n", own_part(visible(text)))
    box = said.rfind("\\boxed")
    if box >= 0:
        inner = _braced(said, said.find("{", box))
        if inner:
            return inner
    for cue in reversed(list(_CUE.finditer(said))):
        stated = _sentence(said[cue.end() :])
        if stated:
            return stated
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    first = lines[0] if lines else ""
    short = 0 < len(first) <= _LONGEST_BARE and not _ITEM.match(first)
    if short and (len(lines) == 1 or _FORMULA.search(first)):
        return _sentence(first) or None
    formulas = _FORMULA.findall(said)
    return formulas[-1].rsplit("=", 1)[-1].strip() or None if formulas else None


def _sentence(text: str) -> str:
    """Return the first line or sentence of a text; of formulas among words, the formulas."""
    first = re.split(r"\n|。|\.(?:\s|$)", text.strip(), maxsplit=1)[0].strip(" \t*_`:：,，")
    words = _FORMULA.sub("", first)
    if re.search(r"[A-Za-z\u4e00-\u9fff]{2}", words) and _FORMULA.search(first):
        return ";".join(found.strip() for found in _FORMULA.findall(first))
    return first


def _braced(text: str, start: int) -> str:
    depth = 0
    for place in range(max(start, 0), len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return text[start + 1 : place].strip() if start >= 0 else ""
    return ""


def _same_blanks(answer: str, target: str) -> bool:
    wanted = _BLANKS.split(target.strip())
    if len(wanted) == 1:
        return _equal(answer, target)
    found = _BLANKS.split(answer.strip())
    if len(found) != len(wanted):
        found = re.split(r"\s*[,，、和]\s*|\s+and\s+", answer.strip())
    return len(found) == len(wanted) and all(map(_equal, found, wanted))


def _equal(one: str, other: str) -> bool:
    one, other = _bare(one), _bare(other)
    if not one or not other:
        return False
    if hendrycks_equal(one, other) or one.casefold() == other.casefold():
        return True
    mine, theirs = _number(one), _number(other)
    return mine is not None and mine == theirs


def _bare(text: str) -> str:
    """Return the text without dollars, decoration, a name before an equals sign's number."""
    plain = unicodedata.normalize("NFKC", text).replace("$", "").strip(" \t*_`.。,，")
    plain = re.sub(r"\\(?:mathrm|text|textbf)\s*\{([^{}]*)\}", r"\1", plain)
    return plain.replace("\\leqslant", "\\leq").replace("\\geqslant", "\\geq").strip()


def _number(text: str) -> Fraction | None:
    try:
        plain = hendrycks(text).replace("\\,", "")
    except (ValueError, IndexError):
        return None
    match = re.fullmatch(r"(-?)\\frac\{(-?\d+)\}\{(\d+)\}", plain)
    if match:
        return Fraction(int(match[1] + "1") * int(match[2]), int(match[3]) or 1)
    plain = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain)
    return Fraction(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None


def agieval_answer(text: str) -> str | None:
    r"""Return the answer as the authors of AGIEval read it without shots.

    Source: ``parse_math_answer`` of ``src/post_process.py``; OpenCompass has the same.

    Examples:
        >>> agieval_answer("so x = 3"), agieval_answer("$a=1$ or $b=2$"), agieval_answer("7 of 9")
        ('3', '2', '9')
    """
    for prefix in ("The answer is therefore", "答案是"):
        if prefix in text:
            # A text that begins with the prefix loses that one only, as there.
            start = 0 if text.startswith(prefix) else text.rfind(prefix)
            text = text[start + len(prefix) :].strip()
    if "\\boxed" in text:
        return _agieval_box(text)
    dollars = re.findall(r"\$(.*)\$", text)
    if dollars and (found := _after_equals(dollars[-1])):
        return found
    if "=" in text:
        return text.split("=")[-1].lstrip(" ").rstrip(".").split("\\n")[0]
    numbers = re.findall(r"(?:\$)?\d+(?:\.\d+)?(?![\w\d])", text)
    return numbers[-1] if numbers else None


def _agieval_box(text: str) -> str | None:
    start, depth = text.rfind("\\boxed"), 0
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if text[place] == "}" and depth == 0:
            box = text[start : place + 1]
            return _after_equals(box[7:-1]) if box.startswith("\\boxed{") else None
    return None


def _after_equals(text: str) -> str:
    return text.rsplit("=", maxsplit=1)[-1].lstrip(" ") if "=" in text else text
