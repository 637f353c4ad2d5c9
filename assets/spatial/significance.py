"""Many tests at once.

What belongs here: adjustment of p-values for their number, the one place of it. What does not: any test.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    """Adjusted p-values: q_i is the least of p_j m / rank_j over the tests j with p_j >= p_i, at the most 1.

    `p`, shape (tests,), between 0 and 1; the result has the same shape and order. Taking the tests with q <= alpha
    keeps the expected share of false ones among them at alpha (Benjamini and Hochberg 1995). Raises ValueError for a
    value outside 0 to 1 or not a number.
    """
    values = np.asarray(p, dtype=np.float64)
    return benjamini_hochberg_within(values, np.zeros(values.shape, dtype=np.int64))


def benjamini_hochberg_within(p: ArrayLike, family: ArrayLike) -> NDArray[np.float64]:
    """`benjamini_hochberg` over the tests of each family alone.

    `p` and `family`, whole numbers, have shape (tests,); so has the result, in the same order. Raises ValueError as
    `benjamini_hochberg` does.
    """
    values, families = np.asarray(p, dtype=np.float64), np.asarray(family, dtype=np.int64)
    bad = np.flatnonzero(~((values >= 0) & (values <= 1)))
    if bad.size:
        raise ValueError(f"p-value {bad[0]} is {values[bad[0]]}; it must be between 0 and 1")
    order = np.lexsort((values, families))
    adjusted = np.empty_like(values)
    adjusted[order] = _adjusted(values[order], families[order])
    return adjusted


@njit(cache=True, nogil=True)
def _adjusted(p: NDArray[np.float64], family: NDArray[np.int64]) -> NDArray[np.float64]:
    """The adjusted values of p-values that come by family, ascending within each."""
    adjusted = np.empty_like(p)
    begin = 0
    while begin < len(p):
        end = begin + 1
        while end < len(p) and family[end] == family[begin]:
            end += 1
        least = 1.0
        for test in range(end - 1, begin - 1, -1):
            least = min(least, p[test] * (end - begin) / (test - begin + 1))
            adjusted[test] = least
        begin = end
    return adjusted
