"""The gate as a fixture of pytest: ``def test_gsm8k(compass_gate): compass_gate("gsm8k")``.

pytest loads this module wherever Compass is installed, so it imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

_OPTIONS = {
    "baseline": "run folder, or saved baseline, that the candidate is compared with",
    "candidate": "run to be judged",
    "rules": "file of rules (gate.toml); without: no worse than 1 point",
    "models": "one model, or that of the baseline and that of the candidate",
    "undecided": "what a test is that cannot tell: skip (the default), fail or pass",
}


class CompassGate:
    """Asks for rules to be kept; a test fails if one is broken beyond chance.

    Args:
        settings: What pytest was told, by name.
    """

    def __init__(self, settings: dict[str, str]) -> None:
        self._settings = settings

    def __call__(self, dataset: str | None = None) -> None:
        """Fail if a rule about ``dataset`` is broken; skip if that cannot be told.

        The correction is over the rules of all datasets, as in ``compass gate``.

        Args:
            dataset: Its abbr, or ``average``; None: all that there are.
        """
        __tracebackhide__ = True
        from compass.errors import did_you_mean
        from compass.gate import Answer
        from compass.gate.words import reason

        rulings = self.decision.rulings
        known = list(dict.fromkeys(one.subject for one in rulings))
        if dataset is not None and dataset not in known:
            pytest.fail(f"no rule is about {dataset!r}; {did_you_mean(dataset, known)}", False)
        mine = [one for one in rulings if dataset in (None, one.subject)]
        failed = _lines(reason(one) for one in mine if one.answer is Answer.FAIL)
        untold = _lines(reason(one) for one in mine if one.answer is Answer.UNTOLD)
        if failed:
            pytest.fail(f"worse than the baseline:\n{failed}", False)
        if untold and self._settings["undecided"] == "fail":
            pytest.fail(f"cannot tell:\n{untold}", False)
        if untold and self._settings["undecided"] != "pass":
            pytest.skip(f"cannot tell:\n{untold}")

    @cached_property
    def decision(self) -> Any:
        """What the gate says to every rule: a `compass.gate.Decision`."""
        from compass.gate import Rules, decide, rules_from
        from compass.gate.opening import opened

        given = self._settings
        for name in ("baseline", "candidate"):
            if not given[name]:
                raise pytest.UsageError(
                    f"compass_gate needs a {name}: --compass-{name}, "
                    f"or compass_{name} in the settings of pytest"
                )
        rules = rules_from(Path(given["rules"])) if given["rules"] else Rules()
        return decide(
            *opened(given["baseline"], given["candidate"], given["models"].split(), rules), rules
        )


def _lines(reasons: Iterable[str]) -> str:
    from compass.textsafe import clean_line

    return "\n".join(clean_line(one) for one in reasons)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and settings of the same names for pytest's own file."""
    group = parser.getgroup("compass", "regression gate of Compass")
    for name, words in _OPTIONS.items():
        group.addoption(f"--compass-{name}", metavar="X", help=words)
        parser.addini(f"compass_{name}", words, default="")


@pytest.fixture(scope="session")
def compass_gate(request: pytest.FixtureRequest) -> CompassGate:
    """Ask ``compass_gate(dataset)`` in a test: it fails if the model is worse there."""
    config = request.config
    return CompassGate(
        {
            name: str(config.getoption(f"--compass-{name}") or config.getini(f"compass_{name}"))
            for name in _OPTIONS
        }
    )
