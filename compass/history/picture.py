"""A history as a picture: a panel for each dataset, a line for each model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO, Any

from compass.errors import ConfigError
from compass.history.series import Series
from compass.textsafe import clean_line

MOST_PANELS = 24
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Told apart by the colour-blind: Okabe and Ito 2008."""


def png(found: Sequence[Series]) -> Callable[[IO[bytes]], None]:
    """Return what writes the picture.

    Raises:
        ConfigError: matplotlib is not installed, or there are too many datasets.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ConfigError(
            "a picture needs matplotlib", hint="pip install 'compass-eval[plot]', or write .html"
        ) from error
    panels: dict[tuple[str, str, bool], list[Series]] = {}
    for one in found:
        panels.setdefault((one.dataset, one.metric, one.training), []).append(one)
    if len(panels) > MOST_PANELS:
        raise ConfigError(
            f"{len(panels)} datasets do not fit on one picture",
            hint=f"choose up to {MOST_PANELS} by --dataset, or write .html",
        )
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(5.2 * columns, 3.4 * rows), layout="constrained", dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, squeeze=False).flat
    for panel, (name, shown) in zip(axes, panels.items(), strict=False):
        _draw(panel, name, shown)
    for panel in list(axes)[len(panels) :]:
        panel.set_axis_off()

    def write(file: IO[bytes]) -> None:
        figure.savefig(file, format="png", metadata={"Software": None})

    return write


def _draw(panel: Any, name: tuple[str, str, bool], shown: Sequence[Series]) -> None:
    dataset, metric, training = name
    for place, one in enumerate(shown):
        colour = _COLOURS[place % len(_COLOURS)]
        times = _places(one)
        factor = 100 if one.points[0].scale == "share" else 1
        values = [factor * point.value for point in one.points]
        panel.plot(times, values, color=colour, marker="o", markersize=3.5, label=_plain(one.name))
        known = [n for n, p in enumerate(one.points) if p.low is not None and p.high is not None]
        panel.fill_between(
            [times[n] for n in known],
            [factor * (one.points[n].low or 0.0) for n in known],
            [factor * (one.points[n].high or 0.0) for n in known],
            color=colour, alpha=0.15, linewidth=0,
        )  # fmt: skip
        for change in one.changes:
            panel.axvline(times[change.at], color=colour, linestyle=":", linewidth=1)
    panel.set_title(_plain(f"{dataset} · {metric}"), fontsize=10)
    panel.set_xlabel("training step" if training else "run", fontsize=9)
    panel.tick_params(labelsize=8)
    panel.grid(alpha=0.25)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)
    if not training:
        for label in panel.get_xticklabels():
            label.set_rotation(30)
    panel.legend(fontsize=8, frameon=False)


def _places(one: Series) -> list[Any]:
    """Return where the points stand: their steps, their times, or one after another."""
    if one.training:
        return [step or 0.0 for step in one.steps]
    try:
        return [datetime.fromisoformat(point.started) for point in one.points]
    except ValueError:
        return list(range(1, len(one.points) + 1))


def _plain(text: str) -> str:
    """Return a text in which nothing is taken for mathematics."""
    return clean_line(text).replace("$", r"\$")
