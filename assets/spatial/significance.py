"""Many tests at once.

What belongs here: adjustment of p-values for their number, the one place of it. What does not: any test.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    """Adjusted p-values: q_i is the least of p_j m / rank_j over the tests j with p_j >= p_i, at the most 1.

    `p`, shape (tests,), between 0 and 1; the result has the same shape and order. Taking the tests with q <= alpha
    keeps the expected share of false ones among them at alpha (Benjamini and Hochberg 1995). Raises ValueError for a
    value outside 0 to 1 or not a number.
    """
    values = np.asarray(p, dtype=np.float64)
    bad = np.flatnonzero(~((values >= 0) & (values <= 1)))
    if bad.size:
        raise ValueError(f"p-value {bad[0]} is {values[bad[0]]}; it must be between 0 and 1")
    order = np.argsort(values, kind="stable")
    scaled = values[order] * len(values) / np.arange(1, len(values) + 1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
