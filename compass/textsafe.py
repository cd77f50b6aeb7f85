"""Text that others wrote, made harmless for the place it is shown in.

Names of models, error messages and outputs may hold anything: control sequences
that rewrite a terminal, bars that break a Markdown table, formulas that a
spreadsheet would run.
"""

from __future__ import annotations

import re

# Controls of ASCII and Latin-1 but tab and line feed; marks that turn the direction of
# writing or hide; lone surrogates, which no file can hold.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_MARKDOWN = re.compile(r"[\\`*\[\]|<>~]|(?<![^\W_])_|_(?![^\W_])")
_LATEX = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
}
_FORMULA = tuple("=+-@\t\r＝＋－＠")


def clean_terminal(text: str) -> str:
    r"""Return the text with every control character made visible; lines and tabs stay.

    Examples:
        >>> clean_terminal("\x1b[31mred\x07")
        '␛[31mred␇'
    """
    return _UNSEEN.sub(_picture, text)


def clean_line(text: str) -> str:
    r"""Return the text as one line without control characters.

    Examples:
        >>> clean_line("a\n  b\tc")
        'a b c'
    """
    return clean_terminal(" ".join(text.split()))


def clean_markdown(text: str) -> str:
    r"""Return the text as one line that Markdown shows as it is, in a table too.

    Examples:
        >>> print(clean_markdown("a|b\n<i>`c`"))
        a\|b \<i\>\`c\`
        >>> clean_markdown("arc_challenge")
        'arc_challenge'
    """
    return _MARKDOWN.sub(r"\\\g<0>", clean_line(text).replace("&", "&amp;"))


def clean_csv(text: str) -> str:
    """Return the text as one line that no spreadsheet takes for a formula.

    Examples:
        >>> clean_csv("=1+1"), clean_csv("a=1")
        ("'=1+1", 'a=1')
    """
    line = clean_line(text)
    return f"'{line}" if line.startswith(_FORMULA) or text.startswith(_FORMULA) else line


def clean_file(text: str) -> str:
    """Return the text as the name of a file: without separators, hidden or long it is not.

    Examples:
        >>> clean_file("../a b/c@run"), clean_file("")
        ('_a_b_c@run', 'unnamed')
    """
    return re.sub(r"[^\w.@+-]+", "_", text).lstrip(".-")[:200] or "unnamed"


def clean_latex(text: str) -> str:
    r"""Return the text as one line that LaTeX prints as it is, without ligatures of hyphens.

    Examples:
        >>> print(clean_latex("50% of $x_1\\"))
        50\% of \$x\_1\textbackslash{}
        >>> print(clean_latex("a\n--b"))
        a -{}-b
    """
    known = "".join(_LATEX.get(sign, sign) for sign in clean_line(text))
    return re.sub("-(?=-)", "-{}", known)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}"
