"""What calls were made and what they cost: a log in the run folder, and a budget.

The log is the account: a resumed run, and other workers, read from it what is spent.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from compass.errors import ConfigError, did_you_mean
from compass.models.api.keys import Redactor
from compass.store import RowLog, parse_line, scan_lines

PRICE_NAMES = ("input", "cached", "output")
MILLION = 1_000_000
REFRESH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call, as the server counts them."""

    prompt: int = 0
    cached: int = 0
    """Of the prompt's tokens, those it had in a cache."""

    output: int = 0


@dataclass(frozen=True, slots=True)
class Prices:
    """Price of a million tokens, in whatever currency the budget is in."""

    input: float = 0.0
    output: float = 0.0
    cached: float | None = None
    """None: as much as any other token of the prompt."""

    def cost(self, usage: Usage) -> float:
        """Return the price of a call."""
        cached = self.input if self.cached is None else self.cached
        fresh = usage.prompt - usage.cached
        return (fresh * self.input + usage.cached * cached + usage.output * self.output) / MILLION


def prices_of(given: Mapping[str, float] | str | None, model: str) -> Prices:
    """Return the prices of a model.

    Args:
        given: Prices by name, or the path of a JSON file that has them by model.
        model: The model's name in such a file.

    Raises:
        ConfigError: A name is unknown, a price is no number, or the file lacks the model.
    """
    where = "prices"
    if isinstance(given, str):
        where = given
        try:
            table = json.loads(Path(given).expanduser().read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"cannot read the prices: {error}",
                where=given,
                hint='a JSON file such as {"' + model + '": {"input": 0.15, "output": 0.6}}',
            ) from error
        if not isinstance(table, dict) or model not in table:
            known = list(table) if isinstance(table, dict) else []
            raise ConfigError(
                f"no prices of {model!r}", where=given, hint=did_you_mean(model, known)
            )
        given = table[model]
    if given is None:
        return Prices()
    if not isinstance(given, Mapping):
        raise ConfigError(f"prices must be a dict, got {given!r}", where=where)
    for name, price in given.items():
        if name not in PRICE_NAMES:
            raise ConfigError(
                f"unknown price {name!r}", where=where, hint=did_you_mean(name, PRICE_NAMES)
            )
        if isinstance(price, bool) or not isinstance(price, (int, float)) or price < 0:
            raise ConfigError(f"the price {name!r} is no amount: {price!r}", where=where)
    return Prices(**given)


class Ledger:
    """The account of one model in one run.

    Args:
        prices: What tokens cost.
        budget: Most that may be spent; None is without bound.
        redact: Takes secrets out of what is logged.
        bodies: Log requests and replies whole.
    """

    def __init__(
        self, prices: Prices, budget: float | None, redact: Redactor, bodies: bool
    ) -> None:
        self.prices = prices
        self.budget = budget
        self.bodies = bodies
        self.calls = 0
        """Calls that were answered, in this process."""

        self.spent = 0.0
        self._redact = redact
        self._log: RowLog | None = None
        self._folder: Path | None = None
        self._read: dict[Path, int] = {}
        self._refreshed = 0.0
        self._own = 0.0

    def keep_in(self, folder: Path) -> None:
        """Write the log into a folder; what earlier logs there say is spent."""
        self._folder = folder
        stem = f"{time.strftime('%Y%m%d_%H%M%S')}-{os.getpid()}"
        names = (folder / f"{stem}-{number}.jsonl" for number in count(1))
        own = next(path for path in names if not path.exists())
        self._log = RowLog(own)
        self._read[own] = -1
        self._refresh()

    def note(
        self, row: dict[str, Any], usage: Usage, request: Any = None, reply: Any = None
    ) -> None:
        """Book a call that ended."""
        cost = self.prices.cost(usage)
        self.spent += cost
        self._own += cost
        if "error" in row:
            row["error"] = self._redact(row["error"])
        else:
            self.calls += 1
            row["prompt_tokens"], row["tokens"] = usage.prompt, usage.output
            if usage.cached:
                row["cached_tokens"] = usage.cached
        if cost:
            row["cost"] = round(cost, 9)
        if self._log is None:
            return
        if self.bodies:
            row["request"] = self._clean(request)
            row["reply"] = self._clean(reply)
        self._log.append(row)

    def exhausted(self, in_flight: int) -> bool:
        """True if the calls in flight will probably use the budget up."""
        if self.budget is None:
            return False
        if time.monotonic() - self._refreshed > REFRESH_SECONDS:
            self._refresh()
        expected = self._own / self.calls * in_flight if self.calls else 0.0
        return self.spent + expected >= self.budget

    def close(self) -> None:
        """Close the log."""
        if self._log is not None:
            self._log.close()

    def _clean(self, value: Any) -> Any:
        text = self._redact(json.dumps(value, ensure_ascii=False, default=str))
        try:
            return json.loads(text)
        except ValueError:
            return text

    def _refresh(self) -> None:
        """Add what others wrote since the last look."""
        self._refreshed = time.monotonic()
        if self._folder is None:
            return
        for path in sorted(self._folder.glob("*.jsonl")):
            start = self._read.get(path, 0)
            if start < 0:
                continue
            for offset, line in scan_lines(path, start):
                self._read[path] = offset + len(line)
                row = parse_line(path, offset, line) or {}
                self.spent += float(row.get("cost", 0.0))
