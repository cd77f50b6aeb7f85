"""An event loop in a thread of its own, and questions streamed through it.

The questions are drawn, and the answers yielded, in the caller's thread; only calls live in
the loop's.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from queue import SimpleQueue
from typing import Any

from compass.errors import CompassError
from compass.records import Answer, Question

AHEAD = 1024
"""Questions that are put in order before they are asked."""


class Loop:
    """A running event loop; the calls of all questions share its thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="calls", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Return what a coroutine returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def answers(
        self,
        questions: Iterable[Question],
        ask: Callable[[Question], Awaitable[Answer]],
        most: int,
    ) -> Iterator[Answer]:
        """Yield the answer to every question as it comes, in any order.

        Args:
            questions: What is asked.
            ask: Runs in the loop.
            most: Questions in flight at a time.

        Raises:
            CompassError: One that ``ask`` raised; what is in flight is answered first.
        """
        found: SimpleQueue[Answer | BaseException] = SimpleQueue()
        running: set[asyncio.Task[Answer]] = set()

        def start(question: Question) -> None:
            task = asyncio.ensure_future(ask(question))
            running.add(task)
            task.add_done_callback(end)

        def end(task: asyncio.Task[Answer]) -> None:
            running.discard(task)
            if not task.cancelled():
                error = task.exception()
                found.put(task.result() if error is None else error)

        waiting = iter(questions)
        in_flight, refusal = 0, None
        ended = False
        try:
            while True:
                while not ended and refusal is None and in_flight < most:
                    question = next(waiting, None)
                    if question is None:
                        ended = True
                    else:
                        in_flight += 1
                        self._loop.call_soon_threadsafe(start, question)
                if not in_flight:
                    break
                one = found.get()
                in_flight -= 1
                if isinstance(one, Answer):
                    yield one
                elif isinstance(one, CompassError):
                    refusal = refusal or one
                else:
                    raise one
            if refusal is not None:
                raise refusal
        finally:
            self._loop.call_soon_threadsafe(_cancel_all, running)


def _cancel_all(tasks: set[asyncio.Task[Answer]]) -> None:
    for task in list(tasks):
        task.cancel()


def in_prefix_order(questions: Iterable[Question]) -> Iterator[Question]:
    """Yield questions so that those that begin alike come together, some hundred at a time.

    A server that keeps the work on a prefix finds it again while it is still there.
    """
    window: list[Question] = []
    for question in questions:
        window.append(question)
        if len(window) == AHEAD:
            yield from sorted(window, key=_beginning)
            window.clear()
    yield from sorted(window, key=_beginning)


def _beginning(question: Question) -> list[str]:
    return [message.content for message in question.dialogue.messages]
