"""The leaderboard as data: rows, the tables that show them, holes and failures.

A *row* is a metric of a dataset or group with the score of each model.  A *table* is a
choice of rows and models; a board has at least one.  What is not known is said: a place
without a score is a hole with its reason, and nothing is called best that was not tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from compass.contamination.lights import Assessment, Light
from compass.contamination.split import Split
from compass.records import Score
from compass.stats import Interval

_LONGEST_ERROR = 200


class Part(NamedTuple):
    """What a dataset contributes to the score of a group."""

    dataset: str
    metric: str
    slope: float
    """By how much the group's score moves with this one: its weight in a plain mean."""


class Lead(NamedTuple):
    """Whether the best model of a row is really ahead of every other."""

    model: str
    """The one with the best score."""

    second: str
    """The one with the next best."""

    difference: Interval | None
    """Best minus second on the questions that both answered; None if not tested."""

    p: float | None
    """The largest of its p-values against each other model, adjusted by Holm over the
    tested rows of the board; None if not tested."""

    significant: bool
    reason: str = ""
    """Why it was not tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The order of the models in a row, as far as their paired differences tell it."""

    models: tuple[str, ...]
    """Best first."""

    differences: tuple[tuple[float | None, ...], ...]
    """Model of the line minus model of the column, in the order of ``models``."""

    p_values: tuple[tuple[float | None, ...], ...]
    """Of each pair, adjusted by Holm over all pairs; None where nothing could be tested."""

    ranges: Mapping[str, tuple[int, int]]
    """Best and worst rank a model may have, from 1."""

    tied: tuple[tuple[str, ...], ...]
    """Models that are not told apart, in groups that may overlap."""


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

    normalised: Mapping[str, Score] = field(default_factory=dict)
    """By model, 0 for guessing and 1 for perfect; absent where chance is not known."""

    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    """By model, what the score of a group is made of; empty for a dataset."""

    lead: Lead | None = None
    """None: there are no two models to compare."""

    ranking: Ranking | None = None
    """None: nobody asked for it, or verdicts are not there."""

    lights: Mapping[str, Light] = field(default_factory=dict)
    """By model, ``leak`` or ``doubt``: a contamination check warns of this score."""

    @property
    def scale(self) -> str:
        """``share`` or ``plain``."""
        return next((score.scale for score in self.scores.values()), "share")

    @property
    def best(self) -> str | None:
        """The model that is significantly ahead of every other, if there is one."""
        return self.lead.model if self.lead is not None and self.lead.significant else None


class Hole(NamedTuple):
    """A place without a score."""

    name: str
    model: str
    reason: str


UNASKED = "not asked for"
EMPTY = "it has no members yet"
ELSEWHERE = "stands in the row of version"


def is_meant(reason: str) -> bool:
    """True if a hole is where nothing should be: its reason is no fault."""
    return reason.startswith((UNASKED, EMPTY, ELSEWHERE))


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


class Origin(NamedTuple):
    """Where a column is from."""

    model: str
    """Abbr of the model in its run."""

    run: str
    """Label of the run."""

    root: Path
    """The run folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Some rows and models of a board under one title."""

    title: str = ""
    places: tuple[int, ...]
    """Of its rows among those of the board, in the order shown."""

    models: tuple[str, ...]
    """Its columns."""

    scale: str = "plain"
    """``plain``: 0..100; ``chance``: 0 is guessing, 100 is perfect."""

    transposed: bool = False
    """True: a line for each model, a column for each row."""

    ranked: int | None = None
    """Place of the row its models are ranked by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything a reader of the results needs."""

    title: str = ""
    models: tuple[str, ...]
    rows: tuple[Row, ...]
    holes: tuple[Hole, ...] = ()
    failures: tuple[Failure, ...] = ()
    tables: tuple[Table, ...] = ()
    families: Mapping[str, str] = field(default_factory=dict)
    """Label of the family of a model; models without one are absent."""

    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Run and abbr behind each column, where they are known."""

    notes: tuple[str, ...] = ()
    """What a reader must know before comparing numbers."""

    assessments: tuple[Assessment, ...] = ()
    """What contamination checks found, with the columns of the board for models."""

    clean: tuple[Split, ...] = ()
    """Scores on clean and on contaminated questions, with the columns for models."""

    @property
    def shown(self) -> list[Row]:
        """The rows for people; files for programs hold all of them."""
        return [row for row in self.rows if row.shown]

    def rows_of(self, table: Table) -> list[Row]:
        """Return the rows of a table, in its order."""
        return [self.rows[place] for place in table.places]
