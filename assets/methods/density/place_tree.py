"""A k-d tree over distinct places: one tree serves core distances, the spanning tree and every other search.

What belongs here: the tree, and the distance from a point to a node's box. What does not: any search (they are where
they are needed, since what they may pass over differs).

Each node is halved by number of places along its longer side. Places are given in the order of `distinct_places`, so
that halving needs no sorting: both orders, by easting and by northing, are made once and divided from node to node.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from assets.arrays import Floats, Integers

LEAF_PLACES = 12
"""Places in a leaf at the most: a matter of speed alone."""


class PlaceTree(NamedTuple):
    """A complete binary tree; node i has the children 2 i + 1 and 2 i + 2, the last level are the leaves."""

    order: Integers
    """Shape (places,): the places, leaf after leaf."""
    coordinates_m: Floats
    """Shape (places, 2): easting and northing in that order."""
    starts: Integers
    """Shape (nodes,): where a node's places begin in that order."""
    ends: Integers
    """Shape (nodes,): and where they end."""
    low: Floats
    """Shape (nodes, 2): least easting and northing in the node."""
    high: Floats
    """Shape (nodes, 2): greatest easting and northing in the node."""
    first_leaf: int


def plant(coordinates_m: Floats) -> PlaceTree:
    """The tree over distinct places in metres, shape (places, 2), ordered by easting, then northing.

    Raises ValueError where there is no place.
    """
    count = len(coordinates_m)
    if count == 0:
        raise ValueError("a tree needs at least one place")
    levels = max(0, int(np.ceil(np.log2(count / LEAF_PLACES))))
    by_northing = np.argsort(coordinates_m[:, 1], kind="stable")
    order, starts, ends, low, high = _divide(coordinates_m, by_northing, levels)
    return PlaceTree(order, coordinates_m[order], starts, ends, low, high, 2**levels - 1)


@njit(cache=True, nogil=True)
def _divide(
    coordinates: Floats, by_northing: Integers, levels: int
) -> tuple[Integers, Integers, Integers, Floats, Floats]:
    """Order of the places in the leaves, and each node's range in that order and box."""
    count = len(coordinates)
    nodes = 2 ** (levels + 1) - 1
    first_leaf = 2**levels - 1
    starts, ends = np.zeros(nodes, dtype=np.int64), np.zeros(nodes, dtype=np.int64)
    low, high = np.empty((nodes, 2)), np.empty((nodes, 2))
    # The places of each node by easting and by northing; ties are in the order of the other coordinate.
    by_east = np.arange(count)
    by_north = by_northing.copy()
    is_right = np.zeros(count, dtype=np.bool_)
    going_right = np.empty(count, dtype=np.int64)
    order = np.arange(count)
    ends[0] = count
    stack = np.empty(levels + 2, dtype=np.int64)
    stack[0] = 0
    height = 1
    while height > 0:
        height -= 1
        node = stack[height]
        start, end = starts[node], ends[node]
        low[node, 0], high[node, 0] = coordinates[by_east[start], 0], coordinates[by_east[end - 1], 0]
        low[node, 1], high[node, 1] = coordinates[by_north[start], 1], coordinates[by_north[end - 1], 1]
        if node >= first_leaf:
            continue
        along_east = high[node, 0] - low[node, 0] >= high[node, 1] - low[node, 1]
        halved, other = (by_east, by_north) if along_east else (by_north, by_east)
        middle = (start + end) // 2
        for index in range(start, end):
            is_right[halved[index]] = index >= middle
        left, right = start, 0
        for index in range(start, end):
            place = other[index]
            if is_right[place]:
                going_right[right] = place
                right += 1
            else:
                other[left] = place
                left += 1
        other[middle:end] = going_right[:right]
        starts[2 * node + 1], ends[2 * node + 1] = start, middle
        starts[2 * node + 2], ends[2 * node + 2] = middle, end
        if 2 * node + 1 >= first_leaf:
            order[start:end] = halved[start:end]
        stack[height], stack[height + 1] = 2 * node + 2, 2 * node + 1
        height += 2
    return order, starts, ends, low, high


@njit(cache=True, nogil=True, inline="always")
def squared_to_box(low: Floats, high: Floats, node: int, east: float, north: float) -> float:
    """Squared distance from a point to a node's box, 0 inside."""
    by_east = max(low[node, 0] - east, east - high[node, 0], 0.0)
    by_north = max(low[node, 1] - north, north - high[node, 1], 0.0)
    return by_east * by_east + by_north * by_north
