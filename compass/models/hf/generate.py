"""Generation with shared prefixes and rows that come and go.

Prompts are sorted, and neighbours that begin alike form a crowd.  A prompt is
computed by the walk that ranking uses, so what it shares with the one before it
is not computed again; then it joins the rows that are being continued.  As soon as
a row ends, the next prompt takes its place.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from compass.models.hf.decode import Crowd, Row, Rows
from compass.models.hf.memory import is_out_of_memory
from compass.models.hf.prompts import Asked, asked
from compass.models.hf.sampling import Sampler
from compass.models.hf.stops import Watch
from compass.models.hf.trie import Path, common, lay_out
from compass.models.hf.windows import windows
from compass.records import Answer, Question
from compass.specs import Generation

if TYPE_CHECKING:
    from compass.models.hf.tokens import Words
    from compass.models.hf.trie import Ints
    from compass.models.hf.walk import Walk

log = logging.getLogger(__name__)

WORTH_SHARING = 16
"""Tokens from which a common prefix is held apart."""

_ROWS_CPU = 48
_ROWS_GPU = 256


@dataclass(slots=True, eq=False)
class Unit:
    """A prompt and the questions that ask it."""

    tokens: Ints
    crowd: Crowd
    asked: list[Asked]


def answers(
    walk: Walk, words: Words, questions: Iterable[Question], generation: Generation
) -> Iterator[Answer]:
    """Yield the answer to every question, as soon as it is complete."""
    yield from _Flow(walk, words, generation).run(questions)


class _Flow:
    """Prompts on their way in, rows at hand, answers on their way out."""

    def __init__(self, walk: Walk, words: Words, generation: Generation) -> None:
        self.walk, self.words, self.generation = walk, words, generation
        self.sampler = Sampler(generation)
        self.stop_ids = walk.weights.stop_ids()
        self.rows = Rows(walk.weights)
        self.queue: deque[Unit] = deque()
        on_cpu = walk.weights.device.type == "cpu"
        self.most = min(_ROWS_CPU if on_cpu else _ROWS_GPU, walk.budget.tokens)

    def run(self, questions: Iterable[Question]) -> Iterator[Answer]:
        def prepare(window: list[Question]) -> list[Asked | Answer]:
            return asked(self.words, window, self.generation)

        stream = windows(questions, prepare)
        crowd: Crowd | None = None
        exhausted = False
        while True:
            while not self.queue and not exhausted:
                window = next(stream, None)
                if window is None:
                    exhausted = True
                    break
                yield from (one for one in window if isinstance(one, Answer))
                new = units([one for one in window if isinstance(one, Asked)], crowd)
                self.queue.extend(new)
                crowd = new[-1].crowd if new else crowd
            if self.queue and self._has_room():
                yield from self._admit()
                continue
            if not len(self.rows):
                return
            yield from self._step()

    def _has_room(self) -> bool:
        count = len(self.rows)
        free = self.most - count
        return not count or (free >= max(1, self.most // 8) and self._fits(self.queue[0]))

    def _fits(self, unit: Unit) -> bool:
        held = sum(row.needs for row in self.rows.rows)
        return held + self._needs(unit) <= self.walk.budget.held

    def _needs(self, unit: Unit) -> int:
        return len(unit.tokens) - len(unit.crowd.tokens) + unit.asked[0].room

    def _admit(self) -> Iterator[Answer]:
        """Compute the next prompts and let them join."""
        taken: list[Unit] = []
        slots, held = self.most - len(self.rows), sum(row.needs for row in self.rows.rows)
        while self.queue and slots > 0:
            unit = self.queue[0]
            held += self._needs(unit)
            if taken and held > self.walk.budget.held:
                break
            taken.append(self.queue.popleft())
            slots -= len(self._copies(unit))
        try:
            ended = self._prefill(taken)
        except Exception as error:  # noqa: BLE001 - the back-end call; the rows keep the text
            self.walk.reset()
            self.rows.leave([p for p, r in enumerate(self.rows.rows) if r.asked[0] in _all(taken)])
            yield from _errors(_all(taken), error)
            return
        yield from ended

    def _copies(self, unit: Unit) -> list[list[Asked]]:
        """Return the questions of a unit by the answer they get: greedily all get the same."""
        return [unit.asked] if self.generation.temperature == 0 else [[one] for one in unit.asked]

    def _prefill(self, taken: Sequence[Unit]) -> list[Answer]:
        import numpy as np

        paths = [Path(u.tokens, len(u.tokens) - 1, np.zeros(1, np.int32)) for u in taken]
        layout = lay_out(paths, self.walk.stack)
        wanted: dict[int, int] = {}
        begun: set[int] = set()
        for number, piece in sorted(layout.ends.items(), key=lambda pair: pair[1]):
            crowd = taken[number].crowd
            first = not crowd.kept.layers and id(crowd) not in begun
            begun.add(id(crowd))
            wanted[piece] = 0 if first else len(crowd.tokens)
        units_by_piece = {piece: taken[number] for number, piece in layout.ends.items()}
        logits: dict[int, Any] = {}
        finished: list[Answer] = []
        number_of = {piece: number for number, piece in layout.ends.items()}
        for step in self.walk.through(layout, wanted):
            for read, row in zip(step.reads, step.rows, strict=True):
                logits[int(read)] = step.logits[row]
            for piece, found in step.found.items():
                unit = units_by_piece[piece]
                row_logits = logits.pop(number_of[piece])
                finished += self._join(unit, found, row_logits, wanted[piece] == 0)
        return finished

    def _join(self, unit: Unit, found: Any, logits: Any, whole: bool) -> list[Answer]:
        """Let a computed prompt join the rows, once for each answer it is to get."""
        shared = len(unit.crowd.tokens)
        if whole and shared:
            for layer, (key, value) in found.items():
                if layer not in unit.crowd.kept.layers:
                    pair = key[:, :shared].clone(), value[:, :shared].clone()
                    unit.crowd.kept.layers[layer] = pair
            found = {n: (key[:, shared:], value[:, shared:]) for n, (key, value) in found.items()}
        finished: list[Answer] = []
        for questions in self._copies(unit):
            first = questions[0]
            watch = Watch(self.words, self.generation.stop, self.stop_ids, first.room)
            stream = self.sampler.stream(first.key)
            token = self.sampler.next(logits[None], [stream])[0]
            if watch.add(token):
                finished += [one.answer(watch) for one in questions]
                continue
            size = len(unit.tokens) - shared
            self.rows.enter(Row(questions, watch, stream, unit.crowd, size, token), found)
        return finished

    def _step(self) -> Iterator[Answer]:
        """Continue every row by a token; yield the answers that are complete."""
        try:
            logits = self.rows.step()
        except Exception as error:  # noqa: BLE001 - the back-end call; the rows keep the text
            if is_out_of_memory(error) and len(self.rows) > 1:
                self._step_back()
                return
            waiting = [one for row in self.rows.rows for one in row.asked]
            self.rows.leave(range(len(self.rows)))
            yield from _errors(waiting, error)
            return
        ended = []
        tokens = self.sampler.next(logits, [row.stream for row in self.rows.rows])
        for place, (row, token) in enumerate(zip(self.rows.rows, tokens, strict=True)):
            row.token = token
            if row.watch.add(token):
                ended.append(place)
        done = [self.rows.rows[place] for place in ended]
        self.rows.leave(ended)
        for row in done:
            yield from (one.answer(row.watch) for one in row.asked)

    def _step_back(self) -> None:
        """Send half of the rows back to the queue: memory does not hold them all."""
        import numpy as np

        half = range(len(self.rows) // 2, len(self.rows))
        self.most = max(1, len(self.rows) // 2)
        self.walk.budget.halve(2)
        for place in half:
            row = self.rows.rows[place]
            tokens = np.asarray(row.asked[0].prompt.tokens, dtype=np.int32)
            self.queue.appendleft(Unit(tokens, row.crowd, list(row.asked)))
        self.rows.leave(half)
        log.warning("out of memory: %d rows at once from now on", self.most)


def units(questions: Sequence[Asked], before: Crowd | None) -> list[Unit]:
    """Return prompts in the order of a trie, each with the prefix it shares with a crowd.

    A crowd takes in the next prompt while that saves more tokens than it loses by having
    a shorter prefix.

    Args:
        questions: The prompts, in any order.
        before: The crowd of the prompts that went before; it is joined where it fits.
    """
    import numpy as np

    by_tokens: dict[bytes, list[Asked]] = {}
    for one in questions:
        name = np.asarray(one.prompt.tokens, dtype=np.int32).astype(">u4").tobytes()
        by_tokens.setdefault(name, []).append(one)
    ordered = [by_tokens[name] for name in sorted(by_tokens)]
    rows = [np.asarray(same[0].prompt.tokens, dtype=np.int32) for same in ordered]
    found: list[Unit] = []
    start = 0
    while start < len(rows):
        stop, shared = _crowd_end(rows, start)
        if stop - start == 1:
            shared = len(rows[start]) - 1 if len(ordered[start]) > 1 else 0
        crowd = Crowd(rows[start][:shared])
        if before is not None and len(before.tokens) and _covers(before, rows[start:stop], shared):
            crowd = before
        elif shared < WORTH_SHARING:
            crowd = Crowd(rows[start][:0])
        found += [Unit(rows[n], crowd, ordered[n]) for n in range(start, stop)]
        before, start = crowd, stop
    return found


def _crowd_end(rows: Sequence[Ints], start: int) -> tuple[int, int]:
    """Return where the crowd that begins at ``start`` ends, and how much it shares."""
    shared, stop = len(rows[start]), start + 1
    while stop < len(rows):
        less = min(shared, common(rows[stop - 1], rows[stop]))
        count = stop - start
        if less < WORTH_SHARING or count * less < (count - 1) * shared:
            break
        shared, stop = less, stop + 1
    return stop, shared


def _covers(crowd: Crowd, rows: Sequence[Ints], shared: int) -> bool:
    """Tell whether rows that share some tokens share those of a crowd, and few more."""
    size = len(crowd.tokens)
    if not shared <= 2 * size:
        return False
    return all(common(crowd.tokens, row) == size for row in rows)


def _all(taken: Sequence[Unit]) -> list[Asked]:
    return [one for unit in taken for one in unit.asked]


def _errors(waiting: Iterable[Asked], error: Exception) -> Iterator[Answer]:
    text = f"{type(error).__name__}: {str(error)[:500]}"
    for one in waiting:
        yield Answer(key=one.key, error=text)
