"""``compass history``: scores over many runs, and where they change."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compass import store
from compass.errors import ConfigError, DataError
from compass.history import Series, series_of
from compass.history.index import opened, rebuilt
from compass.textsafe import clean_line

DETAILED = 3
"""So many series are shown point by point."""

BARS = "▁▂▃▄▅▆▇█"
MOST_BARS = 24


def command(arguments: argparse.Namespace) -> int:
    """Show the history of the runs in a folder."""
    folder = Path(arguments.folder)
    output = _output(arguments.output)
    steps = dict(_step(one) for one in arguments.step)
    if arguments.rebuild:
        rebuilt(folder).close()
    with opened(folder) as index:
        points = index.points(
            model=arguments.model, dataset=arguments.dataset, metric=arguments.metric
        )
        if not points:
            raise DataError(
                f"none of {index.runs()} runs has such a score",
                where=str(folder),
                hint="loosen --model, --dataset or --metric; runs without a board do not count",
            )
        found = series_of(points, index.clusters, steps=steps)
        runs = index.runs()
    if output is not None:
        _write(output, found, runs)
        print(f"wrote {output}")
    _show(found, runs)
    return 0


def _output(named: str | None) -> Path | None:
    if named is None:
        return None
    if Path(named).suffix not in {".png", ".html", ".json"}:
        raise ConfigError(f"no way to write {named!r}", hint="end the name in .png, .html or .json")
    return Path(named)


def _step(pair: str) -> tuple[str, float]:
    model, _, number = pair.rpartition("=")
    try:
        step = float(number)
    except ValueError:
        step = -1.0
    if not model or not step >= 0:
        raise ConfigError(f"--step needs MODEL=NUMBER, got {pair!r}", hint="--step base=1000")
    return model, step


def _write(output: Path, found: Sequence[Series], runs: int) -> None:
    if output.suffix == ".json":
        document = {"series": [one.to_dict() for one in found]}
        text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        store.write_text(output, text)
        return
    if output.suffix == ".png":
        from compass.history.picture import png

        store.write_bytes(output, png(found))
        return
    from compass.report.course import course_page

    store.write_text(output, course_page(found, runs))


def _show(found: Sequence[Series], runs: int) -> None:
    from rich.console import Console

    console = Console()
    if len(found) <= DETAILED:
        for one in found:
            title = clean_line(f"{one.name} · {one.dataset} · {one.metric}")
            console.print(title, style="bold", markup=False, highlight=False)
            console.print(_points(one))
    else:
        console.print(_overview(found))
    untested = sum(not one.tested for one in found)
    note = "a change is flagged where p < .05, corrected over all places and series"
    if untested:
        note += f"; {untested} of {len(found)} series have too few points to tell"
    console.print(f"{runs} runs; {note}", highlight=False)


def _overview(found: Sequence[Series]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for title in ("model", "dataset", "metric"):
        table.add_column(title, overflow="fold")
    for title in ("points", "first", "last"):
        table.add_column(title, justify="right")
    table.add_column("course")
    table.add_column("changes", overflow="fold")
    for one in found:
        first, last = one.points[0], one.points[-1]
        table.add_row(
            clean_line(one.name), clean_line(one.dataset), clean_line(one.metric),
            str(len(one.points)), _scaled(first.value, first.scale),
            _scaled(last.value, last.scale), _course(one), _changes(one),
        )  # fmt: skip
    return table


def _points(one: Series) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("step" if one.training else "started", justify="right")
    for name in ("score", "95 % interval", "n"):
        table.add_column(name, justify="right")
    table.add_column("change")
    table.add_column("run", overflow="fold")
    marks = {change.at: change for change in one.changes}
    before = None
    for place, (point, step) in enumerate(zip(one.points, one.steps, strict=True)):
        change = marks.get(place)
        said = ""
        if change is not None:
            said = f"{_signed(change.value, point.scale)} (p {_p(change.p)})"
        if before is not None and before != point.version:
            said = " ".join(filter(None, ["another version of the dataset", said]))
        before = point.version
        interval = "-"
        if point.low is not None and point.high is not None:
            low, high = _scaled(point.low, point.scale), _scaled(point.high, point.scale)
            interval = f"{low} to {high}"
        count = "?" if point.n is None else str(point.n)
        table.add_row(
            f"{step:g}" if step is not None else clean_line(point.started[:16]),
            _scaled(point.value, point.scale), interval,
            count + (f" !{point.failed}" if point.failed else ""), said, clean_line(point.run),
        )  # fmt: skip
    return table


def _changes(one: Series) -> str:
    said = []
    for change in one.changes:
        step = one.steps[change.at]
        place = f"{step:g}" if step is not None else one.points[change.at].started[:10]
        said.append(f"{_signed(change.value, one.points[0].scale)} at {clean_line(place)}")
    return ", ".join(said)


def _course(one: Series) -> str:
    """Return the values as a row of bars, the lowest at the bottom."""
    values = [point.value for point in one.points]
    if len(values) > MOST_BARS:
        values = [values[n * (len(values) - 1) // (MOST_BARS - 1)] for n in range(MOST_BARS)]
    low, high = min(values), max(values)
    if high == low:
        return BARS[3] * len(values)
    return "".join(BARS[round((value - low) / (high - low) * (len(BARS) - 1))] for value in values)


def _scaled(value: float, scale: str) -> str:
    return f"{100 * value:.1f}" if scale == "share" else f"{value:.5g}"


def _signed(value: float, scale: str) -> str:
    return ("+" if value > 0 else "") + _scaled(value, scale)


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else f"{value:.3f}".lstrip("0")
