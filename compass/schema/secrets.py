"""No secret may stand in a config: it would be saved with every run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from compass.schema.place import Place

SECRET_NAMES = frozenset({"key", "token", "secret", "password", "keys", "tokens"})
"""Names of secrets within a back end; elsewhere they mean something else."""

CREDENTIALS = frozenset(
    {"api_key", "api_keys", "authorization", "access_key", "secret_key", "client_secret"}
    | {"api_token", "auth_token", "access_token", "hf_token", "x_api_key", "apikey", "bearer"}
)
"""Names of secrets anywhere."""

FROM_ENVIRONMENT = re.compile(r"env:[A-Za-z_]\w*")
LOOKS_SECRET = re.compile(
    r"(?<![A-Za-z0-9])"
    r"(?:sk-[A-Za-z0-9_-]{16}|hf_[A-Za-z0-9]{16}|AKIA[A-Z0-9]{16}|ghp_[A-Za-z0-9]{16}"
    r"|Authorization: *(?!env:)\S|Bearer +(?!env:)\S{8}"
    r"|[a-z][a-z0-9+.-]*://[^/@\s:]*:[^/@\s]+@)"
    r"|[?&](?:api_?key|access_token)=[^&\s]{4}"
)
"""Shapes of keys, headers, and addresses with a password or key in them."""


def refuse_secrets(value: Any, place: Place, *, backend: bool = False) -> None:
    """Raise a ConfigError, which does not repeat it, if a secret is written in ``value``."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            inside = backend or key == "backend"
            if isinstance(key, str) and _names_secret(key, inside):
                _refuse_all(one, place.key(key))
            refuse_secrets(one, place.key(str(key)), backend=inside)
    elif isinstance(value, (list, tuple)):
        for index, one in enumerate(value):
            refuse_secrets(one, place.at(index), backend=backend)
    elif isinstance(value, str) and LOOKS_SECRET.search(value):
        _refuse(place)


def _names_secret(key: str, backend: bool) -> bool:
    name = key.lower().replace("-", "_")
    return name in CREDENTIALS or (backend and name in SECRET_NAMES)


def _refuse_all(value: Any, place: Place) -> None:
    if isinstance(value, (list, tuple)):
        for index, one in enumerate(value):
            _refuse_all(one, place.at(index))
    elif isinstance(value, str) and not FROM_ENVIRONMENT.fullmatch(value):
        _refuse(place)


def _refuse(place: Place) -> None:
    name = place.last()
    if not _names_secret(name, True):
        name = "api_key"
    place.fail("a secret is written in the config", f"write {name}='env:NAME'")
