"""Plain batches, for models whose prefixes cannot be shared.

Sequences that are read are padded on the right: what comes behind a token does not
change it, so no mask is needed and recurrent layers are safe too.  Prompts that are
continued are padded on the left, or go one by one where that would change them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from compass.errors import ModelError
from compass.models.hf.memory import is_out_of_memory
from compass.models.hf.prompts import Asked, asked
from compass.models.hf.rank import Reading, likelihood
from compass.models.hf.reads import read_off
from compass.models.hf.sampling import Sampler
from compass.models.hf.stops import Watch
from compass.models.hf.windows import windows
from compass.records import Answer, Question
from compass.specs import Generation

if TYPE_CHECKING:
    from collections.abc import Callable

    from compass.models.hf.memory import Budget
    from compass.models.hf.tokens import Words
    from compass.models.hf.trie import Path
    from compass.models.hf.weights import Weights

_ROWS = 32
"""Most prompts continued together."""


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
                yield readings[number].finish(found[number])


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
        spread = any(readings[number].spread for row in rows[:count] for number, _ in row)
        try:
            outcome: list[Any] = _batch(weights, pairs, spread=spread)
        except Exception as error:  # noqa: BLE001 - the back-end call; the rows keep the text
            if is_out_of_memory(error) and count > 1 and budget.halve(longest * count):
                continue
            outcome = [error for row in pairs for _ in row]
        yield [pair for row in rows[:count] for pair in row], outcome
        rows = rows[count:]


def _batch(weights: Weights, rows: Sequence[Sequence[Path]], *, spread: bool) -> list[Any]:
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
            places = torch.arange(len(targets), device=own.device)
            found.append(read_off(own, places, targets, spread=spread))
    return found


def generate(
    weights: Weights,
    budget: Budget,
    words: Words,
    questions: Iterable[Question],
    generation: Generation,
) -> Iterator[Answer]:
    """Yield a continuation of every prompt, prompts of like length together."""
    sampler = Sampler(generation)
    together = _takes_padding(weights)

    def prepare(window: list[Question]) -> list[Asked | Answer]:
        return asked(words, window, generation)

    for window in windows(questions, prepare):
        yield from (one for one in window if isinstance(one, Answer))
        waiting = [one for one in window if isinstance(one, Asked)]
        waiting.sort(key=lambda one: -len(one.prompt.tokens))
        while waiting:
            longest = len(waiting[0].prompt.tokens) + waiting[0].room
            fits = min(_ROWS, budget.held // longest) if together else 1
            group = waiting[: max(1, fits)]
            try:
                found = _continue(weights, words, group, sampler)
            except Exception as error:  # noqa: BLE001 - the back-end call
                if is_out_of_memory(error) and len(group) > 1:
                    budget.held = longest * (len(group) // 2)
                    continue
                found = [_error(one.key, error) for one in group]
            yield from found
            del waiting[: len(group)]


def _takes_padding(weights: Weights) -> bool:
    """Tell whether prompts may be padded on the left: attention sees past it, states do not."""
    if weights.seq2seq or not weights.accepts >= {"attention_mask", "position_ids"}:
        return False
    from transformers.cache_utils import DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

    layers = DynamicCache(config=weights.model.config.get_text_config(decoder=True)).layers
    return all(type(layer) in (DynamicLayer, DynamicSlidingWindowLayer) for layer in layers)


def _continue(
    weights: Weights, words: Words, group: Sequence[Asked], sampler: Sampler
) -> list[Answer]:
    import torch

    model, stop_ids = weights.plain(), weights.stop_ids()
    streams = [sampler.stream(one.key) for one in group]
    watches = [Watch(words, sampler.generation.stop, stop_ids, one.room) for one in group]
    open_rows = set(range(len(group)))
    kept = _begin(weights, group)
    name = "decoder_input_ids" if weights.seq2seq else "input_ids"
    with torch.inference_mode():
        while True:
            out = model(**kept, use_cache=True)
            tokens = sampler.next(out.logits[:, -1], streams)
            open_rows -= {row for row in open_rows if watches[row].add(tokens[row])}
            if not open_rows:
                return [one.answer(watch) for one, watch in zip(group, watches, strict=True)]
            for cache in ("past_key_values", "cache_params"):
                if getattr(out, cache, None) is not None:
                    kept[cache] = getattr(out, cache)
            kept[name] = weights.on_device(tokens)[:, None]
            if "attention_mask" in kept:
                mask = kept["attention_mask"]
                kept["attention_mask"] = torch.cat([mask, torch.ones_like(mask[:, :1])], 1)
                kept["position_ids"] = kept["position_ids"][:, -1:] + 1


def _begin(weights: Weights, group: Sequence[Asked]) -> dict[str, Any]:
    """Return what a model is given first; prompts of unlike length are padded on the left."""
    import torch

    rows = [one.prompt.tokens for one in group]
    if weights.seq2seq:
        with torch.inference_mode():
            encoded = weights.plain().get_encoder()(weights.on_device(rows))
        start = weights.on_device([[_decoder_start(weights.model)]])
        return {"encoder_outputs": encoded, "decoder_input_ids": start}
    longest = max(map(len, rows))
    given = {"input_ids": weights.on_device([[0] * (longest - len(r)) + r for r in rows])}
    if len(rows) > 1:
        mask = weights.on_device([[0] * (longest - len(r)) + [1] * len(r) for r in rows])
        given["attention_mask"] = mask
        given["position_ids"] = (mask.cumsum(1) - 1).clamp(min=0)
    return given


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
