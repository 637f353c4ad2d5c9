"""Features of texts: words, and the runs of letters within words, hashed and counted.

What belongs here: from text to counts, at the speed that a million texts need. What does not: what the counts weigh,
any category. One pass over the bytes of a batch takes the place of scikit-learn's HashingVectorizer, which splits texts
by regular expressions in Python.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

Columns = NDArray[np.int32]
"""Column of each hashed feature, shape (features,); -1 where it has none and is passed over."""


def all_columns(features: int) -> Columns:
    """Every hashed feature has its own column."""
    return np.arange(features, dtype=np.int32)


def count_features(texts: pl.Series, columns: Columns, run_letters: int) -> csr_array:
    """How often each feature stands in each text: shape (texts, largest column + 1), counts as float32.

    A word is a run of two or more letters or digits, without regard to case. Its features are itself and every
    `run_letters` letters in a row of it, a space before and behind it included, so that manufacture, manufacturer and
    remanufactured have something in common. Nulls are empty texts. A batch has fewer than 2**31 features in all.
    """
    lower = texts.fill_null("").str.to_lowercase()
    arrow = lower.to_arrow(compat_level=pl.CompatLevel.oldest()).cast("large_binary")
    _, offsets, data = arrow.buffers()
    bounds = np.frombuffer(offsets, np.int64)[arrow.offset : arrow.offset + len(arrow) + 1]
    letters = np.frombuffer(data, np.uint8) if bounds[-1] else np.zeros(0, np.uint8)
    width = int(columns.max(initial=-1)) + 1
    starts, found, counts = _count(letters, bounds, columns, width, run_letters)
    return csr_array((counts, found, starts), shape=(len(texts), width))


_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
"""Fowler, Noll and Vo's 64-bit hash, variant 1a."""
_RUN = np.uint64(0x9E3779B97F4A7C15)
"""Keeps a run apart from a word of the same letters."""
_SPACE = np.uint64(32)


@njit(cache=True)
def _count(letters: Any, bounds: Any, columns: Any, width: int, run_letters: int) -> Any:
    """Row starts, columns and counts of a sparse matrix, row by row."""
    texts = len(bounds) - 1
    starts = np.zeros(texts + 1, np.int32)
    # A word of n letters gives one feature and at most n + 1 runs, and is followed by a mark or the end.
    capacity = 2 * (bounds[texts] - bounds[0]) + 2 * texts
    found, counts = np.empty(capacity, np.int32), np.empty(capacity, np.float32)
    # Where in `found` a column was last noted; it is of this text where it is not before the text's first.
    noted = np.full(width, -1, np.int64)
    total = 0
    for text in range(texts):
        first = total
        start = bounds[text]
        while start < bounds[text + 1]:
            end = start
            word = _BASIS
            while end < bounds[text + 1] and _is_letter(letters[end]):
                word = (word ^ np.uint64(letters[end])) * _PRIME
                end += 1
            if end - start >= 2:
                total = _note(word, columns, noted, found, counts, first, total)
                for run_start in range(start - 1, end + 2 - run_letters):
                    run = _RUN
                    for position in range(run_start, run_start + run_letters):
                        letter = np.uint64(letters[position]) if start <= position < end else _SPACE
                        run = (run ^ letter) * _PRIME
                    total = _note(run, columns, noted, found, counts, first, total)
            start = end + 1
        starts[text + 1] = total
    return starts, found[:total].copy(), counts[:total].copy()


@njit(cache=True)
def _is_letter(byte: int) -> bool:
    """Lower-case letters, digits, and every byte of a letter outside ASCII."""
    return 97 <= byte <= 122 or 48 <= byte <= 57 or byte >= 128


@njit(cache=True)
def _note(feature: Any, columns: Any, noted: Any, found: Any, counts: Any, first: int, total: int) -> int:
    """Count the feature's column, where it has one; gives the new total."""
    column = columns[(feature ^ (feature >> np.uint64(32))) % np.uint64(len(columns))]
    if column < 0:
        return total
    if noted[column] >= first:
        counts[noted[column]] += 1
        return total
    noted[column] = total
    found[total] = column
    counts[total] = 1
    return total + 1
