"""How servers are asked for the log-probabilities of a prompt's own tokens.

Each dialect posts a text and returns its tokens.  The shapes are those of

- ``echo``: OpenAI's completions with ``echo`` and ``logprobs`` (also vLLM and others),
- ``vllm``: vLLM's completions and chat completions with ``prompt_logprobs``,
- ``sglang``: SGLang's ``/generate`` with ``return_logprob`` from the first token on,
- ``lmdeploy``: LMDeploy's ``/generate`` with ``logprob_start_len`` (0.18; PyTorch engine, started
  with ``--logprobs-mode raw_logprobs``), which gives token numbers and no texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from compass.models.api.faults import Fault, Kind
from compass.models.api.ledger import Usage
from compass.models.api.replies import first_choice, usage_of


class Token(NamedTuple):
    """One token of a prompt, or the first of an answer."""

    logprob: float | None
    """None: the very first token of a prompt has none."""

    text: str | None = None
    greedy: bool | None = None
    """True if no token is more probable here; None where the server does not say."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted, and to where."""

    path: str
    body: Mapping[str, Any]


class Dialect(Protocol):
    """One server's way."""

    def prompt(self, model: str, text: str) -> Request:
        """Ask for the tokens of a text."""

    def tokens(self, reply: Any, text: str) -> tuple[list[Token], Usage]:
        """Return the tokens of a text that was asked for."""

    def next(self, model: str, text: str) -> Request:
        """Ask for the most probable token after a text."""

    def following(self, reply: Any) -> tuple[Token, Usage]:
        """Return the token after a text that was asked for."""


class Echo:
    """OpenAI's completions, prompt included."""

    def prompt(self, model: str, text: str) -> Request:
        """Ask for the tokens of a text; one more is generated, as some servers insist."""
        body = {"model": model, "prompt": text, "max_tokens": 1, "echo": True}
        return Request("completions", {**body, "logprobs": 1, "temperature": 0})

    def tokens(self, reply: Any, text: str) -> tuple[list[Token], Usage]:
        """Return the tokens of the prompt."""
        choice, usage = first_choice(reply), usage_of(reply)
        marks = choice.get("logprobs")
        columns = [_column(marks, n) for n in ("tokens", "token_logprobs")]
        if not columns[0] or len(columns[0]) != len(columns[1]):
            raise _lacking("echo", "no log-probabilities of the prompt")
        if not str(choice.get("text", "")).startswith(text):
            raise _lacking("echo", "no prompt in the reply")
        tops = _column(marks, "top_logprobs") or [None] * len(columns[0])
        found = [
            Token(_number(logprob), str(token), _is_top(logprob, top))
            for token, logprob, top in zip(*columns, tops, strict=False)
        ]
        return found[: len(found) - max(1, usage.output)], usage

    def next(self, model: str, text: str) -> Request:
        """Ask for the most probable token after a text."""
        body = {"model": model, "prompt": text, "max_tokens": 1, "logprobs": 1, "temperature": 0}
        return Request("completions", body)

    def following(self, reply: Any) -> tuple[Token, Usage]:
        """Return the token after the text."""
        marks = first_choice(reply).get("logprobs")
        texts, logprobs = _column(marks, "tokens"), _column(marks, "token_logprobs")
        if not texts or not logprobs:
            raise _lacking("completions", "no log-probabilities")
        return Token(_number(logprobs[0]), str(texts[0])), usage_of(reply)


class VLLM(Echo):
    """vLLM's completions with ``prompt_logprobs``."""

    def prompt(self, model: str, text: str) -> Request:
        """Ask for the tokens of a text."""
        body = {"model": model, "prompt": text, "max_tokens": 1, "temperature": 0}
        return Request("completions", {**body, "prompt_logprobs": 0})

    def tokens(self, reply: Any, text: str) -> tuple[list[Token], Usage]:
        """Return the tokens of the prompt."""
        marks = first_choice(reply).get("prompt_logprobs")
        if marks is None and isinstance(reply, dict):
            marks = reply.get("prompt_logprobs")  # where chat completions keep it
        if not isinstance(marks, list) or not marks:
            raise _lacking("vllm", "no prompt_logprobs")
        return [self._token(one) for one in marks], usage_of(reply)

    @staticmethod
    def _token(mark: Any) -> Token:
        """Return a token; where others are listed beside it, it comes first."""
        if not isinstance(mark, dict) or not mark:
            return Token(None)
        own = next(iter(mark.values()))
        if not isinstance(own, dict):
            raise _lacking("vllm", "prompt_logprobs of an unknown shape")
        text, rank = own.get("decoded_token"), own.get("rank")
        return Token(
            _number(own.get("logprob")),
            text if isinstance(text, str) else None,
            rank == 1 if isinstance(rank, int) else None,
        )


