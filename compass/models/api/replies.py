"""What servers say, as one record, whatever the server and whether it streamed.

Anything that is not what it should be is a fault, never an empty answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from compass.models.api.faults import Fault, Kind, of_status
from compass.models.api.ledger import Usage

REASONING = ("reasoning_content", "reasoning")
"""Names under which servers keep what a model thought apart from what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A text that a server generated."""

    output: str
    reasoning: str = ""
    finish: str = ""
    usage: Usage
    logprobs: Any = None
    """As the server gives them."""

    choice: Any = None


def of_chat(data: Any) -> Reply:
    """Return the reply of ``/chat/completions``.

    Raises:
        Fault: It is none.
    """
    if isinstance(data, dict) and "pieces" in data:
        data = _joined_chat(data["pieces"])
    choice = first_choice(data)
    message = choice.get("message")
    if not isinstance(message, dict):
        raise _senseless("its choice has no message")
    output, reasoning = _content(message.get("content")), _reasoning(message)
    if output is None:
        output = _content(message.get("refusal"))
    usage = usage_of(data)
    if output is None:
        # A model may think until its tokens run out; anything else without content is broken.
        if not reasoning and choice.get("finish_reason") != "length" and not usage.output:
            raise _senseless("its message has no content")
        output = ""
    return Reply(
        output=output,
        reasoning=reasoning,
        finish=str(choice.get("finish_reason") or ""),
        usage=usage,
        logprobs=choice.get("logprobs"),
        choice=choice,
    )


def of_completion(data: Any) -> Reply:
    """Return the reply of ``/completions``.

    Raises:
        Fault: It is none.
    """
    if isinstance(data, dict) and "pieces" in data:
        data = _joined_text(data["pieces"])
    choice = first_choice(data)
    if not isinstance(choice.get("text"), str):
        raise _senseless("its choice has no text")
    return Reply(
        output=choice["text"],
        finish=str(choice.get("finish_reason") or ""),
        usage=usage_of(data),
        logprobs=choice.get("logprobs"),
        choice=choice,
    )


def first_choice(data: Any) -> dict[str, Any]:
    """Return the first choice of a reply.

    Raises:
        Fault: There is none, or the reply is an error in disguise.
    """
    if not isinstance(data, dict):
        raise _senseless(f"it is a {type(data).__name__}, not an object")
    error = data.get("error")
    if error:
        code = error.get("code") if isinstance(error, dict) else None
        raise of_status(code if isinstance(code, int) and code >= 400 else 500, data, {})
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise _senseless("it has no choices")
    return dict(choices[0])


def usage_of(data: dict[str, Any]) -> Usage:
    """Return the tokens of a reply, as far as it counts them."""
    usage = data.get("usage")
    if not isinstance(usage, dict):
        return Usage()
    details = usage.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else 0
    prompt = _count(usage.get("prompt_tokens"))
    return Usage(prompt, min(cached, prompt), _count(usage.get("completion_tokens")))


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _senseless(why: str) -> Fault:
    return Fault(Kind.PASSING, f"the reply makes no sense: {why}")


def _content(content: Any) -> str | None:
    """Return a message's text; some servers send it in parts."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    if content is not None and not isinstance(content, str):
        raise _senseless(f"its content is a {type(content).__name__}")
    return content


def _reasoning(message: dict[str, Any]) -> str:
    return next((m for m in map(message.get, REASONING) if isinstance(m, str) and m), "")


def _joined_chat(pieces: list[Any]) -> dict[str, Any]:
    """Return the pieces of a stream as if it had been sent whole."""
    text, thought, logprobs = [], [], []
    whole: dict[str, Any] = {}
    finish = None
    seen = False
    for choice, piece in _choices(pieces):
        whole.update({name: piece[name] for name in ("usage", "id") if piece.get(name)})
        if choice is None:
            continue
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            raise _senseless("a piece has no delta")
        part = _content(delta.get("content"))
        seen = seen or part is not None
        text.append(part or "")
        thought.append(_reasoning(delta))
        marks = choice.get("logprobs")
        if isinstance(marks, dict) and isinstance(marks.get("content"), list):
            logprobs += marks["content"]
        finish = choice.get("finish_reason") or finish
    _ended(finish)
    message = {
        "content": "".join(text) if seen else None,
        "reasoning_content": "".join(thought),
    }
    marks = {"content": logprobs} if logprobs else None
    return {
        **whole,
        "choices": [{"message": message, "finish_reason": finish, "logprobs": marks}],
    }


def _joined_text(pieces: list[Any]) -> dict[str, Any]:
    text, whole, finish = [], {}, None
    for choice, piece in _choices(pieces):
        whole.update({name: piece[name] for name in ("usage", "id") if piece.get(name)})
        if choice is not None:
            part = choice.get("text")
            if not isinstance(part, str) and not choice.get("finish_reason"):
                raise _senseless("a piece has no text")
            text.append(part or "")
            finish = choice.get("finish_reason") or finish
    _ended(finish)
    return {**whole, "choices": [{"text": "".join(text), "finish_reason": finish}]}


def _choices(pieces: list[Any]) -> list[tuple[dict[str, Any] | None, dict[str, Any]]]:
    found: list[tuple[dict[str, Any] | None, dict[str, Any]]] = []
    for piece in pieces:
        if not isinstance(piece, dict):
            raise _senseless("a piece is no object")
        has_choice = piece.get("choices")
        found.append((first_choice(piece) if has_choice or piece.get("error") else None, piece))
    return found


def _ended(finish: Any) -> None:
    if not finish:
        raise Fault(Kind.PASSING, "the stream broke off before its end")
