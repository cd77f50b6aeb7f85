"""Questions as requests, and replies as answers."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from compass.errors import ModelError, did_you_mean
from compass.models.api import messages, selfcheck
from compass.models.api.calls import Call, Caller
from compass.models.api.dialects import DIALECTS, Request, Token
from compass.models.api.faults import Fault
from compass.models.api.ledger import Usage
from compass.models.api.ranking import first_tokens, ranked, tops_of
from compass.models.api.replies import Reply, of_chat, of_completion
from compass.records import Answer, Dialogue, Message, Question
from compass.specs import Generation

Work = Callable[[Question], Awaitable[Answer]]

TOPS = 20
"""Most likeliest tokens that OpenAI shows."""

PLAIN_TOPS = 5
"""Most that its older interface shows."""

CHARACTERS = 4
"""Of a token, roughly: for the allowance of tokens, before the server has counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a question is worded to the server; all of it can change an answer, or nearly."""

    model: str
    chat: bool
    system: str | None
    stream: bool
    prefill: bool
    extra: Mapping[str, Any]
    omit: frozenset[str]
    limit_name: str
    most_stops: int
    interface: str = "openai"

    def identity(self) -> dict[str, Any]:
        """Return what can change an answer."""
        return {
            "chat": self.chat,
            "system": self.system,
            "extra": dict(self.extra),
            "omit": sorted(self.omit),
            **({"interface": self.interface} if self.interface != "openai" else {}),
        }

    def request(self, dialogue: Dialogue, settings: Mapping[str, Any]) -> Request:
        """Return what is posted for a dialogue."""
        if self.interface == "anthropic":
            asked = messages.request(self.model, self._messages(dialogue), settings)
            return Request(asked.path, self._own({**asked.body, **self.extra}))
        body: dict[str, Any] = {"model": self.model}
        if self.chat:
            body["messages"] = [message._asdict() for message in self._messages(dialogue)]
        else:
            body["prompt"] = dialogue.plain()
        body.update(settings)
        if self.stream:
            body.update(stream=True, stream_options={"include_usage": True})
        body.update(self.extra)
        return Request("chat/completions" if self.chat else "completions", self._own(body))

    def _own(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return a body without the fields that are not to be sent."""
        return {name: value for name, value in body.items() if name not in self.omit}

    def _messages(self, dialogue: Dialogue) -> tuple[Message, ...]:
        """Return the turns, with the system prompt where the dialogue has none."""
        if self.system is None or any(m.role == "system" for m in dialogue.messages):
            return dialogue.messages
        return (Message("system", self.system), *dialogue.messages)

    def settings(self, generation: Generation, key: str) -> dict[str, Any]:
        """Return the fields that say how an answer is generated."""
        fields: dict[str, Any] = {self.limit_name: generation.max_new_tokens}
        fields["temperature"] = generation.temperature
        if generation.temperature > 0:
            # Each question has a random stream of its own.
            drawn = hashlib.sha256(f"{generation.seed}:{key}".encode()).digest()
            fields["seed"] = int.from_bytes(drawn[:4]) >> 1
            if generation.top_p < 1:
                fields["top_p"] = generation.top_p
            if generation.top_k:
                fields["top_k"] = generation.top_k
        if generation.stop and self.most_stops:
            fields["stop"] = list(generation.stop[: self.most_stops])
        return fields

    def parsed(self, data: Any) -> tuple[Reply, Usage]:
        """Return the reply in what the server sent."""
        if self.interface == "anthropic":
            return messages.parsed(data)
        reply = of_chat(data) if self.chat else of_completion(data)
        return reply, reply.usage


