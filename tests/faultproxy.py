"""A proxy on loopback that spoils some of what passes through it, as told by a seed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

from tests.loopback import Request, Response, reply

FAULTS = (
    "429", "429 with Retry-After", "500", "502 page", "503", "reset before", "reset in mid-body",
    "slow drip", "malformed JSON", "empty choices", "no content", "wrong content type",
    "error in a 200", "a list", "truncated length",
)  # fmt: skip


class FaultProxy:
    """Passes requests on to a port, and spoils a share of the replies.

    Args:
        port: Of the server behind it.
        share: Of the requests that meet a fault.
        faults: Which ones.
        seed: Of the draw.
    """

    def __init__(self, port: int, share: float, faults=FAULTS, seed: int = 0) -> None:
        self.port = port
        self.share = share
        self.faults = faults
        self.draw = random.Random(seed)
        self.met: Counter[str] = Counter()

    async def __call__(self, request: Request) -> Response:
        if self.draw.random() >= self.share:
            return await self.passed_on(request)
        fault = self.draw.choice(self.faults)
        self.met[fault] += 1
        return await self.spoilt(fault, request)

    async def passed_on(self, request: Request) -> Response:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            top = f"{request.method} {request.path} HTTP/1.1\r\nconnection: close\r\n"
            kept = {k: v for k, v in request.headers.items() if k != "connection"}
            lines = "".join(f"{name}: {value}\r\n" for name, value in kept.items())
            writer.write(f"{top}{lines}\r\n".encode() + request.body)
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *rest = head.split("\r\n")
            headers = {}
            for line in rest:
                if line:
                    name, value = line.split(":", 1)
                    headers[name.strip().lower()] = value.strip()
            size = int(headers.pop("content-length", 0))
            body = await reader.readexactly(size)
            return Response(body, int(first.split()[1]), headers)
        finally:
            writer.close()

    async def spoilt(self, fault: str, request: Request) -> Response:
        html = {"content-type": "text/html"}
        if fault == "429":
            return reply({"error": {"message": "Rate limit reached"}}, 429)
        if fault == "429 with Retry-After":
            return reply({"error": {"message": "slow down"}}, 429, retry_after="0.05")
        if fault == "500":
            return reply({"error": {"message": "internal"}}, 500)
        if fault == "502 page":
            return Response(b"<html>Bad Gateway</html>", 502, html)
        if fault == "503":
            return reply({"detail": "overloaded"}, 503)
        if fault == "reset before":
            return Response(raw=b"", cut=True)
        if fault == "empty choices":
            return reply({"choices": [], "usage": {}})
        if fault == "no content":
            return reply({"choices": [{"message": {"content": None}, "finish_reason": "stop"}]})
        if fault == "wrong content type":
            return Response(b"<html>Login</html>", 200, html)
        if fault == "error in a 200":
            return reply({"error": {"message": "upstream failed", "code": 502}})
        if fault == "a list":
            return reply([1, 2, 3])
        real = await self.passed_on(request)
        if fault == "malformed JSON":
            return Response(real.body[: len(real.body) // 2], 200, real.headers)
        if fault == "slow drip":
            return Response(real.body, 200, real.headers, drip=0.05)
        half = real.body[: len(real.body) // 2]
        size = f"content-length: {len(real.body)}\r\n" if fault == "truncated length" else ""
        chunk = f"{len(real.body):x}\r\n".encode() if fault == "reset in mid-body" else b""
        chunked = "transfer-encoding: chunked\r\n" if chunk else ""
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{size}{chunked}\r\n"
        return Response(raw=head.encode() + chunk + half, cut=True)
