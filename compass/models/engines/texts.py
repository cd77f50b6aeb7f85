"""LMDeploy's pipeline as an engine: prompts as texts, likelihoods as differences of totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from compass.models.engines.asking import Row, Wish, Written
from compass.models.engines.lmdeploy import LMDeployEngine
from compass.models.hf.rank import Reading
from compass.models.hf.reads import Read, blank
from compass.models.hf.tokens import Words
from compass.models.hf.windows import windows
from compass.records import Answer, Question


@dataclass(frozen=True)
class AsTexts:
    """A pipeline that is given tokens: they become the text they stand for.

    The pipeline puts the token that begins texts in front by itself; what a chat template has
    put there already is left out.
    """

    pipe: LMDeployEngine
    words: Words

    def write(self, prompts: list[list[int]], wishes: list[Wish]) -> list[Written]:
        """Return what follows each prompt."""
        special = {token: self._text([token]) for token in self.words.tokenizer.all_special_ids}
        return self.pipe.write_texts(self._texts(prompts), wishes, special)

    def read(self, texts: list[list[int]]) -> list[Row]:
        """Return the log-probabilities of each text's tokens but the first."""
        long = [tokens for tokens in texts if len(tokens) > 1]
        rows = iter(self.pipe.read_texts(self._texts(long), long) if long else [])
        return [next(rows) if len(tokens) > 1 else Row([], []) for tokens in texts]

    def _texts(self, rows: list[list[int]]) -> list[str]:
        first = self.words.tokenizer.bos_token_id
        return [self._text(row[row[:1] == [first] and first is not None :]) for row in rows]

    def _text(self, tokens: list[int]) -> str:
        return str(self.words.tokenizer.decode(tokens, clean_up_tokenization_spaces=False))


def ranked(
    pipe: LMDeployEngine,
    questions: Iterable[Question],
    prepare: Callable[[list[Question]], list[Reading | Answer]],
) -> Iterator[Answer]:
    """Yield likelihoods: of context, context with the first token of an option, and the whole."""
    for window in windows(questions, prepare):
        yield from (one for one in window if isinstance(one, Answer))
        readings = [one for one in window if isinstance(one, Reading)]
        starts = [_starts(reading) for reading in readings]
        wanted: dict[tuple[int, ...], float] = {}
        for reading, sizes in zip(readings, starts, strict=True):
            for path, size in zip(reading.paths, sizes, strict=True):
                wanted |= dict.fromkeys(_rows(path, size), 0.0)
        rows = sorted(wanted)
        wanted = dict(zip(rows, pipe.totals([list(row) for row in rows]), strict=True))
        for reading, sizes in zip(readings, starts, strict=True):
            yield _finished(reading, sizes, wanted)


def _starts(reading: Reading) -> list[int]:
    """Return the tokens of each option, as the reading itself counts them."""
    trial = reading.finish([blank(len(path.targets), spread=False) for path in reading.paths])
    return [one.tokens for one in trial.likelihoods or ()]


def _rows(path: Any, size: int) -> tuple[tuple[int, ...], ...]:
    """Return the context, the context with one token of the option, and the whole."""
    whole = (*map(int, path.tokens), int(path.targets[-1]))
    start = len(whole) - size
    return whole[:start], whole[: start + 1], whole


def _finished(reading: Reading, sizes: list[int], totals: dict[tuple[int, ...], float]) -> Answer:
    """Return the answer; what is known is put where the reading sums it up."""
    reads: list[Read] = []
    for path, size in zip(reading.paths, sizes, strict=True):
        context, first, whole = (totals[row] for row in _rows(path, size))
        read = blank(len(path.targets), spread=False)
        row = read.logprobs
        row[-size] = first - context
        if size > 1:
            row[-1] += whole - first
        if len(row) > size:
            row[0] += context
        reads.append(read)
    return reading.finish(reads)
