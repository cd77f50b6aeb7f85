"""Where config files and the folders they import from are found."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path

from compass.errors import ConfigError, did_you_mean

HOME = Path(__file__).resolve().parents[2]
"""The folder that holds the package: the project root, or site-packages."""


def roots_of(path: Path | None) -> list[Path]:
    """Return the folders in which the absolute imports of a config are looked up.

    First the one above the config's own package, then the current one, then ours.
    """
    roots = [Path.cwd(), HOME]
    if path is not None:
        own = path.resolve().parent
        while (own / "__init__.py").is_file() and own != own.parent:
            own = own.parent
        roots.insert(0, own)
    return list(dict.fromkeys(roots))


def shown(path: Path) -> str:
    """Return a path as a message shows it: relative if it lies in the current folder."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return str(path)


def package_folder(package: str, roots: Iterable[Path]) -> Path:
    """Return the folder of a top-level package without importing it.

    Raises:
        ConfigError: There is none, or it is no package.
    """
    bare: Path | None = None
    for root in roots:
        folder = root / package
        if (folder / "__init__.py").is_file():
            return folder
        if bare is None and folder.is_dir():
            bare = folder
    installed = _installed(package)
    if installed is not None:
        return installed
    if bare is not None:
        raise ConfigError(
            f"the folder {shown(bare)} is no package",
            hint=f"add an empty file {shown(bare / '__init__.py')}",
        )
    known = {p.parent.name for root in roots for p in root.glob("*/__init__.py")}
    hint = did_you_mean(package, known)
    if package == "configs":
        hint = "model entries of the installed package: from compass.catalog.NAME import ..."
    raise ConfigError(f"there is no package {package!r}", hint=hint)


def _installed(package: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def module_file(module: str, level: int, importer: Path, roots: Iterable[Path]) -> Path:
    """Return the file of a base: of ``module``, with ``level`` dots before it.

    Raises:
        ConfigError: There is no such file; near names are suggested.
    """
    parts = module.split(".")
    if level:
        folder = importer.parent.joinpath(*[".."] * (level - 1))
    elif len(parts) == 1:
        raise ConfigError(
            f"{module!r} is no config file",
            hint=f"name a file in it: from {module}.NAME import ...",
        )
    else:
        folder = package_folder(parts[0], roots)
        parts = parts[1:]
    file = folder.joinpath(*parts).with_name(f"{parts[-1]}.py")
    if file.is_file():
        return file
    dotted = "." * level + module
    if file.with_suffix("").is_dir():
        names = sorted(p.stem for p in file.with_suffix("").glob("*.py") if p.stem != "__init__")
        raise ConfigError(
            f"{dotted!r} is a folder, not a config file",
            hint=f"name a file in it: {', '.join(names[:12])}",
        )
    raise ConfigError(f"there is no config file {dotted!r}", hint=_near(folder, parts))


def _near(folder: Path, parts: list[str]) -> str:
    """Return the nearest name at the first part of the way that does not exist."""
    for part in parts[:-1]:
        if not (folder / part).is_dir():
            return did_you_mean(part, [p.name for p in folder.glob("*/")]) or ""
        folder = folder / part
    known = [p.stem for p in folder.glob("*.py") if p.stem != "__init__"]
    return did_you_mean(parts[-1], known) if known else f"{shown(folder)} has no config files"
