"""What is known of a question: the four labels, and their other names.

The labels are those of Li 2023 (arXiv:2310.17589), which OpenCompass's annotations carry too.
"""

from __future__ import annotations

CLEAN = "clean"
INPUT = "input"
INPUT_AND_LABEL = "input-and-label"
UNCHECKED = "unchecked"
"""Nothing is known: the question is too short to be looked for, or nobody has."""

LABELS = (CLEAN, INPUT, INPUT_AND_LABEL, UNCHECKED)
DIRTY = frozenset({INPUT, INPUT_AND_LABEL})

_OTHER_NAMES = {
    "input contamination": INPUT,
    "input contaminated": INPUT,
    "input-and-label contamination": INPUT_AND_LABEL,
    "input-and-label contaminated": INPUT_AND_LABEL,
    "input and label": INPUT_AND_LABEL,
    "input-and-label contaminate": INPUT_AND_LABEL,
    "not labeled": UNCHECKED,
    "not labelled": UNCHECKED,
}


def label_of(name: str) -> str | None:
    """Return the label that a name stands for, None if it stands for none.

    Examples:
        >>> label_of("Input contamination"), label_of("clean"), label_of("dirty")
        ('input', 'clean', None)
    """
    name = name.strip().lower().replace("_", " ") if name not in LABELS else name
    return name if name in LABELS else _OTHER_NAMES.get(name)
