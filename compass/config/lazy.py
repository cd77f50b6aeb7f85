"""The one place that runs mmengine, and turns what it gives into plain dicts at once."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from compass.config.places import package_folder, roots_of, shown
from compass.config.sources import Source, is_eager, read_source, refuse_call
from compass.errors import ConfigError, did_you_mean
from compass.schema import keys_at


@dataclass(frozen=True)
class Variables:
    """The variables of a config, and which of them it only uses."""

    values: Mapping[str, Any]
    source: Source

    def meant(self) -> dict[str, Any]:
        """Return what is meant for the experiment, rightly or by a slip.

        Left out are imported classes, loop variables, private names, and what other
        configs bring, unless its name is nearly that of a key.
        """
        keys = keys_at(()) or frozenset()
        leaked: set[str] = set()
        for source in self.source.chain():
            leaked |= source.references() | source.loop_variables()
        own = self.source.assigned()
        for name in self.source.inherited() - own:
            if not get_close_matches(name, keys, cutoff=0.8):
                leaked.add(name)
        return {
            name: value
            for name, value in self.values.items()
            if name in keys or not (name.startswith("_") or name in leaked)
        }


def variables(path: Path) -> Variables:
    """Return the variables of a config file; nothing that it names is imported.

    Raises:
        ConfigError: The file or one of its bases is no config.
    """
    roots = roots_of(path)
    source = read_source(path, roots)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mmengine.config import config as engine
        from mmengine.config import utils

        with _repaired(engine, utils, roots):
            try:
                config = engine.Config.fromfile(
                    str(path), lazy_import=True, import_custom_modules=False
                )
            except Exception as error:  # a config is a program and may raise anything
                raise _in_words(error, source) from error
            values = config.to_dict(keep_imported=True)
    return Variables({name: _plain(value) for name, value in values.items()}, source)


@contextmanager
def _repaired(engine: ModuleType, utils: ModuleType, roots: list[Path]) -> Iterator[None]:
    """Replace what fails: the first asks pkg_resources, the second the place of Python."""
    kept = engine.get_installed_path, utils._is_builtin_module
    engine.get_installed_path = partial(_installed_path, roots=roots)  # type: ignore[attr-defined]
    utils._is_builtin_module = is_eager  # type: ignore[attr-defined]
    try:
        yield
    finally:
        engine.get_installed_path, utils._is_builtin_module = kept  # type: ignore[attr-defined]


def _installed_path(package: str, roots: list[Path]) -> str:
    return str(package_folder(package, roots))


def _plain(value: Any) -> Any:
    """Return builtin dicts and lists; classes of the standard library as dotted names."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if callable(value) and hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    return str(value) if isinstance(value, Path) else value


def _in_words(error: Exception, source: Source) -> ConfigError:
    """Return what a config raised while it ran, with file and line."""
    if isinstance(error, ConfigError):
        return error
    files = {str(one.path.resolve()): one for one in source.chain()}
    path, line = source.path, None
    for frame in traceback.extract_tb(error.__traceback__):
        known = files.get(str(Path(frame.filename).resolve()))
        if known is not None:
            path, line = known.path, frame.lineno
    if isinstance(error, RuntimeError) and not error.args:
        try:
            refuse_call(path, line)
        except ConfigError as refusal:
            return refusal
    if isinstance(error, SyntaxError):
        line = error.lineno
    what = f"{type(error).__name__}: {error}"
    hint = "the config fails when it is run; this is the line"
    text = str(error)
    if isinstance(error, NameError) and error.name:
        what = f"the name {error.name!r} is not defined"
        hint = did_you_mean(error.name, files[str(path.resolve())].names())
    elif isinstance(error, KeyError) and line is None:
        what = f"a base has no {error.args[0]!r}"
        hint = "look at the names that are imported inside `with read_base():`"
    elif "LazyObject" in text or "LazyAttr" in text:
        what = "an imported name is used as a value, but a config only names what it imports"
        hint = "lists and dicts of other configs are imported inside `with read_base():`"
    return ConfigError(what, where=f"{shown(path)}:{line}" if line else shown(path), hint=hint)
