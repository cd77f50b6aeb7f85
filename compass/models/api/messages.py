"""Anthropic's Messages, in the words of this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compass.models.api.dialects import Request
from compass.models.api.faults import Fault, Kind
from compass.models.api.ledger import Usage
from compass.models.api.replies import Reply
from compass.records import Message

ADDRESS = "https://api.anthropic.com"
FINISHES: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
}


def request(model: str, messages: Sequence[Message], settings: Mapping[str, Any]) -> Request:
    """Return what is posted for a dialogue; the system prompt has a field of its own."""
    body: dict[str, Any] = {"model": model}
    system = [message.content for message in messages if message.role == "system"]
    if system:
        body["system"] = "\n\n".join(system)
    body["messages"] = [message._asdict() for message in messages if message.role != "system"]
    names = {"stop": "stop_sequences"}
    kept = {names.get(name, name): value for name, value in settings.items() if name != "seed"}
    if "temperature" in kept:
        kept["temperature"] = min(1.0, kept["temperature"])  # the most it takes
    return Request("/v1/messages", {**body, **kept})


def parsed(data: Any) -> tuple[Reply, Usage]:
    """Return the reply in what the server sent.

    Raises:
        Fault: There is none.
    """
    if not isinstance(data, dict) or not isinstance(data.get("content"), list):
        raise Fault(Kind.PASSING, "the reply makes no sense: it has no content")
    parts = [part for part in data["content"] if isinstance(part, dict)]
    said = [part.get("text") for part in parts if part.get("type") == "text"]
    thought = [part.get("thinking") for part in parts if part.get("type") == "thinking"]
    if not all(isinstance(one, str) for one in (*said, *thought)):
        raise Fault(Kind.PASSING, "the reply makes no sense: a part without text")
    finish = data.get("stop_reason")
    if not finish:
        raise Fault(Kind.PASSING, "the reply makes no sense: it has no stop_reason")
    usage = _usage(data.get("usage"))
    reply = Reply(
        output="".join(map(str, said)),
        reasoning="".join(map(str, thought)),
        finish=FINISHES.get(finish, str(finish)),
        usage=usage,
    )
    return reply, usage


def _usage(given: Any) -> Usage:
    """Return the tokens of a reply; those read from a cache are counted apart there."""
    counts = given if isinstance(given, dict) else {}

    def count(name: str) -> int:
        value = counts.get(name)
        return value if isinstance(value, int) and value > 0 else 0

    cached = count("cache_read_input_tokens")
    prompt = count("input_tokens") + cached + count("cache_creation_input_tokens")
    return Usage(prompt, cached, count("output_tokens"))
