"""Rolling hashes of all n-grams of a stream at once.

With characters c and an odd base b, ``H[i] = sum of c[k] b^k for k < i`` modulo 2^64, and the
hash of the characters from s to e is ``(H[e] - H[s]) b^-s``: the polynomial hash of Karp and
Rabin 1987 (IBM J. Res. Dev. 31:249-260), without a loop over positions.  The hash proposes;
whoever uses it compares the characters.
"""

from __future__ import annotations

from functools import cache

from compass.contamination.corpus.normal import Array, Stream

_BASE = 0x9E3779B97F4A7C15
_MODULUS = 1 << 64
_BITS_FOR_EACH = 32
"""Bits of a `Sieve` for each key: about one in 32 strangers passes."""

_FEWEST_BITS, _MOST_BITS = 16, 31


class Hashes:
    """Hashes of stretches of a stream."""

    def __init__(self, stream: Stream) -> None:
        import numpy as np

        size = len(stream.chars)
        powers, self._inverse = _powers(1 << max(size, 1).bit_length())
        self._sums = np.empty(size + 1, np.uint64)
        self._sums[0] = 0
        products = np.multiply(stream.chars, powers[:size], dtype=np.uint64)
        np.cumsum(products, out=self._sums[1:])
        self._bounds = stream.bounds
        self._at_bounds = self._sums[stream.bounds]

    def grams(self, size: int) -> Array:
        """Return the hash of the ``size`` words from each word on."""
        sums, bounds = self._at_bounds, self._bounds
        if len(bounds) <= size:
            return sums[:0]
        return (sums[size:] - sums[:-size]) * self._inverse[bounds[:-size]]

    def grams_at(self, words: Array, size: int) -> Array:
        """Return the hash of the ``size`` words from each of the given words on."""
        sums = self._at_bounds
        return (sums[words + size] - sums[words]) * self._inverse[self._bounds[words]]

    def windows(self, places: Array, size: int) -> Array:
        """Return the hash of the ``size`` characters from each of the given places on."""
        return (self._sums[places + size] - self._sums[places]) * self._inverse[places]


class Sieve:
    """Which hashes may be among the known: never wrong about one that is.

    A table of bits, one for each possible value of a hash's highest bits.
    """

    def __init__(self, keys: Array) -> None:
        import numpy as np

        wanted = max(len(keys), 1) * _BITS_FOR_EACH
        bits = min(max(wanted.bit_length(), _FEWEST_BITS), _MOST_BITS)
        self._shift = np.uint64(64 - bits)
        self._table = np.zeros(1 << (bits - 3), np.uint8)
        places = (keys >> self._shift).astype(np.int64)
        np.bitwise_or.at(self._table, places >> 3, (1 << (places & 7)).astype(np.uint8))

    def passing(self, hashes: Array) -> Array:
        """Return the places of the hashes that may be known."""
        import numpy as np

        places = (hashes >> self._shift).view(np.int64)
        bit = (self._table[places >> 3] >> (places & 7).astype(np.uint8)) & 1
        return np.flatnonzero(bit)


@cache
def _powers(size: int) -> tuple[Array, Array]:
    """Return the powers of the base and of its inverse, ``size`` of each."""
    return _series(_BASE, size), _series(pow(_BASE, -1, _MODULUS), size)


def _series(base: int, size: int) -> Array:
    import numpy as np

    series = np.empty(size, np.uint64)
    series[0] = 1
    done = 1
    while done < size:
        step = min(done, size - done)
        series[done : done + step] = series[:step] * np.uint64(pow(base, done, _MODULUS))
        done += step
    return series
