"""Core distances: how far each place must look to see a given number of points.

What belongs here: that search. What does not: what is made of the distances (`spanning_tree`, `density`), the tree it
goes over (`place_tree`).

The places of a leaf are looked at together: one walk down the tree finds all leaves that any of them may reach, and
each then goes over those that it may reach itself.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from assets.arrays import Floats, Integers
from assets.methods.density.place_tree import PlaceTree, plant
from assets.methods.density.places import Places

SLACK = 1.0 + 1e-9
"""Bounds are widened by this, so that no rounding leaves out a place at the bound."""
FEW = 12
"""So many values or fewer are sorted rather than divided further: a matter of speed alone."""


def core_distances_m(places: Places, min_samples: int, tree: PlaceTree | None = None) -> Floats:
    """Distance in metres within which each place has `min_samples` points, those at the place itself included.

    Shape (places,). Infinite where there are fewer points than that altogether. As in scikit-learn's HDBSCAN and
    DBSCAN a point counts among its own neighbours. `tree` is the places' own, made anew where it is not given.
    """
    if places.points.sum() < min_samples:
        return np.full(len(places.points), np.inf)
    return distances_to_reach(tree if tree is not None else plant(places.coordinates_m), places.points, min_samples)


def distances_to_reach(tree: PlaceTree, points: Integers, needed: int, threads: int | None = 1) -> Floats:
    """Distance in metres within which each place of the tree has `needed` of the points, shape (places,).

    `points`, shape (places,), are those at each place; there are `needed` of them or more in all. Leaves are shared
    out over `threads`, None being one a core; each place's distance is the same however they are.
    """
    of_tree = points[tree.order]
    before = np.concatenate([[0], np.cumsum(of_tree)])
    reached = np.empty(len(points))
    shares = np.linspace(tree.first_leaf, len(tree.starts), (threads or os.cpu_count() or 1) + 1).astype(np.int64)

    def run(first: int, last: int) -> None:
        _reach_leaves(tree, of_tree, before, needed, first, last, reached)

    if len(shares) == 2:
        run(*shares)
    else:
        with ThreadPoolExecutor(len(shares) - 1) as pool:
            list(pool.map(run, shares[:-1], shares[1:]))
    distances = np.empty(len(points))
    distances[tree.order] = reached
    return distances


@njit(cache=True, nogil=True)
def _reach_leaves(
    tree: PlaceTree, points: Integers, before: Integers, needed: int, first: int, last: int, reached: Floats
) -> None:
    """Write the distances of the places of some leaves, in the order of the tree."""
    east, north = tree.coordinates_m[:, 0].copy(), tree.coordinates_m[:, 1].copy()
    # The leaves that those of a leaf may reach, with their boxes: west, east, south, north.
    near = np.empty(len(tree.starts) - tree.first_leaf, dtype=np.int64)
    boxes = np.empty((len(near), 4))
    squared = np.empty(len(points))
    weight = np.empty(len(points), dtype=np.int64)
    for leaf in range(first, last):
        start, end = tree.starts[leaf], tree.ends[leaf]
        radius = _radius_of_leaf(tree, before, leaf, needed)
        if leaf > first:
            # A place sees what another sees if it looks further by the distance between the two.
            far = _furthest_squared(tree, leaf, east[start - 1], north[start - 1])
            radius = min(radius, reached[start - 1] + np.sqrt(far))
        leaves = _near_leaves(tree, leaf, radius * SLACK, near, boxes)
        for place in range(start, end):
            limit = radius
            for other in range(start, place):
                apart = (east[other] - east[place]) ** 2 + (north[other] - north[place]) ** 2
                limit = min(limit, reached[other] + np.sqrt(apart))
            if before[end] - before[start] >= needed:
                for other in range(start, end):
                    squared[other - start] = (east[other] - east[place]) ** 2 + (north[other] - north[place]) ** 2
                    weight[other - start] = points[other]
                limit = min(limit, np.sqrt(_least_reaching(squared, weight, end - start, needed)))
            most = (limit * SLACK) ** 2
            within = 0
            for index in range(leaves):
                by_east = max(boxes[index, 0] - east[place], east[place] - boxes[index, 1], 0.0)
                by_north = max(boxes[index, 2] - north[place], north[place] - boxes[index, 3], 0.0)
                if by_east * by_east + by_north * by_north > most:
                    continue
                node = near[index]
                for other in range(tree.starts[node], tree.ends[node]):
                    apart = (east[other] - east[place]) ** 2 + (north[other] - north[place]) ** 2
                    squared[within] = apart
                    weight[within] = points[other]
                    within += apart <= most
            reached[place] = np.sqrt(_least_reaching(squared, weight, within, needed))
            if place == start:
                closer = reached[place] + np.sqrt(_furthest_squared(tree, leaf, east[place], north[place]))
                if closer < 0.8 * radius:
                    radius = closer
                    leaves = _keep_near(tree, leaf, radius * SLACK, near, boxes, leaves)


@njit(cache=True, nogil=True)
def _radius_of_leaf(tree: PlaceTree, before: Integers, leaf: int, needed: int) -> float:
    """A distance within which every place of a leaf has the points: to the far corner of a node that holds as many."""
    node = leaf
    while before[tree.ends[node]] - before[tree.starts[node]] < needed:
        node = (node - 1) // 2
    by_east = max(tree.high[node, 0] - tree.low[leaf, 0], tree.high[leaf, 0] - tree.low[node, 0])
    by_north = max(tree.high[node, 1] - tree.low[leaf, 1], tree.high[leaf, 1] - tree.low[node, 1])
    return float(np.sqrt(by_east * by_east + by_north * by_north))


@njit(cache=True, nogil=True)
def _furthest_squared(tree: PlaceTree, node: int, east: float, north: float) -> float:
    """Squared distance from a point to the far corner of a node's box."""
    by_east = max(abs(east - tree.low[node, 0]), abs(east - tree.high[node, 0]))
    by_north = max(abs(north - tree.low[node, 1]), abs(north - tree.high[node, 1]))
    return by_east * by_east + by_north * by_north


