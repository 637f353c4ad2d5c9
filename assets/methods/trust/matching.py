"""Groups of one solution looked for in another: Jaccard similarities over what both could have held.

What belongs here: overlaps of two labellings of the same points. What does not: where the labellings come from.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from assets.arrays import Floats, Integers
from assets.methods.density.places import NOISE


class Matches(NamedTuple):
    """For each wanted group what it is most like in another labelling. Arrays have shape (groups,)."""

    jaccard: Floats
    """Size of what both hold over size of what either holds; 0 where nothing of it is in any group."""
    found: Integers
    """The group most like it, of several alike the first; NOISE where there is none."""


def best_matches(wanted: Integers, found: Integers, count: int) -> Matches:
    """The group of `found` that is most like each of `count` groups of `wanted` (Jaccard, as Hennig 2007 takes it).

    Both are labels of the same points, shape (points,), NOISE for those in no group.
    """
    groups = int(found.max(initial=NOISE)) + 1
    jaccard, matched = np.zeros(count), np.full(count, NOISE)
    if not groups:
        return Matches(jaccard, matched)
    in_wanted, in_found = wanted != NOISE, found != NOISE
    both = in_wanted & in_found
    pairs, overlap = np.unique(wanted[both] * groups + found[both], return_counts=True)
    one, other = np.divmod(pairs, groups)
    sizes = np.bincount(wanted[in_wanted], minlength=count)[one] + np.bincount(found[in_found])[other]
    alike = overlap / (sizes - overlap)
    # Of each wanted group the pair of the greatest likeness comes last, of several alike the first.
    order = np.lexsort((-other, alike, one))
    jaccard[one[order]], matched[one[order]] = alike[order], other[order]
    return Matches(jaccard, matched)
