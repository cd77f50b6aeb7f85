"""Plain batches, for models whose prefixes cannot be shared.

Sequences are padded on the right: what comes behind a token does not change it,
so no mask is needed and recurrent layers are safe too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from compass.errors import ModelError
from compass.models.hf.memory import is_out_of_memory
from compass.models.hf.prompts import Asked, asked
from compass.models.hf.rank import Reading, likelihood, row_sums
from compass.models.hf.sampling import Sampler
from compass.models.hf.stops import Watch
from compass.models.hf.windows import windows
from compass.records import Answer, Question
from compass.specs import Generation

if TYPE_CHECKING:
    from collections.abc import Callable

    from compass.models.hf.memory import Budget
    from compass.models.hf.tokens import Prompt, Words
    from compass.models.hf.trie import Path
    from compass.models.hf.weights import Weights


def read_all(
    weights: Weights,
    budget: Budget,
    questions: Iterable[Question],
    prepare: Callable[[list[Question]], list[Reading | Answer]],
) -> Iterator[Answer]:
    """Yield an answer for every question; equal sequences are computed once."""
    for window in windows(questions, prepare):
        yield from (one for one in window if isinstance(one, Answer))
        yield from _window(weights, budget, [one for one in window if isinstance(one, Reading)])


def _window(weights: Weights, budget: Budget, readings: Sequence[Reading]) -> Iterator[Answer]:
    waiting: dict[bytes, list[tuple[int, int]]] = {}
    for number, reading in enumerate(readings):
        for place, path in enumerate(reading.paths):
            waiting.setdefault(path.tokens.tobytes(), []).append((number, place))
    found: list[list[Any]] = [[None] * len(reading.paths) for reading in readings]
    left = [len(reading.paths) for reading in readings]
    for sames, outcome in _groups(weights, budget, readings, list(waiting.values())):
        for (number, place), read in zip(sames, outcome, strict=True):
            if isinstance(read, Exception):
                if left[number] > 0:
                    yield _error(readings[number].key, read)
                left[number] = -1
                continue
            found[number][place] = read
            left[number] -= 1
            if not left[number]:
                pairs = found[number]
                yield readings[number].finish([r[0] for r in pairs], [r[1] for r in pairs])


def _groups(
    weights: Weights,
    budget: Budget,
    readings: Sequence[Reading],
    rows: list[list[tuple[int, int]]],
) -> Iterator[tuple[list[tuple[int, int]], list[Any]]]:
    """Yield paths (question, number) with what was read for each, batch after batch.

    Paths of one row are of equal tokens; they are computed together.
    """

    def path(pair: tuple[int, int]) -> Path:
        return readings[pair[0]].paths[pair[1]]

    rows.sort(key=lambda row: -len(path(row[0]).tokens))
    while rows:
        longest = len(path(rows[0][0]).tokens)
        count = max(1, budget.tokens // max(1, longest))
        pairs = [[path(pair) for pair in row] for row in rows[:count]]
        try:
            outcome: list[Any] = _batch(weights, pairs)
        except Exception as error:  # noqa: BLE001 - the back-end call; the rows keep the text
            if is_out_of_memory(error) and count > 1 and budget.halve(longest * count):
                continue
            outcome = [error for row in pairs for _ in row]
        yield [pair for row in rows[:count] for pair in row], outcome
        rows = rows[count:]


def _batch(weights: Weights, rows: Sequence[Sequence[Path]]) -> list[Any]:
    """Return what is read for every path; those of a row have equal tokens."""
    import numpy as np
    import torch

    model = weights.plain()
    longest = max(len(row[0].tokens) for row in rows)
    first = min(path.read_from for row in rows for path in row)
    tokens = np.zeros((len(rows), longest), np.int64)
    for number, row in enumerate(rows):
        tokens[number, : len(row[0].tokens)] = row[0].tokens
    keep = {"logits_to_keep": longest - first} if weights.keeps_logits else {}
    with torch.inference_mode():
        out = model(input_ids=weights.on_device(tokens), use_cache=False, **keep)
        logits = out.logits[:, first - longest :]
        found = []
        for number, path in ((n, path) for n, row in enumerate(rows) for path in row):
            own = logits[number, path.read_from - first : len(path.tokens) - first]
            targets = torch.as_tensor(path.targets, dtype=torch.long, device=own.device)
            sums, tops = row_sums(own)
            values = own.gather(1, targets[:, None])[:, 0].float() - sums
            found.append((values.double().cpu().numpy(), (tops == targets).cpu().numpy()))
    return found


def generate(
    weights: Weights, words: Words, questions: Iterable[Question], generation: Generation
) -> Iterator[Answer]:
    """Yield a continuation of every prompt, one prompt at a time."""
    sampler = Sampler(generation)
    stop_ids = weights.stop_ids()

    def prepare(window: list[Question]) -> list[Asked | Answer]:
        return asked(words, window, generation)

    for window in windows(questions, prepare):
        for one in window:
            if isinstance(one, Answer):
                yield one
                continue
            try:
                yield _continue(weights, words, one, sampler, stop_ids)
            except Exception as error:  # noqa: BLE001 - the back-end call
                yield _error(one.key, error)


def _continue(
    weights: Weights, words: Words, one: Asked, sampler: Sampler, stop_ids: set[int]
) -> Answer:
    import torch

    model = weights.plain()
    stream = sampler.stream(one.key)
    watch = Watch(words, sampler.generation.stop, stop_ids, one.room)
    prompt: Prompt = one.prompt
    kept: dict[str, Any] = {}
    given = weights.on_device(prompt.tokens)[None]
    if weights.seq2seq:
        encoded = model.get_encoder()(given)
        kept["encoder_outputs"] = encoded
        given = weights.on_device([[_decoder_start(model)]])
    name = "decoder_input_ids" if weights.seq2seq else "input_ids"
    with torch.inference_mode():
        while True:
            out = model(**{name: given}, use_cache=True, **kept)
            for cache in ("past_key_values", "cache_params"):
                if getattr(out, cache, None) is not None:
                    kept[cache] = getattr(out, cache)
            token = sampler.next(out.logits[:, -1], [stream])[0]
            if watch.add(token):
                return one.answer(watch)
            given = weights.on_device([[token]])


def rank_seq2seq(weights: Weights, words: Words, questions: Iterable[Question]) -> Iterator[Answer]:
    """Yield likelihoods from an encoder-decoder: it reads the context, and writes the option."""
    for question in questions:
        try:
            yield _rank_one(weights, words, question)
        except Exception as error:  # noqa: BLE001 - the back-end call
            yield _error(question.key, error)


def _rank_one(weights: Weights, words: Words, question: Question) -> Answer:
    import torch

    if question.whole:
        raise ModelError("an encoder-decoder has no likelihood of the whole text")
    model = weights.plain()
    found, truncated, prompt = [], 0, None
    for continuation in question.continuations:
        text = words.render(continuation.dialogue)
        context, whole = words.joined(text, continuation)
        prompt = words.prompts([context], words.style.context)[0]
        option = words.encode([whole[len(context) :].strip()])[0]
        if not option:
            raise ModelError("an option is empty")
        given = [_decoder_start(model), *option[:-1]]
        with torch.inference_mode():
            out = model(
                input_ids=weights.on_device(prompt.tokens)[None],
                decoder_input_ids=weights.on_device(given)[None],
                use_cache=False,
            )
            rows = out.logits[0].float().log_softmax(-1).cpu()
        targets = torch.as_tensor(option)
        values = rows.gather(1, targets[:, None])[:, 0].double().numpy()
        found.append(likelihood(values, (rows.argmax(-1) == targets).numpy(), len(option), None))
        truncated = max(truncated, prompt.truncated)
    return Answer(
        key=question.key,
        likelihoods=tuple(found),
        prompt=prompt.text if prompt else "",
        prompt_tokens=len(prompt.tokens) if prompt else 0,
        truncated=truncated,
    )


def _decoder_start(model: Any) -> int:
    for settings in (model.generation_config, model.config):
        token = getattr(settings, "decoder_start_token_id", None)
        if token is not None:
            return int(token)
    return int(model.config.pad_token_id or 0)


def _error(key: str, error: Exception) -> Answer:
    return Answer(key=key, error=f"{type(error).__name__}: {str(error)[:500]}")
