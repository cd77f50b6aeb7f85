"""What a run folder holds of one model, for the methods to read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from compass import store
from compass.answers import Answers
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
