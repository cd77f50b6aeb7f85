"""What a run was made of, for those who doubt a number or want it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from compass import store
from compass.runfolder import RunFolder

Facts = list[tuple[str, str]]


class Provenance(NamedTuple):
    """One run."""

    name: str
    facts: Facts
    models: list[tuple[str, str, str]]
    """Abbr, identity, what that is made of."""

    datasets: list[tuple[str, str, str, str]]
    """Abbr, version, samples asked, digest of the data."""

    documents: list[tuple[str, str]]
    """Files of the run folder as text."""


def provenance(root: Path) -> Provenance:
    """Return what the documents of a run folder say; what is not there is left out."""
    folder = RunFolder(root)
    run = _document(folder.run)
    machine = _document(folder.environment)
    plan = _document(folder.plan_file)
    return Provenance(
        name=f"{run.get('config', root.parent.name)} · {root.name}",
        facts=list(_facts(run, machine)),
        models=[
            (abbr, str(_mapping(one).get("identity", "")), _brief(_mapping(one).get("detail")))
            for abbr, one in _mapping(run.get("models")).items()
        ],
        datasets=[
            (
                abbr,
                str(version),
                str(_mapping(plan.get("sizes")).get(abbr, "")),
                str(_mapping(plan.get("data")).get(abbr, "")),
            )
            for abbr, version in _mapping(plan.get("versions")).items()
        ],
        documents=[
            (path.name, json.dumps(document, ensure_ascii=False, indent=1))
            for path in (folder.run, folder.environment, folder.config)
            if (document := _document(path))
        ],
    )


def _facts(run: Mapping[str, Any], machine: Mapping[str, Any]) -> Facts:
    computer = _mapping(machine.get("machine"))
    gib = computer.get("memory_gib")
    told = {
        "started": run.get("started"),
        "resumed": ", ".join(map(str, run.get("resumed") or [])),
        "Compass": run.get("compass"),
        "revision": machine.get("revision"),
        "Python": machine.get("python"),
        "machine": computer.get("system"),
        "processor": computer.get("processor"),
        "cores and memory": f"{computer.get('cores')} cores, {gib} GiB" if gib else "",
        "workers": machine.get("workers"),
        "packages": ", ".join(f"{k} {v}" for k, v in _mapping(machine.get("packages")).items()),
        "settings": ", ".join(f"{k}={v}" for k, v in _mapping(machine.get("settings")).items()),
    }
    return [(name, str(value)) for name, value in told.items() if value]


def _brief(detail: Any) -> str:
    text = json.dumps(detail, ensure_ascii=False) if detail else ""
    return text if len(text) <= 400 else text[:400] + "…"


def _document(path: Path) -> Mapping[str, Any]:
    return _mapping(store.read_document(path))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
