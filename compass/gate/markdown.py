"""A decision as Markdown, for a pull request; whatever a model said is made harmless."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from compass.gate.decision import Decision
from compass.gate.pairs import Flip, Pair
from compass.gate.ruling import Answer
from compass.gate.words import (
    SIGNS,
    after_text,
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

MOST_CHARACTERS = 60_000
"""Of a summary: comments of pull requests hold little more.  What is left out is said."""

LONGEST = 120


def to_markdown(decision: Decision, report: str | None = None) -> str:
    """Return the summary.

    Args:
        decision: What the gate said.
        report: Address of the candidate's report, whose transcripts flips are linked to.
    """
    text = "\n".join(_lines(decision)) + "\n"
    left = 0
    for pair in decision.pairs:
        flips = "\n".join(_flips(pair, report))
        if flips and not left and len(text) + len(flips) < MOST_CHARACTERS:
            text += flips + "\n"
        else:
            left += bool(flips)
    return text + (f"\nFlips of {left} more datasets: `compass compare`\n" if left else "")


def _lines(decision: Decision) -> Iterator[str]:
    yield f"## {clean_markdown(headline(decision))}"
    yield ""
    yield "| | dataset | metric | rule | baseline | candidate | change | worse | better | n | |"
    yield "|---|---|---|---|---:|---:|---|---:|---:|---:|---|"
    for one in decision.rulings:
        untold = one.answer is Answer.UNTOLD and not one.note
        told = f"{one.answer}" + (f": {more_text(one.more)}" if untold else "")
        cells = [
            SIGNS[one.answer],
            one.subject,
            one.metric,
            asked_text(one),
            score_text(one.before, one),
            after_text(one),
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


def _flips(pair: Pair, report: str | None) -> Iterator[str]:
    flips = pair.flips()
    if not flips:
        return
    name = clean_markdown(pair.dataset)
    worse = sum(flip.worse for flip in flips)
    yield f"\n<details><summary>{name}: {len(flips)} flips, {worse} for the worse</summary>\n"
    if report is None:
        yield f"Every question in a browser: `compass report`, then transcripts of {name}.\n"
    yield "| sample | | baseline | candidate | target | candidate said |"
    yield "|---|---|---:|---:|---|---|"
    for flip in flips[:MOST_FLIPS]:
        cells = [
            "worse" if flip.worse else "better",
            f"{flip.before:g}",
            f"{flip.after:g}",
            flip.target[:LONGEST],
            flip.answer[:LONGEST],
        ]
        texts = [_sample(pair.dataset, flip, report), *map(clean_markdown, cells)]
        yield "| " + " | ".join(texts) + " |"
    if len(flips) > MOST_FLIPS:
        yield f"\n{len(flips) - MOST_FLIPS:,} more: `compass compare`"
    yield "\n</details>"


def _sample(dataset: str, flip: Flip, report: str | None) -> str:
    """Return the name of a sample, as a link into the transcripts if there are some."""
    sample = flip.place.sample
    name = sample + (f" v{flip.place.variant}" if flip.place.variant else "")
    name = clean_markdown(
        (name + (f" r{flip.place.repeat}" if flip.place.repeat else ""))[:LONGEST]
    )
    if report is None:
        return name
    root = quote(report.removesuffix("/board.html").rstrip("/"), safe=":/%?=&~+@,;-._")
    place = f"transcripts/{quote(dataset, safe='')}/index.html"
    search = quote(sample.encode("utf-8", "backslashreplace"), safe="")
    return f"[{name}]({root}/{place}#search={search})"
