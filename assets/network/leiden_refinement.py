"""The second phase of the Leiden algorithm: each cluster is parted into what holds together by itself.

What belongs here: parts within clusters. What does not: moves between clusters, the network of the parts. `pressure` is
as in `leiden_moves`.
"""

from __future__ import annotations

import numba
import numpy as np

from assets.network.graph import Floats, Integers
from assets.network.leiden_aggregation import by_label
from assets.network.leiden_network import Ends
from assets.network.xoshiro import State, shuffled, unit

RANDOMNESS = 0.001
"""How readily a merger that is not the best is taken: Traag's theta, as the reference implementation has it."""


@numba.njit(cache=True, nogil=True)
def refine(
    starts: Integers,
    ends: Ends,
    weights: Floats,
    labels: Integers,
    clusters: int,
    pressure: float,
    state: State,
) -> tuple[Integers, Integers]:
    """Part each cluster of `labels` (nodes,), numbered without gaps, into parts that hold together.

    The first three arrays are those of `Network`, weights the even ones. Within a cluster nodes are merged at random,
    the likelier the more a merger gains, and only with parts that are well connected to the rest of it. Returns the
    part of each node, shape (nodes,), parts numbered from 0 by cluster; and the cluster of each part.
    """
    order, begins = _by_cluster_as_met(starts, ends, labels, clusters)
    nodes = len(order)
    position = np.empty(nodes, dtype=np.int64)
    for place in range(nodes):
        position[order[place]] = place
    inner_starts, inner_ends, inner_weights = _inside(starts, ends, weights, labels, order, position)
    strength = np.zeros(nodes)
    for place in range(nodes):
        for slot in range(inner_starts[place], inner_starts[place + 1]):
            strength[place] += inner_weights[slot]

    part_of, cluster_of_part, parts = np.empty(nodes, dtype=np.int64), np.empty(nodes, dtype=np.int64), 0
    merged = np.arange(nodes)
    weight_to = np.zeros(nodes)
    near, heights = np.empty(nodes + 1, dtype=np.int64), np.empty(nodes + 1)
    coarse = 0
    for cluster in range(clusters):
        begin, end = begins[cluster], begins[cluster + 1]
        if inner_starts[begin] == inner_starts[end]:
            # Nothing holds these together: each is a cluster of its own.
            for place in range(begin, end):
                part_of[order[place]] = parts
                cluster_of_part[parts] = coarse
                parts += 1
                coarse += 1
            continue
        if end - begin > 1:
            _merge_at_random(
                begin,
                end,
                inner_starts,
                inner_ends,
                inner_weights,
                strength,
                merged,
                weight_to,
                near,
                heights,
                pressure,
                state,
            )
        is_part = np.zeros(end - begin, dtype=np.bool_)
        for place in range(begin, end):
            is_part[merged[place] - begin] = True
        number = parts + np.cumsum(is_part) - 1
        for place in range(begin, end):
            part_of[order[place]] = number[merged[place] - begin]
        for _ in range(is_part.sum()):
            cluster_of_part[parts] = coarse
            parts += 1
        coarse += 1
    return part_of, cluster_of_part[:parts].copy()


@numba.njit(cache=True, nogil=True)
def _merge_at_random(
    begin: int,
    end: int,
    starts: Integers,
    ends: Ends,
    weights: Floats,
    strength: Floats,
    merged: Integers,
    weight_to: Floats,
    near: Integers,
    heights: Floats,
    pressure: float,
    state: State,
) -> None:
    """Merge the nodes from `begin` to `end`, one cluster; `merged` (each its own at first) becomes the part of each.

    `weight_to` (all 0 before and after), `near` and `heights` are room to work in.
    """
    total = 0.0
    for node in range(begin, end):
        total += strength[node]
    held, outside = strength[begin:end].copy(), strength[begin:end].copy()
    is_alone = np.ones(end - begin, dtype=np.bool_)
    for at in shuffled(end - begin, state):
        if not is_alone[at] or outside[at] < held[at] * (total - held[at]) * pressure:
            continue
        node = begin + at
        held[at], outside[at] = 0.0, 0.0
        near[0], nears = node, 1
        for slot in range(starts[node], starts[node + 1]):
            part = merged[ends[slot]]
            if weight_to[part] == 0.0:
                near[nears] = part
                nears += 1
            weight_to[part] += weights[slot]
        chosen = _drawn(near[:nears], begin, held, outside, total, strength[node], weight_to, heights, pressure, state)
        held[chosen - begin] += strength[node]
        for slot in range(starts[node], starts[node + 1]):
            if merged[ends[slot]] == chosen:
                outside[chosen - begin] -= weights[slot]
            else:
                outside[chosen - begin] += weights[slot]
        if chosen != node:
            merged[node] = chosen
            is_alone[chosen - begin] = False


