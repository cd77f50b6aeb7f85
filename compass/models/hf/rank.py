"""Likelihoods of options, and losses of texts, read along token tries."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from compass.errors import CompassError, ModelError
from compass.models.hf.reads import Read, blank, read_off
from compass.models.hf.tokens import Preview
from compass.models.hf.trie import Layout, Path, lay_out
from compass.models.hf.walk import Step, Walk
from compass.models.hf.windows import windows
from compass.records import Answer, Dialogue, Likelihood, Question

if TYPE_CHECKING:
    from compass.models.hf.reads import Flags, Floats
    from compass.models.hf.tokens import Words


@dataclass(slots=True, eq=False)
class Reading:
    """A question as paths through a trie, and how what is read becomes its answer."""

    key: str
    paths: list[Path]
    finish: Callable[[list[Read]], Answer]
    spread: bool = False
    """Whether it wants mean and spread of the vocabulary."""


def read_all(
    walk: Walk,
    questions: Iterable[Question],
    prepare: Callable[[list[Question]], list[Reading | Answer]],
) -> Iterator[Answer]:
    """Yield an answer for every question, each as soon as its last token is read."""
    for window in windows(questions, prepare):
        pending = []
        for one in window:
            if isinstance(one, Answer):
                yield one
            else:
                pending.append(one)
        while pending:
            pending = yield from _read(walk, pending)


def _read(walk: Walk, readings: list[Reading]) -> Generator[Answer, None, list[Reading]]:
    """Yield the answers of a window; return what is left over after a failure."""
    paths = [path for reading in readings for path in reading.paths]
    layout = lay_out(paths, walk.stack)
    read = blank(len(layout.read_at), spread=any(reading.spread for reading in readings))
    firsts, ends, order = _schedule(layout, readings)
    done = 0
    try:
        while done < len(order) and ends[order[done]] < 0:
            yield _answer(readings[order[done]], layout, firsts[order[done]], read)
            done += 1
        for step in walk.through(layout):
            if len(step.reads):
                _keep(read, step, layout)
            while done < len(order) and ends[order[done]] < step.stop:
                number = order[done]
                yield _answer(readings[number], layout, firsts[number], read)
                done += 1
    except CompassError:
        raise
    except Exception as error:  # noqa: BLE001 - the back-end call; the rows keep the text
        start, stop = walk.at
        walk.reset()
        failed = [n for n in order[done:] if _touches(layout, firsts, n, start, stop)]
        failed = failed or [order[done]]
        for number in failed:
            yield Answer(
                key=readings[number].key, error=f"{type(error).__name__}: {str(error)[:500]}"
            )
        lost = set(failed)
        return [readings[number] for number in order[done:] if number not in lost]
    return []


def _schedule(layout: Layout, readings: Sequence[Reading]) -> tuple[Any, Any, Any]:
    """Return each question's first path and the place of its last read, and their order."""
    import numpy as np

    firsts = np.cumsum([0, *(len(reading.paths) for reading in readings)])
    ends = _ends(layout, firsts)
    return firsts, ends, np.argsort(ends, kind="stable")


def _ends(layout: Layout, firsts: Any) -> Any:
    """Return the place of every question's last read; -1 where nothing is read."""
    import numpy as np

    last = np.full(len(firsts) - 1, -1, np.int64)
    for number in range(len(last)):
        reads = layout.read_at[layout.offsets[firsts[number]] : layout.offsets[firsts[number + 1]]]
        if len(reads):
            last[number] = reads.max()
    return last


def _touches(layout: Layout, firsts: Any, number: int, start: int, stop: int) -> bool:
    reads = layout.read_at[layout.offsets[firsts[number]] : layout.offsets[firsts[number + 1]]]
    return bool(((reads >= start) & (reads < stop)).any())


def _answer(reading: Reading, layout: Layout, first: int, read: Read) -> Answer:
    bounds = layout.offsets[first : first + len(reading.paths) + 1]
    return reading.finish([read.part(start, stop) for start, stop in pairwise(bounds)])


def _keep(read: Read, step: Step, layout: Layout) -> None:
    """Put what a step gave where it belongs."""
    import torch

    device = step.logits.device
    rows = torch.as_tensor(step.rows, device=device)
    targets = torch.as_tensor(layout.targets[step.reads], dtype=torch.long, device=device)
    found = read_off(step.logits, rows, targets, spread=read.means is not None)
    for kept, values in zip(read, found, strict=True):
        if kept is not None:
            kept[step.reads] = values