class Asker:
    """Asks one server.

    Args:
        caller: Makes the calls.
        wording: How questions are worded.
        way: How options are ranked.
    """

    def __init__(self, caller: Caller, wording: Wording, way: str | None) -> None:
        self.caller = caller
        self.wording = wording
        self.way = way
        self._trusted = False

    async def greet(self) -> None:
        """See whether the server is there, and knows the model.

        One that lists others only is asked a question: some answer to names they do not list.

        Raises:
            CompassError: It is not, or does not.
        """
        listed = await self.caller.hello()
        model = self.wording.model
        if not listed or model in listed:
            return
        question = Dialogue((Message("user", "Say yes."),))
        settings = self.wording.settings(Generation(max_new_tokens=16), "check")
        try:
            await self._reply("check", question, settings)
        except (Fault, ModelError) as error:
            said = error.text if isinstance(error, Fault) else str(error.what)
            raise ModelError(
                f"the server does not list the model {model!r}, and refuses it: {said}",
                hint=did_you_mean(model, listed),
            ) from None

    async def check(self, ranks: bool) -> None:
        """See whether the server gives what ranking needs.

        Raises:
            CompassError: It does not.
        """
        if self._trusted or not ranks or self.way is None:
            return
        try:
            if self.way == "top":
                question = Dialogue((Message("user", "Answer A or B."),))
                tops_of((await self._reply("check", question, self._first())).logprobs)
            else:
                reason = await selfcheck.refusal(self._reader("check"), self._following)
                if reason:
                    raise selfcheck.refuse(reason, self.way)
        except Fault as fault:
            raise ModelError(
                f"the server does not rank in the way {self.way!r}: {fault.text}",
                hint="choose another ranking=, or benchmarks that ask for text",
            ) from None
        self._trusted = True

    def writing(self, generation: Generation) -> Work:
        """Return what asks a question for text."""

        async def write(question: Question) -> Answer:
            settings = self.wording.settings(generation, question.key)
            reply = await self._reply(question.key, question.dialogue, settings)
            return _written(question, reply, generation)

        return self._asking(write)

    def ranking(self) -> Work:
        """Return what asks a question for likelihoods."""

        async def rank(question: Question) -> Answer:
            if self.way != "top":
                return await ranked(question, self._reader(question.key))
            reply = await self._reply(question.key, question.dialogue, self._first())
            return Answer(
                key=question.key,
                likelihoods=first_tokens(question, tops_of(reply.logprobs)),
                prompt=question.dialogue.plain(),
                prompt_tokens=reply.usage.prompt,
            )

        return self._asking(rank)

    def losing(self) -> Work:
        """Return what asks for the losses of a text."""

        async def lose(question: Question) -> Answer:
            text = question.dialogue.plain()
            tokens = await self._reader(question.key)(text)
            losses = [one.logprob for one in tokens[1:]]
            if not losses or None in losses:
                return Answer(key=question.key, error="a token has no log-probability")
            return Answer(
                key=question.key, losses=tuple(-one for one in losses if one is not None),
                prompt=text, prompt_tokens=len(tokens),
            )  # fmt: skip

        return self._asking(lose)

    async def close(self) -> None:
        """Close connections and log."""
        await self.caller.close()

    def _asking(self, work: Work) -> Work:
        async def ask(question: Question) -> Answer:
            found = await self.caller.question(work(question))
            if isinstance(found, Fault):
                return Answer(key=question.key, error=found.text)
            return found

        return ask

    async def _reply(self, key: str, dialogue: Dialogue, settings: Mapping[str, Any]) -> Reply:
        request = self.wording.request(dialogue, settings)
        most = int(settings.get(self.wording.limit_name, 0))
        size = sum(len(message.content) for message in dialogue.messages)
        call = Call(key, request.path, request.body, size / CHARACTERS + most)
        return await self.caller.call(call, self.wording.parsed, self.caller.deadline())

    def _first(self) -> dict[str, Any]:
        shown = {"logprobs": True, "top_logprobs": TOPS}
        if not self.wording.chat:
            shown = {"logprobs": PLAIN_TOPS}
        return {self.wording.limit_name: 1, "temperature": 0, **shown}

    def _reader(self, key: str) -> Callable[[str], Awaitable[list[Token]]]:
        """Return what reads the tokens of a text; a question's texts share its deadline."""
        dialect, deadline = DIALECTS[str(self.way)], self.caller.deadline()

        async def read(text: str) -> list[Token]:
            asked = dialect.prompt(self.wording.model, text)
            body = {**asked.body, **self.wording.extra}
            call = Call(key, asked.path, body, len(text) / CHARACTERS)
            return await self.caller.call(call, lambda data: dialect.tokens(data, text), deadline)

        return read

    async def _following(self, text: str) -> Token:
        dialect = DIALECTS[str(self.way)]
        asked = dialect.next(self.wording.model, text)
        call = Call("check", asked.path, {**asked.body, **self.wording.extra}, 1.0)
        return await self.caller.call(call, dialect.following, self.caller.deadline())


def _written(question: Question, reply: Reply, generation: Generation) -> Answer:
    """Return a reply as an answer, cut at the first stop string."""
    output, finish = reply.output, reply.finish
    cuts = [place for place in map(output.find, generation.stop) if place >= 0]
    if cuts:
        output, finish = output[: min(cuts)], "stop"
    return Answer(
        key=question.key,
        output=output,
        reasoning=reply.reasoning,
        finish=finish,
        prompt=question.dialogue.plain(),
        prompt_tokens=reply.usage.prompt,
        tokens=reply.usage.output,
    )
