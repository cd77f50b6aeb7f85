"""The leaderboard as data: rows, holes and failures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from compass.board.cells import Cell
from compass.board.groups import Group, Summed, groups_of, leaves_of, summed, version_of
from compass.records import Score

_LONGEST_ERROR = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the board: a metric of a dataset or of a group."""

    name: str
    """Of the dataset or group."""

    version: str
    metric: str
    mode: str
    scores: Mapping[str, Score]
    """By model; models without a score are absent."""

    group: bool = False
    shown: bool = True
    """False: only in the files that hold everything."""

    @property
    def scale(self) -> str:
        """``share`` or ``plain``."""
        return next((score.scale for score in self.scores.values()), "share")


class Hole(NamedTuple):
    """A place without a score."""

    name: str
    model: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A job that did not do all it should."""

    job: str
    model: str
    dataset: str
    count: int = 0
    """Questions without an answer; 0 if that is not known."""

    first_error: str
    log: str = ""

    @property
    def brief(self) -> str:
        """The first line of the error, and no more of it than a table can take."""
        line = next(iter(self.first_error.strip().splitlines()), "")
        return line if len(line) <= _LONGEST_ERROR else line[:_LONGEST_ERROR] + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything a reader of the results needs."""

    title: str = ""
    models: tuple[str, ...]
    rows: tuple[Row, ...]
    holes: tuple[Hole, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def shown(self) -> list[Row]:
        """The rows for people; files for programs hold all of them."""
        return [row for row in self.rows if row.shown]


@dataclass(slots=True)
class _Sources:
    """What a board is made from."""

    cells: dict[tuple[str, str], Cell]
    models: tuple[str, ...]
    datasets: tuple[str, ...]
    groups: dict[str, Group]
    reasons: Mapping[tuple[str, str], str]
    versions: Mapping[str, str]
    unasked: frozenset[tuple[str, str]]
    holes: list[Hole] = field(default_factory=list)


def board(
    cells: Iterable[Cell],
    summarizer: Mapping[str, Any],
    models: Sequence[str],
    datasets: Sequence[str],
    *,
    failures: Iterable[Failure] = (),
    combinations: Iterable[tuple[str, str]] | None = None,
    versions: Mapping[str, str] | None = None,
    title: str = "",
) -> Board:
    """Return the leaderboard.

    Rows follow the summarizer's ``datasets`` where it gives them; what it names and
    this run lacks is left out, what it does not name comes after, unless a group that
    is shown holds it.  Without them rows follow ``datasets``, each group after the
    last of its members.  People are shown the headline metric of a dataset, and any
    other that the summarizer asks for by ``[abbr, metric]``.

    Args:
        cells: The scores there are.
        summarizer: ``groups`` (see `compass.board.groups.groups_of`), ``datasets`` and
            ``models`` (orders), all optional.
        models: Abbrs, in the order of the config.
        datasets: Abbrs, in the order of the config.
        failures: Jobs that failed; they explain holes.
        combinations: Pairs of model and dataset that were asked for; None means all.
        versions: Version of each dataset now; scores of another one are not shown.
        title: What the board is of.
    """
    failed = tuple(failures)
    asked = None if combinations is None else set(combinations)
    pairs = [(model, dataset) for model in models for dataset in datasets]
    expected = versions or {}
    sources = _Sources(
        cells={},
        models=_ordered(models, summarizer.get("models", ())),
        datasets=tuple(datasets),
        groups=groups_of(summarizer),
        reasons={},
        versions=expected,
        unasked=frozenset(pair for pair in pairs if asked is not None and pair not in asked),
    )
    reasons = {(one.model, one.dataset): one.brief for one in reversed(failed)}
    for cell in cells:
        pair = cell.model, cell.dataset
        if cell.version == expected.get(cell.dataset, cell.version):
            sources.cells[pair] = cell
        else:
            reasons.setdefault(pair, "scored before the dataset was changed")
    sources.reasons = reasons
    rows = tuple(_rows(sources, summarizer.get("datasets") or ()))
    return Board(
        title=title,
        models=sources.models,
        rows=rows,
        holes=tuple(sources.holes),
        failures=failed,
    )


def _ordered(names: Sequence[str], first: Iterable[str]) -> tuple[str, ...]:
    """Return ``names`` with those of ``first`` in front."""
    return tuple(dict.fromkeys([*(name for name in first if name in names), *names]))


def _rows(sources: _Sources, wanted: Sequence[Any]) -> Iterator[Row]:
    """Yield the rows in order, noting holes on the way."""
    groups = {
        name: group
        for name, group in sources.groups.items()
        if name not in sources.datasets
        and any(leaf in sources.datasets for leaf in leaves_of(group, sources.groups))
    }
    asked: dict[str, set[str | None]] = {}
    for one in wanted:
        name, metric = (one, None) if isinstance(one, str) else one
        if name in sources.datasets or name in groups:
            asked.setdefault(name, set()).add(metric)
    order = list(asked) if asked else []
    held = {leaf for name in asked if name in groups
            for leaf in leaves_of(groups[name], sources.groups)}  # fmt: skip
    order += _config_order(
        [name for name in sources.datasets if name not in asked],
        [group for name, group in groups.items() if name not in asked],
        sources.groups,
        done=set(asked),
    )
    for name in order:
        if name in groups:
            # Groups that nobody asked for by name are shown if there is no order to keep.
            yield _group_row(sources, groups[name], shown=not asked or name in asked)
        else:
            metrics = asked.get(name) or ({None} if name not in held else set())
            yield from _dataset_rows(sources, name, metrics)


def _config_order(
    datasets: Sequence[str], groups: Sequence[Group], known: Mapping[str, Group], done: set[str]
) -> list[str]:
    """Return datasets in order, each group after the last of its members."""
    order: list[str] = []
    waiting = [(group.name, set(leaves_of(group, known)) & set(datasets)) for group in groups]
    for dataset in ["", *datasets]:
        if dataset:
            order.append(dataset)
        for name, leaves in list(waiting):
            if leaves <= {*order, *done}:
                order.append(name)
                waiting.remove((name, leaves))
    return order


def _dataset_rows(sources: _Sources, dataset: str, metrics: Iterable[str | None]) -> Iterator[Row]:
    """Yield a row for each metric of a dataset, the headline first."""
    cells = {
        model: sources.cells[model, dataset]
        for model in sources.models
        if (model, dataset) in sources.cells
    }
    for model in sources.models:
        if model not in cells:
            pair = model, dataset
            why = "not asked for" if pair in sources.unasked else "not scored"
            sources.holes.append(Hole(dataset, model, sources.reasons.get(pair, why)))
    wanted = set(metrics)
    if not cells:
        version = sources.versions.get(dataset, "")
        yield Row(name=dataset, version=version, metric="", mode="", scores={}, shown=bool(wanted))
        return
    headlines = {cell.scores[0].metric for cell in cells.values() if cell.scores}
    seen: dict[tuple[str, str, str], dict[str, Score]] = {}
    for model, cell in cells.items():
        for score in cell.scores:
            seen.setdefault((score.metric, cell.version, cell.mode), {})[model] = score
    for (metric, version, mode), scores in seen.items():
        beside = any(score.beside for score in scores.values())
        shown = metric in wanted or (None in wanted and (beside or metric in headlines))
        yield Row(
            name=dataset, version=version, metric=metric, mode=mode, scores=scores, shown=shown
        )
        if shown:
            sources.holes += _gaps(sources, cells, dataset, scores)


def _gaps(
    sources: _Sources, cells: Mapping[str, Cell], dataset: str, scores: Mapping[str, Score]
) -> Iterator[Hole]:
    """Yield what is missing from the row of a metric, of models that were scored."""
    for model, cell in cells.items():
        score = scores.get(model)
        if score is None:
            yield Hole(dataset, model, f"has no such metric in version {cell.version}")
        elif score.value is None:
            reason = f"none of {score.failed} questions could be judged"
            yield Hole(dataset, model, sources.reasons.get((model, dataset), reason))


def _group_row(sources: _Sources, group: Group, shown: bool) -> Row:
    scores: dict[str, Score] = {}
    modes: set[str] = set()
    for model in sources.models:
        mine = {d: cell for (m, d), cell in sources.cells.items() if m == model}
        result: Summed = summed(group, sources.groups, mine)
        if result.score is None:
            if shown:
                sources.holes.append(Hole(group.name, model, result.reason))
        else:
            scores[model] = result.score
            modes |= result.modes
    metrics = {score.metric for score in scores.values()}
    versions = {cell.dataset: cell.version for cell in sources.cells.values()}
    return Row(
        name=group.name,
        version=version_of(group, sources.groups, {**versions, **sources.versions}),
        metric=metrics.pop() if len(metrics) == 1 else ("mean" if metrics else ""),
        mode=modes.pop() if len(modes) == 1 else ("mixed" if modes else ""),
        scores=scores,
        group=True,
        shown=shown,
    )
