"""The page of ``compass compare``: differences, settings and every flip."""

from __future__ import annotations

from compass.board.words import scaled
from compass.comparison import Comparison
from compass.comparison.markdown import flip_texts, notes, p_text, signed
from compass.report.page import page, render

_LONGEST = 600


def comparison_page(found: Comparison) -> str:
    """Return the page as HTML, one file that needs no network."""
    rows = [
        {
            "dataset": one.dataset,
            "first": one.first.label,
            "second": one.second.label,
            "metric": one.metric,
            "values": [(value, scaled(value, one.scale, 1)) for value in one.values],
            "difference": (one.difference.value, signed(one.difference.value, one.scale)),
            "bounds": f"{signed(one.difference.low, one.scale)} to "
            f"{signed(one.difference.high, one.scale)}",
            "gains": one.gains,
            "losses": one.losses,
            "n": one.difference.n,
            "p": (one.adjusted, p_text(one.adjusted)),
            "clear": one.adjusted <= 0.05,
            "notes": list(notes(one)),
            "flips": [flip_texts(flip, _LONGEST) for flip in one.flips],
        }
        for one in found.compared
    ]
    pairs = {(one.first.label, one.second.label) for one in found.compared}
    body = render(
        "comparison.html",
        pair=pairs.pop() if len(pairs) == 1 else None,
        rows=rows,
        refused=found.refused,
        settings=[(a.label, b.label, one) for a, b, one in found.settings if one],
    )
    return page("Comparison", body)
