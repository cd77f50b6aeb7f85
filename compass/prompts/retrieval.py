"""Choosers of shots that look for likeness: `BM25` (shared words) and `Nearest` (vectors).

The most similar shot comes last, next to the question.  Ties go to the sample
that stands earlier in the pool, so that every process chooses alike.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from compass.errors import ConfigError, DataError, did_you_mean
from compass.prompts.picking import check_number, first
from compass.records import Sample

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")


class Encoder(Protocol):
    """What turns texts into vectors, a row for each."""

    def encode(self, texts: list[str]) -> Any:
        """Return a matrix (numpy array or scipy sparse) with a row for each text."""


class BM25:
    """The samples that share the most telling words (Robertson & Zaragoza 2009).

    Args:
        n: How many.
        field: Field of a sample whose words count.
        k1: How soon a repeated word stops adding.
        b: How much longer texts are held back, 0 to 1.
    """

    def __init__(self, n: int, field: str = "question", k1: float = 1.5, b: float = 0.75) -> None:
        check_number(n)
        if k1 < 0 or not 0 <= b <= 1:
            raise ConfigError(
                f"k1={k1!r}, b={b!r}: k1 must be 0 or more, b from 0 to 1", where="prompt.shots"
            )
        self._n = n
        self._field = field
        self._k1 = k1
        self._b = b
        self._pool: Sequence[Sample] | None = None
        self._index: Any = None

    def pick(self, sample: Sample, pool: Sequence[Sample]) -> tuple[Sample, ...]:
        """Return the most similar samples, the most similar last.

        Raises:
            DataError: The pool is too small, or a sample lacks the field.
        """
        if self._n == 0 or not pool:
            return first(self._n, sample, pool, len(pool))
        if pool is not self._pool:
            self._index = self._indexed([words(text_of(s, self._field)) for s in pool])
            self._pool = pool
        asked = [w for w in words(text_of(sample, self._field)) if w in self._index.vocab_dict]
        scores = self._index.get_scores(asked) if asked else [0.0] * len(pool)
        return most_similar(self._n, sample, pool, scores)

    def _indexed(self, texts: list[list[str]]) -> Any:
        try:
            import bm25s
        except ImportError as error:
            raise ConfigError(
                "BM25 needs the package bm25s",
                where="prompt.shots",
                hint="pip install 'compass-eval[retrieval]'",
            ) from error
        index = bm25s.BM25(k1=self._k1, b=self._b, method="lucene")
        if not any(texts):
            texts = [["", *text] for text in texts]  # an index needs one word
        index.index(texts, show_progress=False)
        return index


class Nearest:
    """The samples whose vectors point most nearly the same way (cosine).

    Args:
        n: How many.
        field: Field of a sample that is encoded.
        encoder: Component with ``encode(texts)``; default: `Ngrams`.
    """

    def __init__(self, n: int, field: str = "question", encoder: Encoder | None = None) -> None:
        check_number(n)
        if isinstance(encoder, str) or not callable(getattr(encoder or Ngrams, "encode", None)):
            raise ConfigError(
                f"encoder is {encoder!r}, which has no encode(texts)",
                where="prompt.shots.encoder",
                hint="leave it out for n-grams of characters",
            )
        self._n = n
        self._field = field
        self._encoder: Encoder = encoder or Ngrams()
        self._pool: Sequence[Sample] | None = None
        self._vectors: Any = None

    def pick(self, sample: Sample, pool: Sequence[Sample]) -> tuple[Sample, ...]:
        """Return the most similar samples, the most similar last.

        Raises:
            DataError: The pool is too small, or a sample lacks the field.
        """
        if self._n == 0 or not pool:
            return first(self._n, sample, pool, len(pool))
        if pool is not self._pool:
            vectors = self._encoded([text_of(s, self._field) for s in pool])
            self._vectors = vectors.tocsc() if hasattr(vectors, "tocsc") else vectors
            self._pool = pool
        asked = self._encoded([text_of(sample, self._field)])
        if hasattr(asked, "tocsr"):
            scores = self._vectors[:, asked.indices] @ asked.data
        else:
            scores = self._vectors @ asked[0]
        # The last digits depend on the machine's arithmetic; likeness ends before.
        return most_similar(self._n, sample, pool, scores.round(9))

    def _encoded(self, texts: list[str]) -> Any:
        """Return vectors of length 1, a row for each text."""
        import numpy as np

        vectors = self._encoder.encode(texts)
        if vectors.shape[0] != len(texts) or len(vectors.shape) != 2:
            raise ConfigError(
                f"the encoder made {vectors.shape} of {len(texts)} texts, not a row for each",
                where="prompt.shots.encoder",
            )
        if hasattr(vectors, "multiply"):
            lengths = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1)).reshape(-1, 1))
            return vectors.multiply(1.0 / np.where(lengths == 0, 1.0, lengths)).tocsr()
        vectors = np.asarray(vectors, dtype=np.float64)
        lengths = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
        return vectors / np.where(lengths == 0, 1.0, lengths)


class Ngrams:
    """Encodes a text by its runs of characters: any language, no model.

    Args:
        least: Length of the shortest run.
        most: Length of the longest run.
        width: Columns the runs are hashed into.
    """

    def __init__(self, least: int = 2, most: int = 4, width: int = 2**18) -> None:
        if not 1 <= least <= most or width < 1:
            raise ConfigError(
                f"Ngrams(least={least!r}, most={most!r}, width={width!r}) makes no runs",
                where="prompt.shots.encoder",
                hint="1 <= least <= most, width >= 1",
            )
        self._least = least
        self._most = most
        self._width = width

    def encode(self, texts: list[str]) -> Any:
        """Return a sparse matrix of how often each run occurs, damped by a square root."""
        import numpy as np
        from scipy.sparse import csr_matrix

        columns: list[int] = []
        counts: list[int] = []
        starts = [0]
        for text in texts:
            runs = Counter(zlib.crc32(run) % self._width for run in self._runs(text))
            columns.extend(runs.keys())
            counts.extend(runs.values())
            starts.append(len(columns))
        return csr_matrix(
            (np.sqrt(np.asarray(counts, dtype=np.float64)), columns, starts),
            shape=(len(texts), self._width),
        )

    def _runs(self, text: str) -> Iterator[bytes]:
        """Yield the runs of small letters, white space narrowed to one blank."""
        marked = f" {' '.join(text.lower().split())} "
        for size in range(self._least, self._most + 1):
            for place in range(len(marked) - size + 1):
                yield marked[place : place + size].encode("utf-8", "surrogatepass")


def words(text: str) -> list[str]:
    """Return the words of a text in small letters; Chinese, Japanese and Korean by characters.

    Examples:
        >>> words("Which river is longest? 长江")
        ['which', 'river', 'is', 'longest', '长', '江']
    """
    return _WORD.findall(text.lower())


def text_of(sample: Sample, field: str) -> str:
    """Return a field of a sample as text.

    Raises:
        DataError: There is no such field.
    """
    if field not in sample.fields:
        raise DataError(
            f"shots are chosen by field {field!r}, which sample {sample.id!r} lacks",
            where="prompt.shots.field",
            hint=did_you_mean(field, sample.fields),
        )
    return str(sample.fields[field])


def most_similar(n: int, sample: Sample, pool: Sequence[Sample], scores: Any) -> tuple[Sample, ...]:
    """Return the ``n`` samples of the highest scores, highest last, without ``sample``.

    Raises:
        DataError: The pool is too small.
    """
    row = (pool[place] for place in _descending(scores, n + 8))
    return first(n, sample, row, len(pool))[::-1]


def _descending(scores: Any, few: int) -> Iterator[int]:
    """Yield places from the highest score down, equal ones in order.

    Few are wanted of many: only the best are sorted, the rest if they are asked for.
    """
    import numpy as np

    down = -np.asarray(scores, dtype=np.float64)
    taken = np.zeros(0, dtype=np.int64)
    if few < len(down):
        limit = np.partition(down, few - 1)[few - 1]
        taken = np.flatnonzero(down <= limit)
        yield from taken[np.argsort(down[taken], kind="stable")].tolist()
    rest = np.setdiff1d(np.arange(len(down)), taken, assume_unique=True)
    yield from rest[np.argsort(down[rest], kind="stable")].tolist()
