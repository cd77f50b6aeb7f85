"""What went wrong with a call, and what that means for the next one."""

from __future__ import annotations

import email.utils
import math
import ssl
import time
from collections.abc import Mapping
from enum import Enum
from typing import Any

LONGEST_TEXT = 600

OUT_OF_MONEY = ("insufficient_quota", "billing_hard_limit_reached", "credit balance is too low")
"""Refusals that look like a rate limit and do not pass."""


NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")
"""What OpenSSL says of replies that are none of TLS."""


class Kind(Enum):
    """What a fault means."""

    BUSY = "busy"
    """Asked too much: wait, ask less.  It costs no attempt."""

    BROKEN = "broken"
    """The server broke down, or took too long: may pass, and may be overload."""

    PASSING = "passing"
    """May go better the next time: lost connections, replies that make no sense."""

    QUESTION = "question"
    """This question will never be answered; others may be."""

    LANE = "lane"
    """This key or address is of no use; another one may be."""


class Fault(Exception):
    """A call that failed.

    Args:
        kind: What it means.
        text: What happened, for people.
        wait: Seconds that the server asks to wait.
        passing_once_served: It may pass if the server did answer before: a missing page can be
            a restart behind a gateway.
    """

    def __init__(
        self, kind: Kind, text: str, wait: float | None = None, passing_once_served: bool = False
    ) -> None:
        super().__init__(text)
        self.kind = kind
        self.passing_once_served = passing_once_served
        self.text = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
        self.wait = wait


def of_status(status: int, body: Any, headers: Mapping[str, str]) -> Fault:
    """Return the fault that an HTTP status means."""
    said = message_of(body)
    text = f"HTTP {status}: {said}" if said else f"HTTP {status}"
    wait = retry_after(headers)
    if any(word in f"{said} {_code(body)}" for word in OUT_OF_MONEY):
        return Fault(Kind.LANE, text)
    if status in (429, 529) or (status == 503 and wait is not None):
        return Fault(Kind.BUSY, text, wait)
    if status in (408, 409, 425) or (status >= 500 and status not in (501, 505)):
        return Fault(Kind.BROKEN, text, wait)
    if status in (401, 402, 403, 404, 405, 501) or 300 <= status < 400:
        return Fault(Kind.LANE, text, passing_once_served=status in (404, 405, 501))
    return Fault(Kind.QUESTION, text)


def of_connection(error: BaseException) -> Fault:
    """Return the fault that a broken connection means, by the first cause that is known."""
    cause: BaseException | None = error
    last = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Fault(Kind.LANE, f"the server's certificate is refused: {cause.verify_message}")
        if isinstance(cause, ssl.SSLWantReadError) or getattr(cause, "reason", "") in NO_TLS:
            return Fault(Kind.PASSING, "nothing there speaks TLS: is it http:// and not https://?")
        last = cause
        cause = cause.__cause__ or cause.__context__
    said = str(last) or str(error)
    return Fault(Kind.PASSING, f"{type(last).__name__}: {said}")


def message_of(body: Any) -> str:
    """Return what an error body says, whatever its shape."""
    if isinstance(body, dict):
        for name in ("message", "error", "detail", "error_message"):
            if body.get(name):
                return message_of(body[name])
        return str(body)[:LONGEST_TEXT] if body else ""
    return "" if body is None else " ".join(str(body).split())[:LONGEST_TEXT]


def _code(body: Any) -> str:
    inner = body.get("error", body) if isinstance(body, dict) else {}
    return f"{inner.get('code')} {inner.get('type')}" if isinstance(inner, dict) else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a server asks to wait, None if it does not say so sensibly.

    The header holds seconds or a date (RFC 9110, section 10.2.3); some servers send
    milliseconds under a name of their own.

    Examples:
        >>> retry_after({"retry-after": "2"}), retry_after({"retry-after-ms": "250"})
        (2.0, 0.25)
        >>> retry_after({"retry-after": "soon"}), retry_after({})
        (None, None)
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        text = headers.get(name)
        if text is None:
            continue
        try:
            seconds = float(text) / unit
        except ValueError:
            date = email.utils.parsedate_tz(text)
            if date is None:
                continue
            seconds = email.utils.mktime_tz(date) - time.time()
        if math.isfinite(seconds):
            return max(0.0, seconds)
    return None
