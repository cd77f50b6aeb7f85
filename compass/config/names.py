"""Models, datasets and summarizers by name: found in their folders, without a config file."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, NoReturn

from compass.config.facts import Facts, facts
from compass.config.lazy import variables
from compass.config.places import HOME, shown
from compass.config.sources import parse
from compass.errors import ConfigError, did_you_mean
from compass.schema import abbr_from

Kind = Literal["models", "datasets", "summarizers"]

FOLDERS: Mapping[str, tuple[str, ...]] = {
    "models": ("configs/models", "compass/catalog"),
    "datasets": ("datasets_cfg",),
    "summarizers": ("summarizers",),
}
ENDINGS = {"models": "_models", "datasets": "_datasets", "summarizers": "_summarizer"}
ROWS = frozenset({".jsonl", ".json", ".csv", ".tsv", ".parquet"})
"""Endings of files that may stand for a dataset."""

NAME_LENGTH = 80


@dataclass(frozen=True)
class Entry:
    """A list of models or datasets, or a summarizer, as ``compass list`` shows it."""

    name: str
    """What ``--models``, ``--datasets`` or ``--summarizer`` takes."""

    file: str
    about: str
    """First line of the module's docstring."""

    abbrs: tuple[str, ...] = ()
    error: ConfigError | None = None
    """Why the file cannot be read; the other files are listed all the same."""

    facts: Facts = field(default_factory=Facts)
    """What is known of a list of datasets."""


@dataclass(frozen=True)
class _Module:
    path: Path
    folder: Path
    names: frozenset[str]
    about: str
    error: ConfigError | None = None


def raw_from_names(
    *,
    models: Sequence[str] = (),
    datasets: Sequence[str] = (),
    summarizer: str | None = None,
    hf: Sequence[str] = (),
    name: str | None = None,
) -> dict[str, Any]:
    """Return the plain dict of an experiment that is described by names.

    Raises:
        ConfigError: A name is unknown, or stands for several things.
    """
    chosen = [one for word in models for one in _found("models", word)]
    chosen += [_hf(path) for path in hf]
    if not chosen:
        raise ConfigError(
            "no model is named", where="command line", hint="give --models NAME or --hf PATH"
        )
    asked = [one for word in datasets for one in _dataset(word)]
    if not asked:
        raise ConfigError(
            "no dataset is named", where="command line", hint="give --datasets NAME or a file"
        )
    return {
        "name": name or _name([*models, *hf], datasets),
        "models": _distinct(chosen),
        "datasets": _distinct(asked),
        "summarizer": raw_summarizer(summarizer) if summarizer else {},
    }


def catalogue(kind: Kind, pattern: str | None = None) -> list[Entry]:
    """Return what can be named, sorted; broken files are entries with an error.

    Args:
        kind: ``models``, ``datasets`` or ``summarizers``.
        pattern: Part of a name or abbr, or a pattern with ``*``; None lists everything.
    """
    entries: dict[str, Entry] = {}
    for module in _modules(kind):
        for entry in _entries(kind, module):
            entries.setdefault(entry.name, entry)
    matching = (_matching(entry, pattern) for entry in entries.values())
    return sorted((e for e in matching if e is not None), key=lambda e: e.name)


def _entries(kind: Kind, module: _Module) -> Iterator[Entry]:
    file = shown(module.path)
    if module.error is not None:
        yield Entry(module.path.stem, file, "", error=module.error)
        return
    if not module.names:
        return
    try:
        values = variables(module.path).values
    except ConfigError as error:
        yield Entry(module.path.stem, file, module.about, error=error)
        return
    for name in sorted(module.names):
        members = _members(values.get(name))
        abbrs = tuple(str(one["abbr"]) for one in members)
        known = facts(name, values, members, file) if kind == "datasets" else Facts()
        yield Entry(_short(kind, name, module), file, module.about, abbrs, facts=known)


def _matching(entry: Entry, pattern: str | None) -> Entry | None:
    """Return the entry if it matches, with the abbrs that do unless its name does."""
    if pattern is None or _matches(entry.name, pattern):
        return entry
    abbrs = tuple(abbr for abbr in entry.abbrs if _matches(abbr, pattern))
    return replace(entry, abbrs=abbrs) if abbrs else None


def _matches(text: str, pattern: str) -> bool:
    return pattern in text or fnmatchcase(text, pattern)


def _found(kind: Kind, word: str) -> list[dict[str, Any]]:
    """Return the members of the list of that name, or those whose abbr matches."""
    modules = _modules(kind)
    for name in (word + ENDINGS[kind], word):
        module = _defining(name, modules)
        if module is not None and name.endswith(ENDINGS[kind]):
            return _members(variables(module.path).values.get(name))
    known: dict[str, dict[str, Any]] = {}
    broken: list[ConfigError] = []
    for module in modules:
        for one in _all_members(module, broken):
            known.setdefault(one["abbr"], one)
    found = [one for abbr, one in known.items() if fnmatchcase(abbr, word)]
    if found:
        return found
    names = [_short(kind, name, module) for module in modules for name in module.names]
    return _unknown(kind, word, {*names, *known}, [m.error for m in modules if m.error] + broken)


