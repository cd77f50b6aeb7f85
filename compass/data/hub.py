"""Datasets of the Hugging Face hub, or a local copy of one, by the ``datasets`` package.

A local copy is a folder as the hub has it (``main/test-00000-of-00001.parquet``), as
``save_to_disk`` writes it, or of ``test.jsonl`` and the like; it is read in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from compass.data.columnar import table_rows
from compass.data.columns import Columns
from compass.data.files import SUFFIXES, Row
from compass.data.folders import Files
from compass.data.rowsets import Where
from compass.data.source import Mapped, Rowset, Source
from compass.errors import ConfigError, DataError
from compass.records import Sample
from compass.specs import Component, fingerprint


class Hub(Source):
    """Samples out of a dataset of the hub.

    Args:
        path: Name on the hub, such as ``openai/gsm8k``, or a local folder.
        name: Configuration of the dataset, such as ``main``.
        split: Split that is asked.
        revision: Commit, tag or branch; the newest by default.
        row: Function that makes a sample of a row, or its dotted path; columns by default.
        question: Column of the question, where there is no ``row``; so for the next three.
        choices: Column that holds the list of options, or a column for each option.
        answer: Column of the answer, see `Rows`.
        id: Column of ids.
        base: Number of the first option where answers are numbers.
        shot_split: Split of the few-shot pool.
        where: Keep only rows with these values.
    """

    def __init__(  # noqa: PLR0913  one argument for each thing a dataset may hold
        self,
        path: str,
        name: str | None = None,
        split: str = "test",
        revision: str | None = None,
        row: Callable[[dict[str, Any]], Sample] | str | None = None,
        *,
        question: str = "question",
        choices: str | Sequence[str] | None = None,
        answer: str | None = None,
        id: str | None = None,  # noqa: A002  the name users look for
        base: int = 0,
        shot_split: str | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> None:
        mapped: Mapped
        if row is None:
            mapped = Columns(question=question, choices=choices, answer=answer, id=id, base=base)
        else:
            mapped = Component(row).resolve() if isinstance(row, str) else row
            if not callable(mapped):
                raise ConfigError(f"row is {row!r}, which is no function")
        rows = hub_rows(path, name, split, revision)
        shots = (
            None
            if shot_split is None
            else hub_rows(path, name, shot_split, revision, folder_only=True)
        )
        if where is not None:
            rows, shots = Where(rows, where), None if shots is None else Where(shots, where)
        super().__init__(rows, mapped, shots)


def hub_rows(
    path: str,
    name: str | None,
    split: str,
    revision: str | None = None,
    *,
    folder_only: bool = False,
) -> Rowset:
    """Return the rows of a split: of local files if ``path`` is a path, else of the hub."""
    if is_local(path):
        return Files(path, split, name, folder_only=folder_only)
    return HubRows(path, name, split, revision)


def is_local(path: str) -> bool:
    """Return whether a path cannot be a name on the hub, or is there on disk."""
    return (
        path.startswith((".", "/", "~"))
        or path.count("/") > 1
        or path.endswith(SUFFIXES)
        or Path(path).exists()
    )


class HubRows:
    """The rows of one split of a dataset of the hub.  Nothing is fetched before it is wanted."""

    def __init__(self, path: str, name: str | None, split: str, revision: str | None) -> None:
        self.path = path
        self.name = name
        self.split = split
        self.revision = revision
        self._dataset: Any = None

    def rows(self) -> Iterator[Row]:
        """Yield the rows."""
        named = "/".join([self.path, *([self.name] if self.name else []), self.split])
        for row in table_rows(self._loaded(), named):
            yield Row(*row)

    def digest(self) -> str:
        """Return a hash of the commits and files the rows were made of."""
        info = self._loaded().info
        sources = sorted((info.download_checksums or {}).keys())
        made_of = sources or [self.revision, self._loaded().num_rows]
        return fingerprint(self.path, self.name, self.split, made_of)

    def describe(self) -> dict[str, Any]:
        """Return name, split and the commit asked for."""
        described = {"files": [], "hub": self.path, "split": self.split}
        named = {"name": self.name, "revision": self.revision}
        return {**described, **{k: v for k, v in named.items() if v is not None}}

    def _loaded(self) -> Any:
        if self._dataset is None:
            self._dataset = _load(self.path, self.name, self.split, self.revision)
        return self._dataset


def _load(path: str, name: str | None, split: str, revision: str | None) -> Any:
    try:
        from datasets import load_dataset
        from datasets.exceptions import DatasetsError
    except ImportError as error:
        raise DataError(
            "reading from the hub needs the package datasets", hint="pip install datasets"
        ) from error
    from huggingface_hub.errors import HfHubHTTPError

    where = " ".join([path, *([name] if name else []), f"split {split!r}"])
    try:
        return load_dataset(path, name, split=split, revision=revision)
    except (OSError, ValueError, RuntimeError, DatasetsError, HfHubHTTPError) as error:
        what = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            f"cannot load {path!r} from the hub: {what[:300]}", where=where, hint=_hint(error)
        ) from error


def _hint(error: Exception) -> str:
    """Return what helps against a failure to load."""
    text = str(error)
    if "scripts are no longer supported" in text:
        return "convert it to parquet once, and name the folder of the files by path="
    if isinstance(error, ValueError) or "gated" in text:
        return "check name, split and revision; for a gated dataset: hf auth login"
    if "Offline" in text:
        return "HF_HUB_OFFLINE is set: unset it, or name a local copy by path="
    return "without a network, name a local copy by path=, or set COMPASS_DATA to its folder"
