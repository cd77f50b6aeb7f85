"""What a model thinks before it answers, told apart from the answer.

Reasoning models put their thoughts between tags in front of the answer.  Some chat templates
write the opening tag themselves, so that it stands in the prompt and not in the output.
"""

from __future__ import annotations

OPEN, CLOSE = "<think>", "</think>"


def parted(output: str, prompt: str = "") -> tuple[str, str]:
    r"""Return thoughts and answer of an output.

    Thoughts that never end leave an empty answer: there is none.

    Args:
        output: What the model wrote.
        prompt: What it was given, where that is known.

    Examples:
        >>> parted("<think>2 and 2</think>\n\n4")
        ('2 and 2', '4')
        >>> parted("4"), parted("so it is 4", "Q: 2+2?<think>\n")
        (('', '4'), ('so it is 4', ''))
    """
    start = output.lstrip()
    opened = start.startswith(OPEN)
    if opened:
        start = start[len(OPEN) :]
    elif prompt.rstrip().endswith(OPEN) or (CLOSE in output and OPEN not in output):
        start, opened = output, True
    if not opened:
        return "", output
    thoughts, closed, answer = start.partition(CLOSE)
    return thoughts.strip(), answer.lstrip() if closed else ""
