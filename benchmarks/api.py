"""Calls to a server: Compass beside the bare asynchronous client, peers, and the ideal.

The server answers on loopback, in a process of its own, after a fixed delay.  Each way makes the
same calls, in turns: questions in, answers out, no file written.

    python benchmarks/api.py --calls 2000 --concurrency 200 --peers inspect,lm-eval,opencompass

OpenCompass makes fewer calls: its ``OpenAISDK`` starts one a second unless told otherwise.  It is
measured as it comes, and with its limits raised to the concurrency of the others.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import beside

from compass.catalog.weights import smollm2
from compass.models.api import API
from compass.records import Dialogue, Message, Question, Sample
from compass.specs import Generation

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

FEW = 32
"""Calls of a peer that starts one a second."""


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


def peer(name: str, url: str, calls: int, concurrency: int) -> tuple[int, Callable[[], Any]]:
    """Return how many calls a peer makes in a round, and what lets it."""
    order = {"kind": "calls", "url": url, "concurrency": concurrency, "settings": {}}
    if name.startswith("opencompass"):
        order["tokenizer"] = str(smollm2())
        if name == "opencompass":
            calls = FEW
        else:
            limits = {"query_per_second": 5000, "max_workers": concurrency}
            order["settings"] = limits
    order["asked"] = [text_of(number) for number in range(calls)]
    running = beside.Peer(name.partition(" ")[0], order)

    def go() -> tuple[float, float]:
        told = running.round()
        if sum(bool(one) for one in told["answers"]) != calls:
            raise SystemExit(f"{name} lacks answers")
        return told["seconds"], told["cpu"]

    go.close = running.close  # type: ignore[attr-defined]
    return calls, go


def here(way: Callable[[str, int, int], int], url: str, calls: int, most: int) -> Callable[[], Any]:
    """Return what lets a way of this process make the calls, once it is warm."""
    way(url, 1, most)

    def go() -> tuple[float, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        if way(url, calls, most) != calls:
            raise SystemExit("answers are missing")
        return time.perf_counter() - wall, time.process_time() - cpu

    return go


def measure(delay: float, options: argparse.Namespace, peers: list[str]) -> dict[str, Any]:
    """Return the figures of every way at one delay."""
    calls, most = options.calls, options.concurrency
    command = [sys.executable, __file__, "serve", str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
        ways = {"bare client": (calls, here(bare, url, calls, most))}
        ways["compass"] = (calls, here(ours, url, calls, most))
        ways |= {name: peer(name, url, calls, most) for name in peers}
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for number in range(options.rounds):
            for name, (made, go) in ways.items():
                if made == calls or number == 0:  # one round of a slow one is enough
                    found[name].append(go())
        for _, go in ways.values():
            getattr(go, "close", lambda: None)()
        server.kill()
    told = {}
    for name, (made, _) in ways.items():
        walls, works = zip(*found[name], strict=True)
        ideal = delay * math.ceil(made / most)
        told[name] = {
            "calls": made,
            "seconds": round(statistics.median(walls), 3),
            "ideal": round(ideal, 3),
            "times_ideal": round(statistics.median(walls) / ideal, 2),
            "cpu_ms": round(statistics.median(works) / made * 1000, 3),
            "least_seconds": round(min(walls), 3),
            "least_cpu_ms": round(min(works) / made * 1000, 3),
        }
    return told


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=2000, metavar="N")
    parser.add_argument("--concurrency", type=int, default=200, metavar="N")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default="none", help="inspect,lm-eval,opencompass or none")
    parser.add_argument("--json", action="store_true", help="print one JSON object alone")
    options = parser.parse_args()
    peers = [] if options.peers == "none" else options.peers.split(",")
    if "opencompass" in peers:
        peers.append("opencompass raised")
    summary = {}
    for delay in (0.05, 1.0):
        told = summary[f"{delay:g}"] = measure(delay, options, peers)
        if options.json:
            continue
        print(f"\n{delay * 1000:.0f} ms a call, medians of {options.rounds} rounds in turns")
        for name, one in told.items():
            print(
                f"  {name:<19}{one['calls']:>5} calls {one['seconds']:8.2f} s = "
                f"{one['times_ideal']:7.2f} x ideal, {one['cpu_ms']:6.2f} ms CPU a call"
                f" (least {one['least_seconds']:.2f} s, {one['least_cpu_ms']:.2f} ms)"
            )
    print(json.dumps(summary))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(float(sys.argv[2])))
    else:
        main()
