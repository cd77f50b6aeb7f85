"""A comparison as Markdown, for a pull request or a report."""

from __future__ import annotations

from collections.abc import Iterator

from compass.board.words import scaled
from compass.comparison.differences import Compared, Comparison, Flip
from compass.textsafe import clean_markdown

LONGEST = 160


def to_markdown(comparison: Comparison, flips: int) -> str:
    """Return the page; ``flips`` of each dataset are listed."""
    return "\n".join(_lines(comparison, flips)) + "\n"


def _lines(comparison: Comparison, flips: int) -> Iterator[str]:
    yield "# Comparison"
    yield ""
    if comparison.compared:
        yield "| dataset | metric | first | second | difference | 95 % interval | better | worse | n | p |"  # noqa: E501
        yield "|---|---|---:|---:|---:|---|---:|---:|---:|---:|"
    for one in comparison.compared:
        texts = [
            f"{one.dataset}: {one.first.label} → {one.second.label}",
            one.metric,
            *(scaled(value, one.scale, 1) for value in one.values),
            signed(one.difference.value, one.scale),
            f"{signed(one.difference.low, one.scale)} to {signed(one.difference.high, one.scale)}",
            str(one.gains),
            str(one.losses),
            str(one.difference.n),
            p_text(one.adjusted),
        ]
        yield "| " + " | ".join(clean_markdown(text) for text in texts) + " |"
    yield ""
    yield (
        "Second less first, on the questions both answered; p by a paired test, corrected over "
        "all rows (Holm)."
    )
    for refused in comparison.refused:
        names = f"{refused.dataset}: {refused.first.label} and {refused.second.label}"
        yield f"\n**Not compared:** {clean_markdown(names)}: {clean_markdown(refused.reason)}"
    for one in comparison.compared:
        for note in notes(one):
            yield f"\n{clean_markdown(one.dataset)}: {clean_markdown(note)}"
    for first, second, settings in comparison.settings:
        if settings:
            yield f"\n## Settings: {clean_markdown(first.label)}, {clean_markdown(second.label)}\n"
            yield "| setting | first | second |\n|---|---|---|"
            for name, mine, other in settings:
                yield f"| {clean_markdown(name)} | {clean_markdown(mine)} | {clean_markdown(other)} |"  # noqa: E501
    for one in comparison.compared:
        if one.flips and flips:
            yield f"\n## Flips: {clean_markdown(one.dataset)}\n"
            yield "| question | second | asked | target | first said | second said |"
            yield "|---|---|---|---|---|---|"
            for flip in one.flips[:flips]:
                yield "| " + " | ".join(clean_markdown(text) for text in flip_texts(flip)) + " |"


def flip_texts(flip: Flip, longest: int = LONGEST) -> list[str]:
    """Return the cells of a flip, their ends where they are long."""
    place = flip.place.sample
    place += f" v{flip.place.variant}" if flip.place.variant else ""
    place += f" r{flip.place.repeat}" if flip.place.repeat else ""
    ends = [flip.prompt, flip.target, flip.first, flip.second]
    return [place, "better" if flip.better else "worse", *(_end(text, longest) for text in ends)]


def notes(one: Compared) -> Iterator[str]:
    """Yield what a reader must know about the questions of a dataset."""
    for count, side in zip(one.alone, (one.first, one.second), strict=True):
        if count:
            yield f"{count} questions were asked of {side.label} only"
    for count, side in zip(one.failed, (one.first, one.second), strict=True):
        if count:
            yield f"{count} have no answer of {side.label} and are left out"


def signed(value: float, scale: str) -> str:
    """Return a difference with its sign, shares in points."""
    return ("+" if value > 0 else "") + scaled(value, scale, 1)


def p_text(value: float) -> str:
    """Return a p-value as people read it."""
    return "< .001" if value < 0.001 else f"{value:.3f}"


def _end(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else "…" + text[1 - longest :]
