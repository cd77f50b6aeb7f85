"""From scores and a summarizer to the rows and tables of a leaderboard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from compass.board.cells import Cell
from compass.board.chance import levelled, normalised
from compass.board.groups import Group, Summed, groups_of, leaves_of, summed, version_of
from compass.board.layout import Wanted, grouped_by_family, layout
from compass.board.table import ELSEWHERE, UNASKED, Board, Failure, Hole, Origin, Row, Table
from compass.records import Score

_NAMED = 5


@dataclass(slots=True)
class _Sources:
    """What a board is made from."""

    models: tuple[str, ...]
    datasets: tuple[str, ...]
    groups: dict[str, Group]
    versions: Mapping[str, str]
    unasked: frozenset[tuple[str, str]]
    reasons: dict[tuple[str, str], str]
    by_model: dict[str, dict[str, Cell]]
    by_dataset: dict[str, dict[str, Cell]]
    above: dict[str, dict[str, Cell]]
    """Cells by model with scores normalised to chance, where it is known."""

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
    origins: Mapping[str, Origin] | None = None,
    title: str = "",
) -> Board:
    """Return the leaderboard.

    Rows and tables follow the summarizer, see `compass.board.layout`.  Without one there
    is a single table: rows follow ``datasets``, each group after the last of its members.
    People are shown the headline metric of a dataset, and any other that the summarizer
    asks for by ``[abbr, metric]``.

    Scores of different versions of a dataset are never in one row, and neither are groups
    of them.

    Args:
        cells: The scores there are.
        summarizer: As `compass.schema.summarizer` describes it; every key is optional.
        models: Columns, in the order of the config.
        datasets: Abbrs, in the order of the config.
        failures: Jobs that failed; they explain holes.
        combinations: Pairs of model and dataset that were asked for; None means all.
        versions: Version of each dataset now; scores of another one are not shown.
        origins: Run and abbr behind each column.
        title: What the board is of.
    """
    failed = tuple(failures)
    families = grouped_by_family(models, summarizer, origins or {})
    sources = _sources(cells, summarizer, tuple(families), tuple(datasets), versions or {})
    asked = None if combinations is None else set(combinations)
    if asked is not None:
        pairs = ((model, dataset) for model in models for dataset in datasets)
        sources.unasked = frozenset(pair for pair in pairs if pair not in asked)
    for one in reversed(failed):
        sources.reasons[one.model, one.dataset] = one.brief
    wanted = layout(summarizer, sources.datasets, sources.groups)
    rows: list[Row] = []
    answers: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for row, metrics in _rows(sources, wanted):
        for metric in metrics:
            answers[row.name, metric].append(len(rows))
        rows.append(row)
    return Board(
        title=title,
        models=sources.models,
        rows=tuple(rows),
        holes=tuple(sources.holes),
        failures=failed,
        tables=tuple(_tables(rows, answers, wanted, sources.models, origins or {})),
        families={model: label for model, label in families.items() if label},
        origins=dict(origins or {}),
        notes=tuple(_notes(rows)),
    )


def _sources(
    cells: Iterable[Cell],
    summarizer: Mapping[str, Any],
    models: tuple[str, ...],
    datasets: tuple[str, ...],
    versions: Mapping[str, str],
) -> _Sources:
    sources = _Sources(
        models=models,
        datasets=datasets,
        groups=groups_of(summarizer),
        versions=versions,
        unasked=frozenset(),
        reasons={},
        by_model={model: {} for model in models},
        by_dataset=defaultdict(dict),
        above=defaultdict(dict),
    )
    chances = summarizer.get("chance") or {}
    for cell in cells:
        if cell.version != versions.get(cell.dataset, cell.version):
            reason = "scored before the dataset was changed"
            sources.reasons[cell.model, cell.dataset] = reason
        elif cell.model in sources.by_model:
            known = levelled(cell, chances)
            sources.by_model[cell.model][cell.dataset] = known
            sources.by_dataset[cell.dataset][cell.model] = known
            above = tuple(one for one in map(normalised, known.scores) if one is not None)
            if above:
                sources.above[cell.model][cell.dataset] = replace(known, scores=above)
    return sources


def _rows(sources: _Sources, wanted: Sequence[Wanted]) -> Iterator[tuple[Row, set[str | None]]]:
    """Yield every row with the metrics under which tables ask for it.

    Those of the tables come in their order, then what no table shows.
    """
    metrics: dict[str, dict[str | None, None]] = {}
    for table in wanted:
        for name, metric in table.rows:
            metrics.setdefault(name, {})[metric] = None
    hidden = [name for name in (*sources.datasets, *sources.groups) if name not in metrics]
    for name in [*metrics, *hidden]:
        if name in sources.datasets:
            yield from _dataset_rows(sources, name, set(metrics.get(name, ())))
        elif name in metrics or _is_reached(sources, name):
            for metric in metrics.get(name, {None: None}):
                group = sources.groups[name]
                group = replace(group, metric=metric) if metric else group
                for row in _group_rows(sources, group, shown=name in metrics):
                    yield row, {metric} if row.shown else set()


def _is_reached(sources: _Sources, name: str) -> bool:
    leaves = leaves_of(sources.groups[name], sources.groups)
    return any(leaf in sources.by_dataset for leaf in leaves)


def _tables(
    rows: Sequence[Row],
    answers: Mapping[tuple[str, str | None], Sequence[int]],
    wanted: Sequence[Wanted],
    board_models: Sequence[str],
    origins: Mapping[str, Origin],
) -> Iterator[Table]:
    """Yield the tables with the places of their rows."""
    for one in wanted:
        places = tuple(dict.fromkeys(p for asked in one.rows for p in answers.get(asked, ())))
        yield Table(
            title=one.title,
            places=places,
            models=one.columns(board_models, origins),
            scale=one.scale,
            transposed=one.transposed,
            ranked=_ranked(rows, places, one.ranked),
        )


def _ranked(rows: Sequence[Row], places: Sequence[int], name: str | None) -> int | None:
    """Return the row by which models are ranked: the named, the first group, the only one."""
    if name is not None:
        found = [place for place in places if rows[place].name == name]
    else:
        found = [place for place in places if rows[place].group]
        found = found or (list(places) if len(places) == 1 else [])
    return found[0] if found else None


def _dataset_rows(
    sources: _Sources, dataset: str, asked: set[str | None]
) -> Iterator[tuple[Row, set[str | None]]]:
    """Yield a row for each metric, version and mode of a dataset, the headline first."""
    found = sources.by_dataset.get(dataset, {})
    cells = {model: found[model] for model in sources.models if model in found}
    for model in sources.models:
        if model not in cells:
            pair = model, dataset
            why = UNASKED if pair in sources.unasked else "not scored"
            sources.holes.append(Hole(dataset, model, sources.reasons.get(pair, why)))
    if not cells:
        version = sources.versions.get(dataset, "")
        row = Row(name=dataset, version=version, metric="", mode="", scores={}, shown=bool(asked))
        yield row, asked
        return
    headlines = {cell.scores[0].metric for cell in cells.values() if cell.scores}
    seen: dict[tuple[str, str, str], dict[str, Score]] = {}
    for model, cell in cells.items():
        for score in cell.scores:
            seen.setdefault((score.metric, cell.version, cell.mode), {})[model] = score
    above = {
        (model, score.metric): score
        for model in cells
        if dataset in sources.above.get(model, ())
        for score in sources.above[model][dataset].scores
    }
    for (metric, version, mode), scores in seen.items():
        headline = metric in headlines or any(score.beside for score in scores.values())
        answered = {m for m in asked if m == metric or (m is None and headline)}
        row = Row(
            name=dataset,
            version=version,
            metric=metric,
            mode=mode,
            scores=scores,
            shown=bool(answered),
            normalised={m: above[m, metric] for m in scores if (m, metric) in above},
        )
        yield row, answered
        if answered:
            sources.holes += _gaps(sources, cells, dataset, metric, scores)
    there = list(dict.fromkeys(metric for metric, _, _ in seen))
    for lacking in sorted(metric for metric in asked if metric and metric not in there):
        reason = f"has no metric {lacking!r}, only {listed(there)}"
        sources.holes += [Hole(dataset, model, reason) for model in cells]
        yield Row(name=dataset, version="", metric=lacking, mode="", scores={}), {lacking}


def _gaps(
    sources: _Sources,
    cells: Mapping[str, Cell],
    dataset: str,
    metric: str,
    scores: Mapping[str, Score],
) -> Iterator[Hole]:
    """Yield what is missing from the row of a metric, of models that were scored."""
    for model, cell in cells.items():
        score = scores.get(model)
        if score is None:
            there = any(one.metric == metric for one in cell.scores)
            reason = f"{ELSEWHERE} {cell.version}" if there else f"has no metric {metric!r}"
            yield Hole(dataset, model, reason)
        elif score.value is None:
            reason = f"none of {score.failed} questions could be judged"
            yield Hole(dataset, model, sources.reasons.get((model, dataset), reason))


def _group_rows(sources: _Sources, group: Group, shown: bool) -> Iterator[Row]:
    """Yield a row for each set of versions that the members of a group have."""
    leaves = leaves_of(group, sources.groups)
    results: dict[tuple[str, ...], dict[str, Summed]] = {}
    for model in sources.models:
        mine = sources.by_model[model]
        result = summed(group, sources.groups, mine)
        if result.score is not None:
            versions = tuple(mine[leaf].version if leaf in mine else "" for leaf in leaves)
            results.setdefault(versions, {})[model] = result
        elif shown:
            sources.holes.append(Hole(group.name, model, result.reason))
    known = {d: next(iter(cells.values())).version for d, cells in sources.by_dataset.items()}
    for versions, found in (results or {(): {}}).items():
        of_leaves = {**known, **sources.versions, **dict(zip(leaves, versions, strict=False))}
        scores = {model: one.score for model, one in found.items() if one.score is not None}
        metrics = {score.metric for score in scores.values()}
        modes = {mode for one in found.values() for mode in one.modes}
        above = ((model, summed(group, sources.groups, sources.above.get(model, {})))
                 for model in found)  # fmt: skip
        yield Row(
            name=group.name,
            version=version_of(group, sources.groups, of_leaves),
            metric=metrics.pop() if len(metrics) == 1 else ("mean" if metrics else ""),
            mode=modes.pop() if len(modes) == 1 else ("mixed" if modes else ""),
            scores=scores,
            group=True,
            shown=shown,
            normalised={model: one.score for model, one in above if one.score is not None},
            parts={model: one.parts for model, one in found.items()},
        )


def _notes(rows: Iterable[Row]) -> Iterator[str]:
    """Yield what forbids comparing numbers that stand near each other."""
    by_row: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.shown and row.scores:
            by_row[row.name, row.metric].append(row)
    told: set[str] = set()
    for (name, _), same in by_row.items():
        if name in told:
            continue
        if len(same) > 1:
            told.add(name)
            parts = "; ".join(f"{row.version} {row.mode}: {listed(row.scores)}" for row in same)
            yield f"{name} is there in {len(same)} versions, not to be compared: {parts}"
        elif not same[0].group and (uneven := _uneven(same[0])):
            told.add(name)
            yield uneven


def _uneven(row: Row) -> str:
    """Return a line if models were asked different numbers of questions."""
    sizes: dict[int, list[str]] = defaultdict(list)
    for model, score in row.scores.items():
        if score.n is not None:
            sizes[score.n + score.failed].append(model)
    if len(sizes) < 2:
        return ""
    parts = "; ".join(f"{size}: {listed(models)}" for size, models in sorted(sizes.items()))
    return f"{row.name} was asked in different numbers of questions: {parts}"


def listed(names: Iterable[str]) -> str:
    """Return the first of some names, and how many more there are."""
    known = list(dict.fromkeys(names))
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return ", ".join(known[:_NAMED]) + more
