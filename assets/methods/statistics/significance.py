"""Many tests at once.

What belongs here: adjustment of p-values for their number, the one place of it. What does not: any test.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import false_discovery_control


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
    order = np.argsort(families, kind="stable")
    _, starts, sizes = np.unique(families[order], return_index=True, return_counts=True)
    adjusted = np.empty_like(values)
    # Families of one size are adjusted at once, each a row: one after another they would take longer than their tests.
    for size in np.unique(sizes):
        tests = order[starts[sizes == size][:, None] + np.arange(size)]
        adjusted[tests] = false_discovery_control(values[tests], axis=1)
    return adjusted
