"""Which of many overlapping candidates to keep: the disjoint ones worth most together.

What belongs here: the tree of candidates and the pass up it. What does not: what a candidate is worth.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from assets.arrays import Floats, Integers

ROOT = -1
"""Parent of a candidate that lies below no other."""


def tree(candidates: Sequence[Integers], organisations: int) -> Integers:
    """Parent of each candidate: the smallest coarser one that holds more than half of it, ROOT where none does.

    Coarser means larger; candidates (arrays of members, no two alike) come largest first, so a parent stands before
    its children. [ours]
    """
    sizes = np.array([len(members) for members in candidates], dtype=np.int64)
    if np.any(np.diff(sizes) > 0):
        raise ValueError("candidates must come largest first")
    parents = np.full(len(candidates), ROOT, dtype=np.int64)
    if not len(candidates):
        return parents
    starts = np.concatenate([[0], np.cumsum(sizes)])
    members = sparse.csr_array(
        (np.ones(starts[-1], dtype=np.int64), np.concatenate(candidates), starts),
        shape=(len(candidates), organisations),
    )
    shared = sparse.coo_array(members @ members.T)
    holds = (shared.row > shared.col) & (2 * shared.data > sizes[shared.row])
    np.maximum.at(parents, shared.row[holds], shared.col[holds])
    return parents


def best_disjoint(parents: Integers, values: Floats) -> Integers:
    """The nodes of greatest total value of which none lies below another; in ascending order.

    `parents` as from `tree`; only nodes of a value above zero are taken; of equal choices the parent.
    """
    below = np.zeros(len(parents))
    taken = np.zeros(len(parents), dtype=bool)
    for node in range(len(parents) - 1, -1, -1):
        taken[node] = values[node] > 0 and values[node] >= below[node]
        if parents[node] != ROOT:
            below[parents[node]] += values[node] if taken[node] else below[node]
    free = np.ones(len(parents), dtype=bool)
    for node, parent in enumerate(parents):
        if parent != ROOT:
            free[node] = free[parent] and not taken[parent]
    return np.flatnonzero(taken & free)
