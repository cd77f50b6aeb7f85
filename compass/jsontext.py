"""JSON as bytes, fast: orjson, and the standard library where orjson is stricter.

orjson refuses lone surrogates and NaN, and rounds whole numbers beyond 64 bits when it
reads them; such values are rare and take the slow way, so that both ways read and write
the same things.  The one difference, NaN and infinities written as null, cannot arise:
what Compass stores is checked to be finite where it is made.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

_DIGITS = bytes(48 if chr(code) in "0123456789-" else 32 for code in range(256))
_LONG = b"0" * 20
"""As many digits as a whole number beyond 64 bits has at least, its sign counted."""


@cache
def _orjson() -> Any:
    import orjson

    return orjson


def dumps(value: Any) -> bytes:
    """Return a value as one line of JSON; lone surrogates become escapes."""
    try:
        written: bytes = _orjson().dumps(value, default=_plain)
    except (TypeError, RecursionError):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        try:
            written = text.encode()
        except UnicodeEncodeError:
            written = json.dumps(value, separators=(",", ":")).encode()
    return written


def pretty(value: Any) -> str:
    """Return a value as JSON with a line for each member, for files that people look at."""
    try:
        written: bytes = _orjson().dumps(value, option=_orjson().OPT_INDENT_2)
        return written.decode() + "\n"
    except (TypeError, RecursionError):
        return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def canonical(value: Any) -> bytes:
    """Return JSON bytes that do not depend on the order of keys; they are hashed."""
    fast = _orjson()
    try:
        written: bytes = fast.dumps(value, default=_plain, option=fast.OPT_SORT_KEYS)
    except (TypeError, RecursionError):
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        written = text.encode("utf-8", "surrogatepass")
    return written


def loads(text: bytes | str) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: It is not JSON; a `json.JSONDecodeError` says where.
    """
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return json.loads(text) if _LONG in data.translate(_DIGITS) else loads_stored(text)


def loads_stored(text: bytes | str) -> Any:
    """Return the value of a JSON text without whole numbers beyond 64 bits, as rows are.

    Raises:
        ValueError: It is not JSON.
    """
    try:
        return _orjson().loads(text)
    except ValueError:
        return json.loads(text)


def _plain(value: Any) -> Any:
    """Return what orjson does not write by itself: tuples with names."""
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"not JSON: {type(value).__name__}")
