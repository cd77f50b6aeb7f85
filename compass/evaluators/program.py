"""The program in a text: out of Markdown fences, out of prose, or as it stands."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from compass.evaluators.extract import visible

_FENCE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n]*\n(.*?)(?:^[ \t]*\1|\Z)", re.MULTILINE | re.DOTALL
)
_BETWEEN = re.compile(r"\[BEGIN\]\s*?\n?(.*?)(?:\[DONE\]|\Z)", re.DOTALL)
_STARTS = re.compile(r"^(?:def |class |import |from \w|@\w|async def )", re.MULTILINE)
_MOST_LINES = 400
_THOUGHTS = re.compile(r"</?(?:think|thinking|thought)>", re.IGNORECASE)


def program_of(output: str, entry: str | None = None) -> str | None:
    r"""Return the program a text holds, None if it holds nothing.

    Reasoning between think tags is no part of it.  Of several fenced blocks the first that
    defines ``entry`` is taken, else the first.  A text without fences is taken as it stands.

    Examples:
        >>> program_of("Sure:\n```python\nx = 1\n```\nDone.")
        'x = 1\n'
        >>> program_of("    return 1")
        '    return 1'
        >>> program_of("<think>def f(): ...</think>") is None
        True
    """
    text = visible(output) if _THOUGHTS.search(output) else output
    between = _BETWEEN.search(text)
    if between:
        text = between[1]
    blocks = [block[3] for block in _FENCE.finditer(text)]
    named = [block for block in blocks if entry and defines(block, entry)]
    for block in [*named, *blocks]:
        if block.strip():
            return block
    return text.partition("[DONE]")[0] if text.strip() else None


def defines(text: str, name: str) -> bool:
    """Return whether a text has the head of a function or class of that name."""
    head = rf"^[ \t]*(?:async )?(?:def|class)\s+{re.escape(name)}\b"
    return re.search(head, text, re.MULTILINE) is not None


def assembled(code: str, before: str, after: str = "", entry: str | None = None) -> str:
    """Return the whole Python program that a continuation or a definition makes.

    What parses is taken as it is.  Else these are tried, in this order: indentation lost at
    the first line; a definition with prose around it; the longest beginning that parses.
    """
    for tried in _readings(code, before, after, entry):
        if parses(tried):
            return tried
    return before + code + after


def _readings(code: str, before: str, after: str, entry: str | None) -> Iterator[str]:
    yield before + code + after
    if after:
        return
    own = entry is not None and defines(code, entry)
    if not own:
        body = code.lstrip("\n")
        yield f"{before}    {body.lstrip()}"
        yield before + "\n".join(f"    {line}" for line in body.splitlines())
    lead = f"{before.rstrip()}\n\n\n" if before else ""
    if lead and not parses(lead):
        lead += "    pass\n\n\n"
    start = _STARTS.search(code)
    if start is not None:
        yield lead + code[start.start() :]
    yield from _beginnings(
        code[start.start() :] if start and own else code, lead if own else before
    )


def _beginnings(code: str, before: str) -> Iterator[str]:
    lines = code.splitlines(keepends=True)[:_MOST_LINES]
    for count in range(len(lines) - 1, 0, -1):
        if lines[count - 1].strip():
            yield before + "".join(lines[:count])


def parses(source: str) -> bool:
    """Return whether a text is Python; it is compiled, never run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<program>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
