r"""The forms in which other programs compare answers of MATH, for ``compat``.

`minerva` follows appendix D of Lewkowycz et al. 2022 (arXiv:2206.14858) as
lm-evaluation-harness has it (``tasks/minerva_math/utils.py``), `opencompass_forms` follows
``datasets/math.py`` of OpenCompass (evaluator ``MATHEvaluator``, version v2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from compass.evaluators.tex import after_short_name, braced_fractions, slashed

_UNITS = (
    "square", "ways", "integers", "dollars", "mph", "inches", "ft", "hours", "km", "units",
    "sue", "points", "feet", "minutes", "digits", "cents", "degrees", "cm", "gm", "pounds",
    "meters", "meals", "edges", "students", "childrentickets", "multiples",
)  # fmt: skip
_SUBSTITUTED = (
    ("an ", ""), ("a ", ""), (".$", "$"), ("\\$", ""), (r"\ ", ""), (" ", ""), ("mbox", "text"),
    (",\\text{and}", ","), ("\\text{and}", ","), ("\\text{m}", "\\text{}"),
)  # fmt: skip
_SIGNS = (
    "\\text{s}", "\\text{.}", "\\text{\ns}", "\\text{}^2", "\\text{}^3", "\\text{\n}",
    "\\text{}", r"\mathrm{th}", r"^\circ", r"^{\circ}", r"\;", r",\!", "{,}", '"', "\\dots",
)  # fmt: skip
# In the order of the paper, in which "\ldots" stands among the units.
_REMOVED = (*_UNITS[:10], "\\ldots", *_UNITS[10:], *_SIGNS)


def minerva(text: str) -> str:
    """Return the form in which lm-evaluation-harness compares answers of minerva_math."""
    text = text.rsplit("=", maxsplit=1)[-1]
    for unit in _UNITS:
        text = re.sub(rf"(?<!\\)\b{unit}\b", "", text)
    for before, after in _SUBSTITUTED:
        text = text.replace(before, after)
    for gone in _REMOVED:
        if gone.isalpha():
            pieces = re.split(r"(\\[a-zA-Z]+)", text)
            pieces[::2] = [piece.replace(gone, "") for piece in pieces[::2]]
            text = "".join(pieces)
        else:
            text = text.replace(gone, "")
    text = re.sub(r"(.*?)(\$)(.*?)(\$)(.*)", "$\\3$", text)
    for command in ("text", "textbf", "overline"):
        text = re.sub(rf"\\{command}\{{(.*?)\}}", r"\1", text)
    text = re.sub(r"\\boxed\{(.*)\}", r"\1", text)
    text = re.sub(r"frac([^{])(.)", r"frac{\1}{\2}", text)
    text = re.sub(r"sqrt(\[[^\]]*\])(\w)", r"sqrt\1{\2}", text)
    text = re.sub(r"sqrt(?!\[)([^{])", r"sqrt{\1}", text)
    text = text.replace("$", "")
    return text.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})+", text) else text


def minerva_answer(output: str) -> str | None:
    """Return what that harness reads: between the two sentences of Minerva's prompt."""
    found = re.search(
        r"Final Answer: The final answer is(.*?). I hope it is correct.",
        output + "I hope it is correct.",
    )
    return found[1].strip() if found else None


def lm_eval_answer(output: str) -> str:
    """Return what the harness reads for hendrycks_math: between the first and the last dollar."""
    first, last = output.find("$"), output.rfind("$")
    return output if first == last else output[first + 1 : last]


