"""Calls to a server: Compass beside the bare asynchronous client, and a counted lower bound.

The server answers on loopback, in a process of its own, after a fixed delay.  Each way makes the
same calls, in turns.  ``python -m benchmarks.api [CALLS] [CONCURRENCY]``
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from compass.models.api import API
from compass.records import Dialogue, Message, Question, Sample
from compass.specs import Generation

ROUNDS = 3
BODY = json.dumps(
    {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "The answer is 4."},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25},
    }
).encode()


async def serve(delay: float) -> None:
    """Answer every request after a delay; print the port."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(BODY)}"
    answer = head.encode() + b"\r\n\r\n" + BODY

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                top = await reader.readuntil(b"\r\n\r\n")
                for line in top.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        await reader.readexactly(int(line.split(b":")[1]))
                await asyncio.sleep(delay)
                writer.write(answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def text_of(number: int) -> str:
    return f"Question {number}: what is 2 + 2? Answer with a number."


def bare(url: str, calls: int, concurrency: int) -> int:
    """Make the calls with the client alone, with a semaphore."""
    import httpx2
    import openai

    async def every() -> int:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=concurrency)
        http = httpx2.AsyncClient(limits=limits, timeout=600)
        client = openai.AsyncOpenAI(api_key="x", base_url=url, http_client=http, max_retries=0)
        room = asyncio.Semaphore(concurrency)

        async def one(number: int) -> int:
            async with room:
                reply = await client.chat.completions.create(
                    model="m",
                    messages=[{"role": "user", "content": text_of(number)}],
                    max_tokens=512,
                    temperature=0,
                )
            return len(reply.choices[0].message.content or "")

        try:
            return sum(size > 0 for size in await asyncio.gather(*map(one, range(calls))))
        finally:
            await client.close()

    return asyncio.run(every())


def ours(url: str, calls: int, concurrency: int) -> int:
    """Make the calls with Compass's back end."""

    def questions() -> Iterator[Question]:
        for number in range(calls):
            yield Question(
                key=f"{number:032x}",
                sample=Sample(id=str(number), fields={}),
                dialogue=Dialogue((Message("user", text_of(number)),)),
            )

    model = API("m", base_url=url, concurrency=concurrency)
    try:
        answers = model.generate(questions(), Generation())
        return sum(answer.error is None for answer in answers)
    finally:
        model.close()


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    concurrency = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    ways: dict[str, Callable[[str, int, int], int]] = {"bare client": bare, "Compass": ours}
    print(f"{calls} calls, {concurrency} at a time, medians of {ROUNDS} rounds in turns")
    summary: dict[str, dict[str, dict[str, float]]] = {}
    for delay in (0.05, 1.0):
        command = [sys.executable, __file__, "serve", str(delay)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
            walls: dict[str, list[float]] = {name: [] for name in ways}
            works: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, way in ways.items():
                    wall, work = time.perf_counter(), time.process_time()
                    assert way(url, calls, concurrency) == calls
                    walls[name].append(time.perf_counter() - wall)
                    works[name].append((time.process_time() - work) / calls * 1000)
            server.kill()
        ideal = delay * calls / concurrency
        print(f"\ndelay {delay * 1000:.0f} ms: ideal {ideal:.2f} s")
        for name in ways:
            wall, work = statistics.median(walls[name]), statistics.median(works[name])
            print(
                f"  {name:<12} {wall:7.2f} s = {wall / ideal:6.2f} x ideal, "
                f"{work:.2f} ms CPU a call (least {min(works[name]):.2f}), "
                f"least {min(walls[name]):.2f} s"
            )
            told = {"seconds": wall, "times_ideal": wall / ideal, "cpu_ms": work}
            summary.setdefault(f"{delay:g}", {})[name] = told
    print(json.dumps(summary))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(float(sys.argv[2])))
    else:
        main()