class SGLang:
    """SGLang's own ``/generate``."""

    def prompt(self, model: str, text: str) -> Request:
        """Ask for the tokens of a text."""
        return self._request(text, 0)

    def tokens(self, reply: Any, text: str) -> tuple[list[Token], Usage]:
        """Return the tokens of the prompt."""
        meta = _meta(reply)
        marks, tops = meta.get("input_token_logprobs"), meta.get("input_top_logprobs") or []
        if not isinstance(marks, list) or not marks:
            raise _lacking("sglang", "no input_token_logprobs")
        tops = [*tops, *[None] * (len(marks) - len(tops))]
        return [_triple(m, t) for m, t in zip(marks, tops, strict=True)], _meta_usage(meta)

    def next(self, model: str, text: str) -> Request:
        """Ask for the most probable token after a text."""
        return self._request(text, -1)

    def following(self, reply: Any) -> tuple[Token, Usage]:
        """Return the token after the text."""
        meta = _meta(reply)
        marks = meta.get("output_token_logprobs")
        if not isinstance(marks, list) or not marks:
            raise _lacking("sglang", "no output_token_logprobs")
        return _triple(marks[0], None), _meta_usage(meta)

    @staticmethod
    def _request(text: str, start: int) -> Request:
        body = {
            "text": text,
            "sampling_params": {"max_new_tokens": 1, "temperature": 0},
            "return_logprob": True,
            "logprob_start_len": start,
            "top_logprobs_num": 1,
            "return_text_in_logprobs": True,
        }
        return Request("/generate", body)


class LMDeploy:
    """LMDeploy's own ``/generate``."""

    def prompt(self, model: str, text: str) -> Request:
        """Ask for the tokens of a text."""
        return self._request(text, 0, 0)

    def tokens(self, reply: Any, text: str) -> tuple[list[Token], Usage]:
        """Return the tokens of the prompt; the first, of which nothing is said, included."""
        meta = _meta(reply)
        marks, tops = meta.get("input_token_logprobs"), meta.get("input_top_logprobs") or []
        if not isinstance(marks, list) or not marks:
            raise _lacking("lmdeploy", "no input_token_logprobs (see --logprobs-mode)")
        tops = [*tops, *[None] * (len(marks) - len(tops))]
        found = [_triple(m, t) for m, t in zip(marks, tops, strict=True)]
        return [Token(None), *found], _meta_usage(meta)

    def next(self, model: str, text: str) -> Request:
        """Ask for the most probable token after a text."""
        return self._request(text, -1, 1)

    def following(self, reply: Any) -> tuple[Token, Usage]:
        """Return the token after the text."""
        meta = _meta(reply)
        marks = meta.get("output_token_logprobs")
        if not isinstance(marks, list) or not marks or not isinstance(reply.get("text"), str):
            raise _lacking("lmdeploy", "no output_token_logprobs (see --logprobs-mode)")
        return _triple(marks[0], None)._replace(text=reply["text"]), _meta_usage(meta)

    @staticmethod
    def _request(text: str, start: int, most: int) -> Request:
        body = {"prompt": text, "max_tokens": most, "temperature": 0, "return_logprob": True}
        return Request(
            "/generate", {**body, "logprob_start_len": start, "top_logprobs_num": 1, "top_k": 1}
        )


DIALECTS: Mapping[str, Dialect] = {
    "echo": Echo(),
    "vllm": VLLM(),
    "sglang": SGLang(),
    "lmdeploy": LMDeploy(),
}


def _lacking(dialect: str, what: str) -> Fault:
    return Fault(Kind.QUESTION, f"asked in the way {dialect!r}, the server gives {what}")


def _column(marks: Any, name: str) -> list[Any]:
    column = marks.get(name) if isinstance(marks, dict) else None
    return column if isinstance(column, list) else []


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _is_top(logprob: Any, top: Any) -> bool | None:
    if not isinstance(top, dict) or not top or not isinstance(logprob, (int, float)):
        return None
    return bool(logprob >= max(top.values()) - 1e-6)


def _meta(reply: Any) -> dict[str, Any]:
    if not isinstance(reply, dict) or not isinstance(reply.get("meta_info"), dict):
        raise Fault(Kind.PASSING, "the reply makes no sense: it has no meta_info")
    meta: dict[str, Any] = reply["meta_info"]
    return meta


def _meta_usage(meta: dict[str, Any]) -> Usage:
    return usage_of({"usage": meta})


def _triple(mark: Any, top: Any) -> Token:
    """Return the token of ``[logprob, number, text]``, with the best that was possible there."""
    if not isinstance(mark, Sequence) or len(mark) < 2:
        raise Fault(Kind.PASSING, "the reply makes no sense: a token without a log-probability")
    logprob = _number(mark[0])
    greedy = None
    if isinstance(top, Sequence) and top and logprob is not None:
        best = _number(top[0][0])
        greedy = None if best is None else logprob >= best - 1e-6
    text = mark[2] if len(mark) > 2 and isinstance(mark[2], str) else None
    return Token(logprob, text, greedy)
