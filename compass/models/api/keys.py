"""Secrets: read from the environment when they are needed, and kept out of what is written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from compass.errors import ConfigError
from compass.schema.secrets import LOOKS_SECRET

PREFIX = "env:"
NO_KEY = "none"
"""What is sent to a server that wants no key: clients insist on one."""

MASK = "[key]"


def resolved(names: Sequence[str]) -> list[str]:
    """Return the secrets that names such as ``env:OPENAI_API_KEY`` stand for.

    Raises:
        ConfigError: A variable is not set.
    """
    found = []
    for name in names:
        value = os.environ.get(name.removeprefix(PREFIX), "").strip()
        if not value:
            raise ConfigError(
                f"the environment variable {name.removeprefix(PREFIX)} is not set",
                hint=f"export {name.removeprefix(PREFIX)}=... before the run",
            )
        found.append(value)
    return found or [NO_KEY]


class Redactor:
    """Takes secrets out of text before it is stored or shown.

    Args:
        secrets: The secrets in use.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted({s for s in secrets if len(s) > 5}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text without the secrets, and without what looks like one."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return LOOKS_SECRET.sub(MASK, text)
