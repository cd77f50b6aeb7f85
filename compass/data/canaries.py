"""A benchmark's canary string among random ones of the same form."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from typing import Any

from compass.errors import ConfigError
from compass.records import Sample
from compass.specs import fingerprint

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGITS = "0123456789abcdef"


class Canaries:
    """Texts with the canary (``canary-0``) and with random strings in its place.

    Args:
        guid: The canary: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
        text: What stands around it where it was published; ``{guid}`` is its place.
        rivals: How many random strings; p cannot be below 1 / (rivals + 1).
        seed: Of the random strings.
    """

    def __init__(
        self,
        guid: str,
        text: str = "canary GUID {guid}",
        rivals: int = 999,
        seed: int = 0,
    ) -> None:
        if not _GUID.fullmatch(guid):
            raise ConfigError(
                f"{guid!r} is no GUID",
                hint="write it as the benchmark's README does, in lower case",
            )
        if text.count("{guid}") != 1:
            raise ConfigError("text needs {guid} once", hint="text='canary GUID {guid}'")
        if rivals < 19:
            raise ConfigError(f"{rivals} rivals cannot give p <= 0.05", hint="at least 19")
        self.guid, self.text, self.rivals, self.seed = guid, text, rivals, seed

    def samples(self) -> Iterator[Sample]:
        """Yield the canary, then its rivals, which keep its dashes and its version digit."""
        chance = random.Random(f"{self.seed}:{hashlib.sha256(self.guid.encode()).hexdigest()}")
        for place in range(1 + self.rivals):
            guid = self.guid if place == 0 else self._rival(chance)
            yield Sample(
                id=f"canary-{place}",
                fields={"text": self.text.replace("{guid}", guid)},
                cluster="canary",
            )

    def shots(self) -> Sequence[Sample]:
        """Return no examples."""
        return ()

    def digest(self) -> str:
        """Return a hash of what is given."""
        return fingerprint(self.guid, self.text, self.rivals, self.seed)

    def describe(self) -> dict[str, Any]:
        """Return that there is no file."""
        return {"files": [], "rows": 1 + self.rivals}

    def _rival(self, chance: random.Random) -> str:
        fixed = {8, 13, 14, 18, 19, 23}  # dashes, version, variant: not drawn in a GUID
        return "".join(
            own if place in fixed else chance.choice(_DIGITS) for place, own in enumerate(self.guid)
        )
