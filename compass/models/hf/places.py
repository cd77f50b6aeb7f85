"""Where the files of a model lie: a local folder, or the hub's cache read by its layout.

Nothing is fetched here and nothing heavy imported: an identity, and so a plan or
a new scoring, needs neither torch nor transformers.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compass.cachefolder import cache_folder
from compass.errors import ConfigError, ModelError

_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")


@dataclass(frozen=True, slots=True)
class Place:
    """A model, tokenizer or adapter as far as it is on this machine."""

    name: str
    """The hub id, or the folder as it was written."""

    folder: Path | None
    """Where its files are; None for a hub model that is not downloaded yet."""

    commit: str | None = None
    """The hub's commit of those files."""

    def json(self, name: str) -> dict[str, Any]:
        """Return a JSON file of the folder, empty if there is none.

        Raises:
            ModelError: It is not a JSON object.
        """
        path = self.folder / name if self.folder else None
        if path is None or not path.is_file():
            return {}
        try:
            value = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise ModelError(f"not JSON: {error}", where=str(path)) from error
        if not isinstance(value, dict):
            raise ModelError("not a JSON object", where=str(path))
        return value

    def text(self, name: str) -> str | None:
        """Return a text file of the folder, None if there is none."""
        path = self.folder / name if self.folder else None
        return path.read_text("utf-8") if path is not None and path.is_file() else None


def find(name: str, revision: str | None = None, needs: str | None = "config.json") -> Place:
    """Return where a model is.

    Args:
        name: A folder, a hub id, or ``cache:NAME`` for weights that Compass has made.
        revision: Branch, tag or commit of a hub model.
        needs: A file that a folder must have.

    Raises:
        ConfigError: There is no such folder, or it is not one of a model.
    """
    made = name.removeprefix("cache:") if name.startswith("cache:") else None
    folder = Path(name).expanduser() if made is None else cache_folder() / made
    if made is not None and not folder.is_dir():
        raise ConfigError(
            f"the weights {made!r} are not made yet",
            where=str(folder),
            hint="python -m compass.catalog.weights",
        )
    if folder.is_dir():
        if needs and not (folder / needs).is_file():
            raise ConfigError(
                f"no {needs} in this folder",
                where=str(folder),
                hint="give the folder that save_pretrained wrote",
            )
        return Place(name, folder)
    if folder.is_absolute() or name.startswith(("~", ".")) or not _HUB_ID.fullmatch(name):
        raise ConfigError(
            f"no model folder {name!r}",
            where=str(folder),
            hint="give a folder with config.json, or a hub id such as 'org/name'",
        )
    return _in_hub_cache(name, revision)


def hub_cache() -> Path:
    """Return the folder in which the hub's client keeps what it downloaded."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(variable):
            return Path(os.environ[variable]).expanduser()
    home = os.environ.get("HF_HOME")
    if home:
        return Path(home).expanduser() / "hub"
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "huggingface" / "hub"


def _in_hub_cache(name: str, revision: str | None) -> Place:
    store = hub_cache() / f"models--{name.replace('/', '--')}"
    reference = store / "refs" / (revision or "main")
    commit = reference.read_text("utf-8").strip() if reference.is_file() else revision
    if commit and (store / "snapshots" / commit / "config.json").is_file():
        return Place(name, store / "snapshots" / commit, commit)
    return Place(name, None)
