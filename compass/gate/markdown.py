"""A decision as Markdown, for a pull request; whatever a model said is made harmless."""

from __future__ import annotations

from collections.abc import Iterator

from compass.gate.decision import Decision
from compass.gate.pairs import Pair
from compass.gate.words import (
    SIGNS,
    asked_text,
    change_text,
    headline,
    more_text,
    notes,
    score_text,
)
from compass.textsafe import clean_markdown

MOST_FLIPS = 20
"""So many flips of each dataset are listed."""

LONGEST = 120


def to_markdown(decision: Decision) -> str:
    """Return the summary."""
    return "\n".join(_lines(decision)) + "\n"


def _lines(decision: Decision) -> Iterator[str]:
    yield f"## {clean_markdown(headline(decision))}"
    yield ""
    yield "| | dataset | metric | rule | baseline | candidate | change | worse | better | n | |"
    yield "|---|---|---|---|---:|---:|---|---:|---:|---:|---|"
    for one in decision.rulings:
        told = f"{one.answer}" + (f": {more_text(one.more)}" if one.answer == "cannot tell" else "")
        cells = [
            SIGNS[one.answer],
            one.subject,
            one.metric,
            asked_text(one),
            score_text(one.before, one),
            score_text(one.after, one),
            change_text(one),
            *((str(one.worse), str(one.better)) if one.change is not None else ("", "")),
            str(one.n),
            told,
        ]
        yield "| " + " | ".join(clean_markdown(cell) for cell in cells) + " |"
    yield ""
    for note in notes(decision):
        yield clean_markdown(note)
        yield ""
    yield f"Baseline: {clean_markdown(decision.baseline.run)}. "
    yield f"Candidate: {clean_markdown(decision.candidate.run)}."
    for pair in decision.pairs:
        yield from _flips(pair)


def _flips(pair: Pair) -> Iterator[str]:
    flips = pair.flips()
    if not flips:
        return
    name = clean_markdown(pair.dataset)
    worse = sum(flip.worse for flip in flips)
    yield f"\n<details><summary>{name}: {len(flips)} flips, {worse} for the worse</summary>\n"
    yield f"Every question in a browser: `compass report`, then transcripts of {name}.\n"
    yield "| sample | | baseline | candidate | target | candidate said |"
    yield "|---|---|---:|---:|---|---|"
    for flip in flips[:MOST_FLIPS]:
        sample = flip.place.sample
        sample += f" v{flip.place.variant}" if flip.place.variant else ""
        sample += f" r{flip.place.repeat}" if flip.place.repeat else ""
        cells = [
            sample[:LONGEST],
            "worse" if flip.worse else "better",
            f"{flip.before:g}",
            f"{flip.after:g}",
            flip.target[:LONGEST],
            flip.answer[:LONGEST],
        ]
        yield "| " + " | ".join(clean_markdown(cell) for cell in cells) + " |"
    if len(flips) > MOST_FLIPS:
        yield f"\n{len(flips) - MOST_FLIPS:,} more: `compass compare`"
    yield "\n</details>"