def _unknown(kind: str, word: str, known: set[str], broken: list[ConfigError]) -> NoReturn:
    hint = did_you_mean(word, known) if known else f"there are no {kind} here"
    if kind == "datasets" and Path(word).suffix in ROWS:
        files = [str(p) for ending in ROWS for p in Path(word).parent.glob(f"*{ending}")]
        hint = f"there is no such file; {did_you_mean(word, files) if files else hint}"
    if broken:
        hint += f"; not readable: {', '.join(sorted({e.where for e in broken}))}"
    there = "there is no" if kind == "summarizer" else "there are no"
    raise ConfigError(f"{there} {kind} called {word!r}", where=f"--{kind}", hint=hint)


def _all_members(module: _Module, broken: list[ConfigError]) -> list[dict[str, Any]]:
    if not module.names:
        return []
    try:
        values = variables(module.path).values
    except ConfigError as error:
        broken.append(error)
        return []
    return [one for name in sorted(module.names) for one in _members(values.get(name))]


def _members(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, dict) and isinstance(one.get("abbr"), str)]


def _dataset(word: str) -> list[dict[str, Any]]:
    path = Path(word).expanduser()
    if path.suffix in ROWS and path.is_file():
        from compass.data.rows import guess

        return [{"abbr": abbr_from(path.stem), **guess(path)}]
    return _found("datasets", word)


def _hf(path: str) -> dict[str, Any]:
    name = abbr_from(path.rstrip("/").rpartition("/")[2])
    return {"abbr": name, "backend": {"type": "compass.models.hf.HF", "path": path}}


def raw_summarizer(word: str) -> dict[str, Any]:
    """Return the summarizer of that name as its file has it.

    Raises:
        ConfigError: There is none.
    """
    modules = _modules("summarizers")
    for module in modules:
        for name in module.names:
            if _short("summarizers", name, module) == word:
                value: dict[str, Any] = variables(module.path).values[name]
                return value
    known = {_short("summarizers", name, module) for module in modules for name in module.names}
    return _unknown("summarizer", word, known, [m.error for m in modules if m.error])


def _short(kind: Kind, name: str, module: _Module) -> str:
    """Return the word that stands for a variable of a module."""
    return module.path.stem if name == "summarizer" else name.removesuffix(ENDINGS[kind])


def _defining(name: str, modules: list[_Module]) -> _Module | None:
    """Return the module that defines a list; an earlier folder hides later ones."""
    defining = [module for module in modules if name in module.names]
    same = [module for module in defining if module.folder == defining[0].folder]
    if len(same) > 1:
        raise ConfigError(
            f"{name!r} is defined twice",
            where=" and ".join(shown(module.path) for module in same),
            hint="rename one of them",
        )
    return defining[0] if defining else None


def _modules(kind: Kind) -> list[_Module]:
    """Return the files of the folders of a kind, as their text shows them."""
    return [
        _module(kind, path, folder)
        for folder in _folders(kind)
        for path in sorted(folder.rglob("*.py"))
        if not path.name.startswith("_")
    ]


def _module(kind: Kind, path: Path, folder: Path) -> _Module:
    try:
        tree = parse(path)
    except ConfigError as error:
        return _Module(path, folder, frozenset(), "", error)
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    names = {name for name in stored if name.endswith(ENDINGS[kind]) and name[0] != "_"}
    if kind == "summarizers":
        names |= stored & {"summarizer"}
    about = (ast.get_docstring(tree) or "").partition("\n")[0]
    return _Module(path, folder, frozenset(names), about)


def _folders(kind: Kind) -> list[Path]:
    folders = [root / name for name in FOLDERS[kind] for root in (Path.cwd(), HOME)]
    package = FOLDERS[kind][-1].partition("/")[0]
    spec = importlib.util.find_spec(package)
    if spec is not None and spec.submodule_search_locations and "/" not in FOLDERS[kind][-1]:
        folders += [Path(place) for place in spec.submodule_search_locations]
    return list(dict.fromkeys(folder.resolve() for folder in folders if folder.is_dir()))


def _distinct(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the members without repeats; different ones of one abbr stay, to be refused."""
    distinct: list[dict[str, Any]] = []
    for one in members:
        if one not in distinct:
            distinct.append(one)
    return distinct


def _name(models: Sequence[str], datasets: Sequence[str]) -> str:
    """Return a name that is the same for the same words, so that a run can be resumed."""
    words = "+".join([*models, *datasets])
    short = ["-".join(abbr_from(Path(word).name) for word in part) for part in (models, datasets)]
    name = "__".join(short)
    if len(name) <= NAME_LENGTH:
        return name
    return f"{name[:NAME_LENGTH]}-{hashlib.sha256(words.encode()).hexdigest()[:8]}"