@njit(cache=True, nogil=True)
def _apart_squared(tree: PlaceTree, one: int, other: int) -> float:
    """Squared distance between two nodes' boxes, 0 where they touch."""
    by_east = max(tree.low[one, 0] - tree.high[other, 0], tree.low[other, 0] - tree.high[one, 0], 0.0)
    by_north = max(tree.low[one, 1] - tree.high[other, 1], tree.low[other, 1] - tree.high[one, 1], 0.0)
    return by_east * by_east + by_north * by_north


@njit(cache=True, nogil=True)
def _near_leaves(tree: PlaceTree, leaf: int, radius: float, near: Integers, boxes: Floats) -> int:
    """Write down all leaves within a radius of a leaf's box; gives their number."""
    most = radius * radius
    found = 0
    stack = np.empty(64, dtype=np.int64)
    stack[0] = 0
    height = 1
    while height > 0:
        height -= 1
        node = stack[height]
        if _apart_squared(tree, node, leaf) > most:
            continue
        if node < tree.first_leaf:
            stack[height], stack[height + 1] = 2 * node + 2, 2 * node + 1
            height += 2
        else:
            near[found] = node
            boxes[found, 0], boxes[found, 1] = tree.low[node, 0], tree.high[node, 0]
            boxes[found, 2], boxes[found, 3] = tree.low[node, 1], tree.high[node, 1]
            found += 1
    return found


@njit(cache=True, nogil=True)
def _keep_near(tree: PlaceTree, leaf: int, radius: float, near: Integers, boxes: Floats, count: int) -> int:
    """Of the leaves written down keep those within a smaller radius; gives their number."""
    kept = 0
    for index in range(count):
        near[kept], boxes[kept] = near[index], boxes[index]
        kept += _apart_squared(tree, near[index], leaf) <= radius * radius
    return kept


@njit(cache=True, nogil=True)
def _least_reaching(values: Floats, weights: Integers, count: int, needed: int) -> float:
    """The least value such that the weights of all that are no greater sum to `needed`; the arrays are rearranged."""
    low, high = 0, count
    while high - low > FEW:
        one, two, three = values[low], values[(low + high) // 2], values[high - 1]
        pivot = max(min(one, two), min(max(one, two), three))
        left, right = low, high - 1
        while left <= right:
            while values[left] < pivot:
                left += 1
            while values[right] > pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                weights[left], weights[right] = weights[right], weights[left]
                left += 1
                right -= 1
        below = weights[low : right + 1].sum()
        if below >= needed:
            high = right + 1
            continue
        # What may stand between the two parts equals the pivot.
        between = weights[right + 1 : left].sum()
        if below + between >= needed:
            return pivot
        needed -= below + between
        low = left
    for index in range(low + 1, high):
        value, weight = values[index], weights[index]
        place = index - 1
        while place >= low and values[place] > value:
            values[place + 1], weights[place + 1] = values[place], weights[place]
            place -= 1
        values[place + 1], weights[place + 1] = value, weight
    for index in range(low, high):
        needed -= weights[index]
        if needed <= 0:
            return values[index]
    return values[high - 1]
