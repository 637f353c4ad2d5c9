"""The first phase of the Leiden algorithm: nodes move to the cluster where quality gains most.

What belongs here: single moves. What does not: refinement, networks of clusters. Quality is modularity; `pressure` is
its resolution over twice the weight of all edges.
"""

from __future__ import annotations

import numba
import numpy as np

from assets.network.graph import Floats, Integers
from assets.network.leiden_network import Ends
from assets.network.xoshiro import State, shuffled


@numba.njit(cache=True, nogil=True)
def move_nodes(
    starts: Integers, ends: Ends, weights: Floats, strength: Floats, labels: Integers, pressure: float, state: State
) -> None:
    """Move nodes where a move gains; `labels` (nodes,), clusters below the number of nodes, change in place.

    Nodes are looked at in random order, and again whenever a neighbour has gone to another cluster, until none is left
    to look at. Where any moved, clusters are numbered anew without gaps, in their order. The first four arrays are
    those of `Network`.
    """
    nodes = len(strength)
    if nodes <= 1:
        return
    cluster_strength, members = np.zeros(nodes), np.zeros(nodes, dtype=np.int64)
    for node in range(nodes):
        cluster_strength[labels[node]] += strength[node]
        members[labels[node]] += 1
    empty, empties = _empty(members)
    queue = shuffled(nodes, state)
    head, waiting = 0, nodes
    is_waiting = np.ones(nodes, dtype=np.bool_)
    near, weight_to = np.empty(nodes + 1, dtype=np.int64), np.zeros(nodes)
    is_moved = False
    while waiting > 0:
        node = queue[head]
        head = (head + 1) % nodes
        waiting -= 1
        is_waiting[node] = False
        here = labels[node]
        cluster_strength[here] -= strength[node]
        members[here] -= 1
        if members[here] == 0:
            empty[empties] = here
            empties += 1
        new = empty[empties - 1]
        best = _best(
            node, here, new, starts, ends, weights, strength, labels, cluster_strength, near, weight_to, pressure
        )
        cluster_strength[best] += strength[node]
        members[best] += 1
        if best == new:
            empties -= 1
        if best != here:
            is_moved = True
            labels[node] = best
            for slot in range(starts[node], starts[node + 1]):
                other = ends[slot]
                if labels[other] != best and not is_waiting[other]:
                    is_waiting[other] = True
                    queue[(head + waiting) % nodes] = other
                    waiting += 1
    if is_moved:
        _close_gaps(labels)


@numba.njit(cache=True, nogil=True)
def _best(
    node: int,
    here: int,
    new: int,
    starts: Integers,
    ends: Ends,
    weights: Floats,
    strength: Floats,
    labels: Integers,
    cluster_strength: Floats,
    near: Integers,
    weight_to: Floats,
    pressure: float,
) -> int:
    """The cluster where a node that is in none gains most: its last one `here`, an empty one `new`, or a neighbour's.

    Of equal gains the first in this order, neighbours in theirs. `near` and `weight_to` (all 0 before and after) are
    room to work in.
    """
    near[0], nears = new, 1
    for slot in range(starts[node], starts[node + 1]):
        label = labels[ends[slot]]
        if weight_to[label] == 0.0:
            near[nears] = label
            nears += 1
        weight_to[label] += weights[slot]
    best, most = here, weight_to[here] - strength[node] * cluster_strength[here] * pressure
    for label in near[:nears]:
        gain = weight_to[label] - strength[node] * cluster_strength[label] * pressure
        if gain > most:
            best, most = label, gain
    for label in near[:nears]:
        weight_to[label] = 0.0
    return best


@numba.njit(cache=True, nogil=True)
def _empty(members: Integers) -> tuple[Integers, int]:
    """The clusters without members, the lowest last, at the head of an array with room for all; and their number."""
    empty, empties = np.empty(len(members), dtype=np.int64), 0
    for label in range(len(members) - 1, -1, -1):
        if members[label] == 0:
            empty[empties] = label
            empties += 1
    return empty, empties


@numba.njit(cache=True, nogil=True)
def _close_gaps(labels: Integers) -> None:
    """Number the labels in use anew from 0, in their order."""
    is_used = np.zeros(len(labels), dtype=np.bool_)
    for label in labels:
        is_used[label] = True
    number = np.cumsum(is_used) - 1
    for node in range(len(labels)):
        labels[node] = number[labels[node]]