def opencompass_final(text: str) -> str:
    """Return the form of ``normalize_final_answer`` in OpenCompass."""
    for before, after in (*_SUBSTITUTED, ("\\le", "<")):
        text = text.replace(before, after)
    for gone in (*_REMOVED, "\n", "\r", "\f"):
        text = text.replace(gone, "")
    text = re.sub(r"\\text\{\((.*?)\)\}", r"\1", text)
    for command in ("text", "textbf", "overline"):
        text = re.sub(rf"\\{command}\{{(.*?)\}}", r"\1", text)
    text = re.sub(r"\\boxed\{(.*)\}", r"\1", text)
    for pattern in (r"finalansweris(.*)", r"answer?is:?(.*)", r"oxed\{(.*?)\}", r"\$(.*?)\$"):
        text = (re.findall(pattern, text) or [text])[-1]
    text = text.strip()
    if "rac" in text and "\\frac" not in text:
        text = text.replace("rac", "\\frac")
    text = re.sub(r"frac([^{])(.)", r"frac{\1}{\2}", text)
    text = re.sub(r"sqrt([^{])", r"sqrt{\1}", text)
    text = text.replace("$", "")
    return text.replace(",", "") if text.replace(",", "").isdigit() else text


def opencompass_answer(output: str) -> str:
    """Return what OpenCompass reads (``math_postprocess_v2``): the box, else a sentence."""
    box = _opencompass_box(output)
    if box:
        return box
    sentences = output.split(".")
    named = [s for s in sentences if re.search("final answer|answer is", s.lower())]
    return opencompass_final((named or sentences)[0])


def _opencompass_box(output: str) -> str | None:
    start = max(output.rfind("\\boxed"), -1)
    start = output.rfind("\\fbox") if start < 0 else start
    if start < 0:
        return None
    depth = 0
    for place in range(start, len(output)):
        depth += {"{": 1, "}": -1}.get(output[place], 0)
        if output[place] == "}" and not depth:
            box = output[start : place + 1]
            if not box.startswith("\\boxed{"):
                return None
            inner = re.match(r"^\{(.*)\}$", box[7:-1])
            return inner[1] if inner else box[7:-1]
    return None


def _opencompass_strip(text: str) -> str:
    """Return the form of ``_strip_string_v2``, its slips included."""
    text = text.strip().replace("\n", "").rstrip(".").replace("\\!", "").replace("\\ ", "")
    for before, after in (
        ("\\\\", "\\"), ("\\\\", "\\"), ("tfrac", "frac"), ("dfrac", "frac"),
        ("\\left", ""), ("\\right", ""),
    ):  # fmt: skip
        text = text.replace(before, after)
    bare = re.sub(r"\\text{.*?}$", "", text).strip()
    text = bare or text
    for before, after in (
        ("^{\\circ}", ""), ("^\\circ", ""), ("\\$", ""), ("$", ""), ("\\text", ""),
        ("x\\in", ""), ("\\%", ""), ("%", ""), (" .", " 0."), ("{.", "{0."), ("\\cdot", ""),
        ("infinity", "\\infty"),
    ):  # fmt: skip
        text = text.replace(before, after)
    if "\\infty" not in text:
        text = text.replace("inf", "\\infty")
    for before, after in (("+\\inity", "\\infty"), ("and", ""), ("\\mathbf", "")):
        text = text.replace(before, after)
    text = re.sub(r"\\mbox{.*?}", "", text)
    if "j" in text and "i" not in text:
        text = text.replace("j", "i")
    text = re.sub(r"(\d+)\.0+([^\d])", r"\1\2", text)
    text = re.sub(r"(\d+)\.0+$", r"\1", text)
    if not text:
        return text
    text = after_short_name("0" + text if text[0] == "." else text)
    text = re.sub(r"\\sqrt(\w+)", r"\\sqrt{\1}", text).replace(" ", "")
    return slashed(braced_fractions(text, lenient=True))


def opencompass_equal(one: str, other: str) -> bool:
    """Return whether two answers are the same to ``MATHEvaluator(version='v2')``."""
    for form in opencompass_forms(one, other):
        if form[0] == form[1]:
            return True
    return one == other


def opencompass_forms(one: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs of forms it compares, as far as it gets with them."""
    try:
        pair = _opencompass_strip(one), _opencompass_strip(other)
        yield pair
        yield opencompass_final(pair[0]), opencompass_final(pair[1])
    except (ValueError, IndexError):
        pass
    yield opencompass_final(one), opencompass_final(other)
