"""What a run folder holds of one model, for the methods to read, and what they made of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from compass import store
from compass.answers import Answers
from compass.contamination.finding import Finding
from compass.contamination.lights import Assessment, Light, Weighed
from compass.errors import StoreError
from compass.plan import Job
from compass.records import Prediction, Verdict, record_from_dict
from compass.runfolder import RunFolder


class Stored:
    """Verdicts and answers of one model.

    Args:
        folder: The run.
        model: Abbr of the model.
    """

    def __init__(self, folder: RunFolder, model: str) -> None:
        self.folder = folder
        self.model = model

    def of(self, model: str) -> Stored:
        """Return what the run holds of another model."""
        return Stored(self.folder, model)

    def verdicts(self, dataset: str) -> Iterator[Verdict]:
        """Yield what the evaluator made of each answer; nothing if it was not scored."""
        job = Job(kind="score", model=self.model, dataset=dataset, fingerprint="")
        for row in store.read_rows(self.folder.verdicts(job)):
            yield record_from_dict(Verdict, row)

    def predictions(self, dataset: str) -> Iterator[tuple[Verdict, Prediction]]:
        """Yield each verdict with the stored answer it is about."""
        with contextlib.closing(Answers(self.folder.all_rows(self.model, dataset))) as answers:
            for verdict in self.verdicts(dataset):
                prediction = answers.get(verdict.key)
                if prediction is not None:
                    yield verdict, prediction


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What the checks of a run came to."""

    assessments: tuple[Assessment, ...] = ()
    methods: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What each method says of itself, by its name."""


def stored_checks(root: Path) -> Checks:
    """Return what the checks of a run made of it, nothing where its config has none.

    What an earlier config of the same run left behind is nothing, too.

    Raises:
        StoreError: The file holds something else.
    """
    folder = RunFolder(root)
    config = store.read_document(folder.config)
    document = store.read_document(folder.leaks)
    if document is None or (isinstance(config, dict) and not config.get("contamination")):
        return Checks()
    try:
        return Checks(
            assessments=tuple(_assessment(one) for one in document["assessments"]),
            methods={
                str(name): {str(key): str(said) for key, said in about.items()}
                for name, about in document.get("methods", {}).items()
            },
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"these are no findings of checks: {type(error).__name__}: {error}",
            where=str(folder.leaks),
            hint="delete the file; run again with -r to make the checks anew",
        ) from error


def _assessment(row: Mapping[str, Any]) -> Assessment:
    if row["light"] not in get_args(Light):
        raise ValueError(f"{row['light']!r} is no light")
    return Assessment(
        model=str(row["model"]),
        dataset=str(row["dataset"]),
        light=row["light"],
        words=str(row["words"]),
        weighed=tuple(
            Weighed(
                finding=record_from_dict(Finding, one),
                adjusted=one["adjusted"],
                seen_from=one["seen_from"],
                effect=one["assumed_effect"],
            )
            for one in row.get("findings", ())
        ),
    )
