"""From the arguments of a back end to open lanes."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from compass.models.api.calls import Caller, Patience
from compass.models.api.keys import Redactor, resolved
from compass.models.api.lanes import Lane
from compass.models.api.ledger import Ledger, Prices
from compass.models.api.rates import Bucket
from compass.models.api.transport import Transport, connections
from compass.models.api.window import Window

CHATTY = ("httpx", "httpx2", "httpcore", "httpcore2", "openai", "anthropic")
"""Packages that log a line or more for every call."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """How to reach a model: everything that cannot change an answer."""

    urls: Sequence[str]
    keys: Sequence[str]
    """Names of secrets."""

    headers: Mapping[str, str]
    concurrency: int
    rpm: float | None
    tpm: float | None
    patience: Patience
    prices: Prices
    budget: float | None
    log: str
    interface: str = "openai"

    def open(self, place: Path | None) -> Caller:
        """Return what makes calls; each address with each key is a lane.

        Args:
            place: Folder of the log of calls.

        Raises:
            ConfigError: A key's variable is not set.
        """
        for name in CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)
        secrets = resolved(self.keys)
        redact = Redactor(secrets)
        ledger = Ledger(self.prices, self.budget, redact, self.log == "bodies")
        if place is not None and (self.log != "none" or self.budget is not None):
            ledger.keep_in(place)
        shared = connections(self.concurrency * len(self.urls))
        now = time.monotonic()
        lanes = []
        for url in self.urls:
            for number, secret in enumerate(secrets):
                lanes.append(
                    Lane(
                        name=url if len(secrets) == 1 else f"{url} (key {number + 1})",
                        client=Transport(url, secret, shared, self.headers, self.interface),
                        window=Window(self.concurrency),
                        calls=None if self.rpm is None else Bucket(self.rpm, now),
                        tokens=None if self.tpm is None else Bucket(self.tpm, now),
                    )
                )
        return Caller(lanes, self.patience, ledger, redact, shared.aclose)
