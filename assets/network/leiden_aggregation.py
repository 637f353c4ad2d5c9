"""The third phase of the Leiden algorithm: the network whose nodes are the parts of the one before.

What belongs here: sums over parts. What does not: how nodes come into a part.
"""

from __future__ import annotations

import numba
import numpy as np

from assets.network.graph import Floats, Integers
from assets.network.leiden_network import Ends, Network


def network_of_parts(network: Network, part_of: Integers, parts: int) -> Network:
    """The network of the parts; `part_of` (nodes,) has values below `parts`, each of them in use."""
    starts, ends, weights, strength = _summed(
        network.starts, network.ends, network.weights, network.strength, part_of, parts
    )
    # Turned round twice, every part's neighbours come in order; turned round once, so do its weights the other way.
    back_ends, back_weights = _turned_round(starts, ends, weights)
    ends, weights = _turned_round(starts, back_ends, back_weights)
    part = np.repeat(np.arange(parts), np.diff(starts))
    return Network(starts, ends, weights, np.where(part < ends, weights, back_weights), strength)


@numba.njit(cache=True, nogil=True)
def by_label(labels: Integers, count: int) -> tuple[Integers, Integers]:
    """The nodes by label, ascending within each, and where each label's begin (count + 1,)."""
    begins = np.zeros(count + 1, dtype=np.int64)
    for label in labels:
        begins[label + 1] += 1
    begins = np.cumsum(begins)
    order, filled = np.empty(len(labels), dtype=np.int64), begins[:-1].copy()
    for node in range(len(labels)):
        order[filled[labels[node]]] = node
        filled[labels[node]] += 1
    return order, begins


@numba.njit(cache=True, nogil=True)
def _summed(
    starts: Integers, ends: Ends, weights: Floats, strength: Floats, part_of: Integers, parts: int
) -> tuple[Integers, Ends, Floats, Floats]:
    """The arrays of the network of the parts, a part's neighbours in the order they are met, in that of its nodes."""
    part_strength = np.zeros(parts)
    for node in range(len(part_of)):
        part_strength[part_of[node]] += strength[node]
    order, begins = by_label(part_of, parts)
    near, weight_to = np.empty(parts, dtype=np.int64), np.zeros(parts)
    new_starts = np.zeros(parts + 1, dtype=np.int64)
    new_ends, new_weights = np.empty(len(ends), dtype=np.int32), np.empty(len(ends))
    filled = 0
    for part in range(parts):
        nears = 0
        for node in order[begins[part] : begins[part + 1]]:
            for slot in range(starts[node], starts[node + 1]):
                other = part_of[ends[slot]]
                if other != part:
                    if weight_to[other] == 0.0:
                        near[nears] = other
                        nears += 1
                    weight_to[other] += weights[slot]
        for other in near[:nears]:
            new_ends[filled], new_weights[filled] = other, weight_to[other]
            weight_to[other] = 0.0
            filled += 1
        new_starts[part + 1] = filled
    return new_starts, new_ends[:filled].copy(), new_weights[:filled].copy(), part_strength


@numba.njit(cache=True, nogil=True)
def _turned_round(starts: Integers, ends: Ends, weights: Floats) -> tuple[Ends, Floats]:
    """The same pairs by their other end, in ascending order; every node has as many this way as that."""
    turned_ends, turned_weights = np.empty(len(ends), dtype=np.int32), np.empty(len(ends))
    filled = starts[:-1].copy()
    for node in range(len(starts) - 1):
        for slot in range(starts[node], starts[node + 1]):
            target = ends[slot]
            turned_ends[filled[target]], turned_weights[filled[target]] = node, weights[slot]
            filled[target] += 1
    return turned_ends, turned_weights