def rankings(words: Words, questions: Sequence[Question]) -> list[Reading | Answer]:
    """Return the options of questions as paths."""
    rendered: dict[Dialogue, str] = {}
    number: dict[str, int] = {}
    plans: list[tuple[Question, list[tuple[str, str]]] | Answer] = []
    for question in questions:
        try:
            pairs = []
            for continuation in question.continuations:
                dialogue = continuation.dialogue
                if dialogue not in rendered:
                    rendered[dialogue] = words.render(dialogue)
                pairs.append(words.joined(rendered[dialogue], continuation))
            plans.append((question, pairs))
            for text in {text for pair in pairs for text in pair}:
                number.setdefault(text, len(number))
        except ModelError as error:
            plans.append(Answer(key=question.key, error=str(error)))
    tokens = words.encode(list(number))
    found: list[Reading | Answer] = []
    for plan in plans:
        if isinstance(plan, Answer):
            found.append(plan)
            continue
        question, pairs = plan
        options = [
            _option(words, context, tokens[number[context]], whole, tokens[number[whole]])
            for context, whole in pairs
        ]
        prompt = rendered[question.continuations[0].dialogue] if options else ""
        if options:
            prompt = _seen(words, prompt, max(options, key=lambda option: option.truncated))
        found.append(_ranking(question, prompt, options))
    return found


@dataclass(frozen=True, slots=True)
class _Option:
    tokens: list[int]
    """Context and option, cut to length."""

    size: int
    """Tokens of the option."""

    truncated: int


def _option(
    words: Words, context: str, before: list[int], whole: str, tokens: list[int]
) -> _Option:
    before = words.started(context, before)
    full = words.started(whole, tokens)
    if not context and not words.start:
        full = before + tokens
    if tokens and len(full) == 1 and whole != context:
        full = words.blank() + full  # context and option are one token: nothing precedes it
    start = max(1, min(len(before), len(full) - 1)) if tokens else len(full)
    option = full[start:]
    over = len(full) - 1 - words.style.context
    if over > 0:
        full = words.cut(full[:start], max(1, start - over)) + option
        full = full[-(words.style.context + 1) :]
        option = option[-words.style.context :]
    return _Option(full, len(option), max(0, over))


def _seen(words: Words, text: str, option: _Option) -> str:
    """Return the prompt as the model sees it before an option."""
    if not option.truncated:
        return text
    return words.decode(option.tokens[: len(option.tokens) - option.size])


def previewed(words: Words, question: Question) -> Preview:
    """Return the prompt of the first option, cut as the longest option after it needs."""
    dialogue = question.continuations[0].dialogue
    text = words.render(dialogue)
    pairs = [words.joined(text, one) for one in question.continuations if one.dialogue is dialogue]
    tokens = words.encode([one for pair in pairs for one in pair])
    options = [
        _option(words, context, tokens[2 * place], whole, tokens[2 * place + 1])
        for place, (context, whole) in enumerate(pairs)
    ]
    option = max(options, key=lambda one: one.truncated)
    size = len(option.tokens) - option.size
    return Preview(_seen(words, text, option), size, option.truncated)


def _ranking(question: Question, prompt: str, options: list[_Option]) -> Reading | Answer:
    import numpy as np

    if not options or not all(option.size for option in options):
        reason = "an option is empty" if options else "there are no options to rank"
        return Answer(key=question.key, error=reason)
    paths = []
    for option in options:
        tokens = np.asarray(option.tokens, dtype=np.int32)
        first = 0 if question.whole else len(tokens) - option.size - 1
        paths.append(Path(tokens[:-1], first, tokens[first + 1 :]))
    key, sizes = question.key, [option.size for option in options]
    lengths = [len(option.tokens) if question.whole else None for option in options]
    longest = max(options, key=lambda option: option.truncated)
    context, truncated = len(longest.tokens) - longest.size, longest.truncated

    def finish(reads: list[Read]) -> Answer:
        return Answer(
            key=key,
            likelihoods=tuple(
                likelihood(read.logprobs, read.greedy, size, length)
                for read, size, length in zip(reads, sizes, lengths, strict=True)
            ),
            prompt=prompt,
            prompt_tokens=context,
            truncated=truncated,
        )

    return Reading(key, paths, finish)


def likelihood(logprobs: Floats, greedy: Flags, size: int, length: int | None) -> Likelihood:
    """Return the likelihood of the last ``size`` tokens; of all too where ``length`` is given."""
    own = logprobs[-size:]
    return Likelihood(
        logprob=float(own.sum()),
        tokens=size,
        first=float(own[0]),
        greedy=bool(greedy[-size:].all()),
        whole=float(logprobs.sum()) if length is not None else None,
        whole_tokens=length,
    )