@numba.njit(cache=True, nogil=True)
def _drawn(
    near: Integers,
    begin: int,
    held: Floats,
    outside: Floats,
    total: float,
    strength: float,
    weight_to: Floats,
    heights: Floats,
    pressure: float,
    state: State,
) -> int:
    """One of the parts near a node, itself among them: the likelier the more quality gains, none where it loses.

    `held` and `outside` of each part: its strength, and its weight to the rest of the cluster, of strength `total`;
    only a part well connected to the rest is taken. Where a gain is too great for a number, the part of most gain.
    """
    best, most, height = near[0], 0.0, 0.0
    for place in range(len(near)):
        part = near[place]
        of_part = held[part - begin]
        if outside[part - begin] >= of_part * (total - of_part) * pressure:
            gain = weight_to[part] - strength * of_part * pressure
            if gain > most:
                best, most = part, gain
            if gain >= 0.0:
                height += _nearly_exp(gain / RANDOMNESS)
        heights[place] = height
        weight_to[part] = 0.0
    if not np.isfinite(height):
        return best
    return near[np.searchsorted(heights[: len(near)], height * unit(state))]


@numba.njit(cache=True, nogil=True)
def _nearly_exp(power: float) -> float:
    """(1 + x / 256) to the 256th for x from 0: e to the x, and infinite less often."""
    value = 1.0 + power / 256.0
    for _ in range(8):
        value *= value
    return value


@numba.njit(cache=True, nogil=True)
def _by_cluster_as_met(starts: Integers, ends: Ends, labels: Integers, clusters: int) -> tuple[Integers, Integers]:
    """The nodes by cluster, within each in the order a walk along its inner edges meets them; where each's begin.

    The walk takes the nodes in ascending order and of each its neighbours; nodes without any come last.
    """
    ascending, begins = by_label(labels, clusters)
    order = np.empty(len(labels), dtype=np.int64)
    is_met = np.zeros(len(labels), dtype=np.bool_)
    for cluster in range(clusters):
        filled = begins[cluster]
        for place in range(begins[cluster], begins[cluster + 1]):
            node = ascending[place]
            for slot in range(starts[node], starts[node + 1]):
                if labels[ends[slot]] == cluster:
                    for met in (node, np.int64(ends[slot])):
                        if not is_met[met]:
                            is_met[met] = True
                            order[filled] = met
                            filled += 1
        for place in range(begins[cluster], begins[cluster + 1]):
            if not is_met[ascending[place]]:
                order[filled] = ascending[place]
                filled += 1
    return order, begins


@numba.njit(cache=True, nogil=True)
def _inside(
    starts: Integers, ends: Ends, weights: Floats, labels: Integers, order: Integers, position: Integers
) -> tuple[Integers, Ends, Floats]:
    """The network without the edges between clusters, nodes numbered by their position."""
    inner_starts = np.zeros(len(order) + 1, dtype=np.int64)
    for node in range(len(order)):
        for slot in range(starts[node], starts[node + 1]):
            if labels[ends[slot]] == labels[node]:
                inner_starts[position[node] + 1] += 1
    inner_starts = np.cumsum(inner_starts)
    inner_ends = np.empty(inner_starts[-1], dtype=np.int32)
    inner_weights = np.empty(inner_starts[-1])
    filled = inner_starts[:-1].copy()
    # Written from the other end in ascending order: so every node's neighbours are.
    for place in range(len(order)):
        node = order[place]
        for slot in range(starts[node], starts[node + 1]):
            if labels[ends[slot]] == labels[node]:
                target = position[ends[slot]]
                inner_ends[filled[target]], inner_weights[filled[target]] = place, weights[slot]
                filled[target] += 1
    return inner_starts, inner_ends, inner_weights
