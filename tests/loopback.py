"""HTTP servers on loopback for tests: a bare one, and an OpenAI-shaped one that answers by rule.

Everything runs on one event loop in a thread of its own; connections are kept alive.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    """What a client sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Response:
    """What goes back; `raw` goes out as it is, and `cut` breaks the connection after it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    raw: bytes | None = None
    cut: bool = False
    drip: float = 0.0
    """Seconds between single bytes of the body."""


def reply(value: Any, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(
        json.dumps(value).encode(), status, {"content-type": "application/json", **named}
    )


class Server:
    """A server whose every answer is what ``answer`` returns."""

    def __init__(
        self,
        answer: Callable[[Request], Awaitable[Response]],
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        get: Callable[[str], Response] | None = None,
    ) -> None:
        self.answer = answer
        self.get = get or (lambda _: reply({"data": []}))
        self.seen: Counter[str] = Counter()
        self._port = port
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._tasks: set[asyncio.Task] = set()
        start = asyncio.start_server(
            self._serve, "127.0.0.1", self._port, backlog=1024, ssl=self._tls, limit=1 << 22
        )
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        scheme = "https" if self._tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}/v1"
        return self

    def __exit__(self, *_):
        async def end():
            self._server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _one(self, reader, writer) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.split(":", 1) for line in lines if line)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if method == "GET":
            given = self.get(path)
        else:
            given = await self.answer(Request(method, path, headers, body))
        if given.raw is not None:
            writer.write(given.raw)
        else:
            top = "".join(f"{name}: {value}\r\n" for name, value in given.headers.items())
            size = "" if "transfer-encoding" in given.headers else len(given.body)
            length = f"content-length: {size}\r\n" if size != "" else ""
            writer.write(f"HTTP/1.1 {given.status} X\r\n{top}{length}\r\n".encode())
            if given.drip:
                for place in range(len(given.body)):
                    writer.write(given.body[place : place + 1])
                    await writer.drain()
                    await asyncio.sleep(given.drip)
            else:
                writer.write(given.body)
        await writer.drain()
        return not given.cut


class Oracle:
    """Answers chat completions and completions; remembers what it was asked.

    Args:
        say: Text for a prompt; by default the prompt's own last word.
        delay: Seconds an answer takes.
    """

    def __init__(self, say: Callable[[str], str] | None = None, delay: float = 0.0) -> None:
        self.say = say or (lambda prompt: prompt.split()[-1])
        self.delay = delay
        self.asked: Counter[str] = Counter()
        self.bodies: list[dict] = []
        self.keys: Counter[str] = Counter()
        self.in_flight = self.most_in_flight = 0

    async def __call__(self, request: Request) -> Response:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        self.keys[request.headers.get("authorization", "")] += 1
        try:
            if self.delay:
                await asyncio.sleep(self.delay)
            return self.answer(request)
        finally:
            self.in_flight -= 1

    def answer(self, request: Request) -> Response:
        body = request.json()
        if len(self.bodies) < 50:
            self.bodies.append(body)
        prompt = body["messages"][-1]["content"] if "messages" in body else body["prompt"]
        self.asked[prompt] += 1
        text = self.say(prompt)
        usage = {"prompt_tokens": len(prompt.split()), "completion_tokens": len(text.split())}
        if body.get("stream"):
            return streamed(text, usage, chat="messages" in body)
        if "messages" in body:
            choice = {"message": {"role": "assistant", "content": text}}
        else:
            choice = {"text": text}
        return reply({"choices": [{**choice, "finish_reason": "stop"}], "usage": usage})


def streamed(text: str, usage: dict, broken: bool = False, chat: bool = True) -> Response:
    """Return an answer as server-sent events, three characters each."""
    parts = [text[n : n + 3] for n in range(0, len(text), 3)]
    said = [{"delta": {"content": part}} if chat else {"text": part} for part in parts]
    pieces = [{"choices": [one]} for one in said]
    if not broken:
        pieces.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        pieces.append({"choices": [], "usage": usage})
    lines = [f"data: {json.dumps(piece)}\n\n" for piece in pieces]
    ending = "" if broken else "data: [DONE]\n\n"
    return Response(
        ("".join(lines) + ending).encode(), headers={"content-type": "text/event-stream"}
    )
