"""Groups as labels: one number for each organisation, groups numbered from 0.

What belongs here: counting, listing and numbering anew. What does not: how groups are found or judged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assets.arrays import Integers

OUTSIDE = -1
"""Label of an organisation in no group."""


def group_count(labels: Integers) -> int:
    """Number of groups."""
    return int(labels.max(initial=OUTSIDE)) + 1


def members(labels: Integers) -> list[Integers]:
    """Organisations of each group, ascending."""
    grouped = np.flatnonzero(labels != OUTSIDE)
    ordered = grouped[np.argsort(labels[grouped], kind="stable")]
    sizes = np.bincount(labels[grouped], minlength=group_count(labels))
    return np.split(ordered, np.cumsum(sizes)[:-1]) if len(sizes) else []


def counts(labels: Integers, which: NDArray[np.bool_]) -> Integers:
    """Members of each group among `which` (shape (organisations,))."""
    return np.bincount(labels[which & (labels != OUTSIDE)], minlength=group_count(labels))


def keep(labels: Integers, wanted: NDArray[np.bool_]) -> Integers:
    """Labels of the wanted groups alone (shape (groups,)), numbered by size."""
    kept = labels.copy()
    grouped = labels != OUTSIDE
    kept[grouped] = np.where(wanted[labels[grouped]], labels[grouped], OUTSIDE)
    return by_size(kept)


def by_size(labels: Integers) -> Integers:
    """The same groups, the largest first, those of one size by their first member: independent of earlier numbers."""
    numbered = labels.copy()
    grouped = np.flatnonzero(labels != OUTSIDE)
    _, first, group, sizes = np.unique(labels[grouped], return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    numbered[grouped] = rank[group]
    return numbered
