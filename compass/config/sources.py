"""A look at a config and its bases before they are run, so that slips are said in words.

mmengine reports most of these with an empty or misleading error, or not at all.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from compass.config.places import module_file, shown
from compass.errors import ConfigError, did_you_mean

DYNAMIC = frozenset({"locals", "globals", "vars", "exec", "setattr"})
"""Calls after which nobody can tell from the text which names a file defines."""

RESERVED = frozenset({"filename", "text", "pretty_text", "env_variables"})
"""Names that mmengine keeps for itself."""

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
SCOPES = (*FUNCTIONS, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Source:
    """A parsed config file."""

    path: Path
    tree: ast.Module
    bases: tuple[tuple[ast.ImportFrom, Source], ...]
    """What ``with read_base():`` imports, and the files it comes from."""

    def chain(self) -> Iterator[Source]:
        """Yield this file and all files below it."""
        yield self
        for _, base in self.bases:
            yield from base.chain()

    def references(self) -> set[str]:
        """Return the names of what is imported as it is: classes, functions, modules."""
        inherited = {id(node) for node, _ in self.bases}
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)) and id(node) not in inherited:
                found |= {bound_name(alias) for alias in node.names}
        return found

    def loop_variables(self) -> set[str]:
        """Return the names that loops leave behind."""
        targets = [
            node.target
            for node in ast.walk(self.tree)
            if isinstance(node, (ast.For, ast.NamedExpr))
        ]
        return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}

    def assigned(self) -> set[str]:
        """Return the names that are bound at the top level of the file."""
        return {
            node.id
            for node in _top_level(self.tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }

    def inherited(self) -> set[str]:
        """Return the names that bases bring."""
        found: set[str] = set()
        for node, base in self.bases:
            for alias in node.names:
                found |= base.names() if alias.name == "*" else {bound_name(alias)}
        return found

    def names(self) -> set[str]:
        """Return all names that the file has."""
        return self.assigned() | self.inherited() | self.references()

    def is_dynamic(self) -> bool:
        """Return whether it may have names that its text does not show."""
        return any(
            isinstance(node, ast.Name) and node.id in DYNAMIC
            for source in self.chain()
            for node in ast.walk(source.tree)
        )


def bound_name(alias: ast.alias) -> str:
    """Return the name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def read_source(path: Path, roots: Sequence[Path], chain: tuple[Path, ...] = ()) -> Source:
    """Return a parsed config and its bases.

    Args:
        path: A Python file.
        roots: Folders in which absolute imports are looked up.
        chain: Files whose bases are being read.

    Raises:
        ConfigError: One of them is no config; file and line are named.
    """
    tree = parse(path)
    _check(path, tree)
    bases = []
    for node in _base_imports(tree):
        here = f"{shown(path)}:{node.lineno}"
        try:
            file = module_file(node.module or "", node.level, path, roots)
        except ConfigError as error:
            raise ConfigError(error.what, where=here, hint=error.hint) from error
        way = [*chain, path]
        if file.resolve() in [p.resolve() for p in way]:
            names = " -> ".join(shown(p) for p in [*way, file])
            raise ConfigError(
                f"the bases go in a circle: {names}", where=here, hint="remove one of the imports"
            )
        base = read_source(file, roots, tuple(way))
        _check_names(node, base, here)
        bases.append((node, base))
    return Source(path, tree, tuple(bases))


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a file.

    Raises:
        ConfigError: It is missing, not UTF-8 or not Python.
    """
    text = _text(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise ConfigError(
            f"syntax error: {error.msg}",
            where=f"{shown(path)}:{error.lineno}" if error.lineno else shown(path),
            hint="a config is a Python file; look at this line and the one before it",
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"syntax error: {error}", where=shown(path), hint="a config is a Python file"
        ) from error


def _text(path: Path) -> str:
    if not path.exists():
        raise ConfigError(f"there is no file {str(path)!r}", hint=_neighbours(path))
    if path.is_dir():
        raise ConfigError(f"{str(path)!r} is a folder", hint="name a config file in it")
    if path.suffix != ".py":
        raise ConfigError(
            f"a config is a Python file, got {path.name!r}", where=str(path), hint="name it NAME.py"
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot read the config: {error.strerror}", where=shown(path), hint="check its mode"
        ) from error
    if data.startswith(b"\xef\xbb\xbf"):
        raise ConfigError(
            "the config starts with a byte order mark",
            where=f"{shown(path)}:1",
            hint="save it as UTF-8 without BOM",
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"not UTF-8: byte 0x{data[error.start]:02x}",
            where=f"{shown(path)}:{line}",
            hint="save the config as UTF-8",
        ) from error


def _neighbours(path: Path) -> str:
    """Return the config files near a file that is missing."""
    if not path.parent.is_dir():
        return f"there is no folder {shown(path.parent)}"
    known = [p for folder in (".", "configs") for p in (path.parent / folder).glob("*.py")]
    names = [str(p) for p in known if p.name != "__init__.py"]
    return did_you_mean(str(path), names) if names else f"{shown(path.parent)} has no config files"


def _base_imports(tree: ast.Module) -> Iterator[ast.ImportFrom]:
    for block in tree.body:
        if isinstance(block, ast.With):
            yield from (node for node in block.body if isinstance(node, ast.ImportFrom))


def _check_names(node: ast.ImportFrom, base: Source, here: str) -> None:
    """Check that a base has what is imported from it."""
    if base.is_dynamic():
        return
    known = base.names()
    for alias in node.names:
        if alias.name != "*" and alias.name not in known:
            public = [name for name in base.assigned() | base.inherited() if name[:1] != "_"]
            raise ConfigError(
                f"{shown(base.path)} has no {alias.name!r}",
                where=here,
                hint=did_you_mean(alias.name, public) if public else "the file defines nothing",
            )


def _check(path: Path, tree: ast.Module) -> None:
    """Refuse what a config may not do."""
    allowed = {id(node) for node in tree.body if isinstance(node, ast.With)}
    first: ast.With | None = None
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            name = getattr(node, "name", "lambda")
            _refuse(
                path,
                node,
                f"a config is data and cannot define {name!r}",
                "define it in a module, import it and name it: dict(type=Name, ...)",
            )
        if isinstance(node, ast.With):
            _check_block(path, node, id(node) in allowed)
            if first is not None:
                _refuse(
                    path,
                    node,
                    f"a second read_base block; the first is on line {first.lineno}",
                    "move its imports into the first block",
                )
            first = node
        if isinstance(node, ast.Import) and len(node.names) > 1:
            _refuse(path, node, "several modules in one import", "write one import a line")
    for node in _top_level(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            _check_assigned(path, node)
    _check_imports(path, tree)
    _check_calls(path, tree)


def _check_block(path: Path, node: ast.With, top_level: bool) -> None:
    call = node.items[0].context_expr
    name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
    if name != "read_base" or len(node.items) > 1:
        _refuse(
            path, node, "the only block a config may have is `with read_base():`", "write it so"
        )
    if not top_level:
        _refuse(path, node, "read_base stands in another block", "move it to the top of the file")
    for inner in node.body:
        if not isinstance(inner, ast.ImportFrom) or inner.module is None:
            _refuse(
                path,
                inner,
                "a read_base block may have only lines `from package.file import name`",
                "move everything else out of the block",
            )


def _check_assigned(path: Path, node: ast.Name) -> None:
    if node.id == "_base_":
        _refuse(
            path,
            node,
            "`_base_ = ...` does not work here",
            "write `with read_base():` and import from the other config inside it",
        )
    if node.id in RESERVED:
        _refuse(path, node, f"the name {node.id!r} is taken by mmengine", f"write _{node.id}")


def _check_imports(path: Path, tree: ast.Module) -> None:
    inherited = {id(node) for node in _base_imports(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in inherited:
            if any(alias.name == "*" for alias in node.names):
                _refuse(
                    path,
                    node,
                    f"a star import of {node.module!r} outside read_base",
                    "import single names, or move it into `with read_base():`",
                )
            if node.level and node.module is None:
                _refuse(path, node, "`from . import ...` does not work here", "name the module")


def _check_calls(path: Path, tree: ast.Module) -> None:
    """Refuse ``Thing(...)`` where ``Thing`` is imported; the standard library may be used."""
    inherited = {id(node) for node in _base_imports(tree)}
    lazy: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in inherited:
            if node.level or not is_eager(node.module or ""):
                lazy |= {bound_name(alias) for alias in node.names}
        elif isinstance(node, ast.Import):
            lazy |= {bound_name(alias) for alias in node.names if not is_eager(alias.name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _root(node.func) in lazy:
            name = ast.unparse(node.func)
            if name != "read_base":
                refuse_call(path, node.lineno, name)


def refuse_call(path: Path, line: int | None, name: str = "Thing") -> NoReturn:
    """Raise the ConfigError about a called class."""
    raise ConfigError(
        "a config may name classes, not call them",
        where=f"{shown(path)}:{line}" if line else shown(path),
        hint=f"write dict(type={name}, ...) instead of {name}(...)",
    )


def is_eager(module: str) -> bool:
    """Return whether a config really imports a module: the standard library, and read_base."""
    return module.partition(".")[0] in sys.stdlib_module_names or module == "mmengine.config"


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _top_level(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that share the scope of the file."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [n for n in ast.iter_child_nodes(node) if not isinstance(n, SCOPES)]


def _refuse(path: Path, node: ast.AST, what: str, hint: str) -> NoReturn:
    raise ConfigError(what, where=f"{shown(path)}:{getattr(node, 'lineno', 1)}", hint=hint)
