"""How values travel between a program and those who judge it: plain data, never pickles.

A scalar is itself; a container is ``[tag, items]``; anything else is ``["o", number]``, an
object that stays where it is.  Whoever decodes gets values of built-in types only, so that
no ``__eq__`` of a program is ever asked whether its answer is right.
"""

from __future__ import annotations

import collections
import decimal
import fractions
import json
import struct
from collections.abc import Callable
from typing import Any, Protocol

_HEAD = struct.Struct(">I")
_MOST = 1 << 28
_EXACT = 1 << 53


class Connection(Protocol):
    """A way to the process on the other side."""

    def recv(self, count: int, /) -> bytes:
        """Return some bytes; none at the end."""

    def sendall(self, data: bytes, /) -> None:
        """Send bytes."""


def frame(data: bytes) -> bytes:
    """Return data with its length before it."""
    return _HEAD.pack(len(data)) + data


def dumped(value: Any) -> bytes:
    """Return a JSON value as a frame."""
    return frame(json.dumps(value).encode("ascii"))


def read_exactly(read: Callable[[int], bytes], count: int) -> bytes:
    """Return ``count`` bytes.

    Raises:
        EOFError: There are fewer.
    """
    parts = []
    while count:
        part = read(min(count, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def read_frame(read: Callable[[int], bytes]) -> bytes:
    """Return the data of the next frame.

    Raises:
        EOFError: There is none.
        ValueError: It is too long to be one.
    """
    (length,) = _HEAD.unpack(read_exactly(read, _HEAD.size))
    if length > _MOST:
        raise ValueError("a frame of more than 256 MiB")
    return read_exactly(read, length)


def encode(value: Any, keep: Callable[[Any], int]) -> Any:
    """Return a value as JSON; ``keep`` gives a number to what has to stay where it is."""
    if value is None or value is True or value is False:
        return value
    kind = type(value)
    if kind is str or kind is float:
        return value
    if kind is int:
        return value if -_EXACT < value < _EXACT else ["i", hex(value)]
    packer = _PACKERS.get(kind) or _packer(kind)
    return ["o", keep(value)] if packer is None else packer(value, keep)


def _packer(kind: type) -> Callable[[Any, Any], Any] | None:
    """Return how a subclass of a built-in type is sent: as what it is built upon."""
    if kind.__module__ == "numpy" and hasattr(kind, "item") and not hasattr(kind, "__array_wrap__"):
        return None
    if "generic" in {one.__name__ for one in kind.__mro__ if one.__module__ == "numpy"}:
        return lambda value, keep: encode(value.item(), keep)
    for plain in (int, float, str, complex):
        if issubclass(kind, plain):
            return lambda value, keep: encode(plain(value), keep)
    for base, packer in _PACKERS.items():
        if issubclass(kind, base):
            return packer
    return None


def _items(tag: str) -> Callable[[Any, Any], Any]:
    return lambda value, keep: [tag, [encode(one, keep) for one in value]]


def _pairs(value: Any, keep: Callable[[Any], int]) -> Any:
    return ["d", [[encode(k, keep), encode(v, keep)] for k, v in value.items()]]


_PACKERS: dict[type, Callable[[Any, Any], Any]] = {
    list: _items("l"),
    tuple: _items("t"),
    set: _items("s"),
    frozenset: _items("f"),
    dict: _pairs,
    collections.deque: lambda v, keep: ["q", [encode(one, keep) for one in v], v.maxlen],
    bytes: lambda v, _: ["b", v.hex()],
    bytearray: lambda v, _: ["a", v.hex()],
    complex: lambda v, _: ["c", v.real, v.imag],
    range: lambda v, keep: ["r", [encode(one, keep) for one in (v.start, v.stop, v.step)]],
    slice: lambda v, keep: ["e", [encode(one, keep) for one in (v.start, v.stop, v.step)]],
    type({}.keys()): lambda v, keep: ["k", [encode(one, keep) for one in v]],
    decimal.Decimal: lambda v, _: ["D", str(v)],
    fractions.Fraction: lambda v, _: ["F", hex(v.numerator), hex(v.denominator)],
}


def decode(value: Any, found: Callable[[int], Any]) -> Any:
    """Return the value that JSON stands for; ``found`` returns what stayed elsewhere.

    Raises:
        ValueError: It stands for nothing.
    """
    if not isinstance(value, list):
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        raise ValueError("not a value")
    if not value:
        raise ValueError("not a value")
    tag, *rest = value
    if tag == "o":
        return found(int(rest[0]))
    if tag in _SCALARS:
        return _SCALARS[tag](*rest)
    if tag == "d":
        return {decode(k, found): decode(v, found) for k, v in rest[0]}
    if tag not in _CONTAINERS:
        raise ValueError("not a value")
    return _CONTAINERS[tag]([decode(one, found) for one in rest[0]], *rest[1:])


_SCALARS: dict[str, Callable[..., Any]] = {
    "i": lambda text: int(text, 16),
    "b": bytes.fromhex,
    "a": bytearray.fromhex,
    "c": complex,
    "D": decimal.Decimal,
    "F": lambda over, under: fractions.Fraction(int(over, 16), int(under, 16)),
}
_CONTAINERS: dict[str, Callable[..., Any]] = {
    "l": list,
    "t": tuple,
    "s": set,
    "f": frozenset,
    "q": collections.deque,
    "r": lambda items: range(*items),
    "e": lambda items: slice(*items),
    "k": lambda items: dict.fromkeys(items).keys(),
}
