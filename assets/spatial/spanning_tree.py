"""The minimum spanning tree of mutual reachability over distinct places, exact in double precision.

Distances may be stretched: what a metre counts then differs from place to place (`ground` says how much).

What belongs here: core distances, a k-d tree, Boruvka's rounds over it. What does not: the hierarchy made of the tree
(`hierarchy`), any choice of groups. Boruvka: in every round each component takes its cheapest edge to another one;
a component is a set of places that earlier rounds joined.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from assets.spatial.places import Floats, Integers, Places

LEAF_PLACES = 12
"""Places in a leaf of the k-d tree: a matter of speed alone."""


def core_distances_m(places: Places, min_samples: int) -> Floats:
    """Distance in metres within which each place has `min_samples` points, those at the place itself included.

    Shape (places,). Infinite where there are fewer points than that altogether. As in scikit-learn's HDBSCAN and
    DBSCAN a point counts among its own neighbours.
    """
    if places.points.sum() < min_samples:
        return np.full(len(places.points), np.inf)
    nearest = min(min_samples, len(places.points))
    distances, neighbours = cKDTree(places.coordinates_m).query(places.coordinates_m, k=nearest)
    if nearest == 1:
        distances, neighbours = distances[:, None], neighbours[:, None]
    within = np.cumsum(places.points[neighbours], axis=1)
    reached: Integers = np.argmax(within >= min_samples, axis=1)
    return np.ascontiguousarray(distances[np.arange(len(reached)), reached])


def spanning_tree(places: Places, core_m: Floats, stretch: Floats | None = None) -> tuple[Integers, Floats]:
    """Edges of a minimum spanning tree of max(core, core, distance), from the shortest to the longest.

    Gives the two places of each edge, shape (places - 1, 2), and its length in metres, shape (places - 1,). Among
    edges of one length any may be taken; what the tree joins at each distance does not depend on it. `stretch`, shape
    (places,), multiplies a core distance by its place's and a distance by the geometric mean of its ends'.
    """
    if stretch is None:
        stretch = np.ones(len(places.points))
    count = len(places.points)
    levels = max(0, int(np.ceil(np.log2(max(1, count) / LEAF_PLACES))))
    order, starts, ends = _ranges(places.coordinates_m, levels)
    core = core_m * stretch
    tree = _bound(places.coordinates_m[order], core[order], stretch[order], starts, ends, 2**levels - 1)
    ends_of_edges, lengths = _boruvka(tree)
    edges = order[ends_of_edges]
    by_length = np.lexsort((edges.max(axis=1), edges.min(axis=1), lengths))
    return edges[by_length], lengths[by_length]


class _Tree(NamedTuple):
    """A complete binary k-d tree; node i has the children 2 i + 1 and 2 i + 2, places are in the order of the leaves.

    Distances are squared: whole metres then compare exactly.
    """

    coordinates: Floats
    core_squared: Floats
    stretch: Floats
    starts: Integers
    ends: Integers
    low: Floats
    high: Floats
    least_core_squared: Floats
    least_stretch: Floats
    first_leaf: int


class _Best(NamedTuple):
    """The cheapest edge out of each component found so far in a round; `origin` -1 where there is none."""

    squared: Floats
    origin: Integers
    target: Integers


@njit(cache=True, nogil=True)
def _ranges(coordinates: Floats, levels: int) -> tuple[Integers, Integers, Integers]:
    """Order of the places in the tree's leaves, and each node's range in that order."""
    nodes = 2 ** (levels + 1) - 1
    order = np.arange(len(coordinates))
    starts = np.zeros(nodes, dtype=np.int64)
    ends = np.zeros(nodes, dtype=np.int64)
    ends[0] = len(coordinates)
    for node in range(2**levels - 1):
        start, end = starts[node], ends[node]
        inside = order[start:end]
        eastings, northings = coordinates[inside, 0], coordinates[inside, 1]
        by_easting = eastings.max() - eastings.min() >= northings.max() - northings.min()
        order[start:end] = inside[np.argsort(eastings if by_easting else northings, kind="mergesort")]
        middle = (start + end) // 2
        starts[2 * node + 1], ends[2 * node + 1] = start, middle
        starts[2 * node + 2], ends[2 * node + 2] = middle, end
    return order, starts, ends


@njit(cache=True, nogil=True)
def _bound(
    coordinates: Floats, core: Floats, stretch: Floats, starts: Integers, ends: Integers, first_leaf: int
) -> _Tree:
    """The tree with each node's box, least core distance and least stretch."""
    nodes = len(starts)
    low = np.empty((nodes, 2))
    high = np.empty((nodes, 2))
    least_core = np.empty(nodes)
    least_stretch = np.empty(nodes)
    for node in range(nodes):
        inside = coordinates[starts[node] : ends[node]]
        for axis in range(2):
            low[node, axis], high[node, axis] = inside[:, axis].min(), inside[:, axis].max()
        least_core[node] = core[starts[node] : ends[node]].min()
        least_stretch[node] = stretch[starts[node] : ends[node]].min()
    return _Tree(
        coordinates, core * core, stretch, starts, ends, low, high, least_core * least_core, least_stretch, first_leaf
    )


@njit(cache=True, nogil=True)
def _boruvka(tree: _Tree) -> tuple[Integers, Floats]:
    """Edges and lengths of the spanning tree, in no particular order."""
    count = len(tree.coordinates)
    component = np.arange(count)
    component_of_node = np.empty(len(tree.starts), dtype=np.int64)
    edges = np.empty((count - 1, 2), dtype=np.int64)
    lengths = np.empty(count - 1)
    best = _Best(np.empty(count), np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64))
    found = 0
    while found < count - 1:
        _settle(tree, component, component_of_node)
        best.squared[:] = np.inf
        best.origin[:] = -1
        for place in range(count):
            _improve(tree, component, component_of_node, place, best)
        for root in range(count):
            if best.origin[root] < 0:
                continue
            one, other = _root(component, best.origin[root]), _root(component, best.target[root])
            # Two components that chose each other, or a ring of edges of one length, are joined once.
            if one != other:
                component[max(one, other)] = min(one, other)
                edges[found, 0], edges[found, 1] = best.origin[root], best.target[root]
                lengths[found] = np.sqrt(best.squared[root])
                found += 1
    return edges, lengths


@njit(cache=True, nogil=True)
def _root(component: Integers, place: int) -> int:
    """The place that stands for the component of a place."""
    while component[place] != place:
        place = component[place]
    return place


@njit(cache=True, nogil=True)
def _settle(tree: _Tree, component: Integers, component_of_node: Integers) -> None:
    """Point every place straight at its component, and every node whose places share one; -1 where they do not."""
    for place in range(len(component)):
        component[place] = _root(component, place)
    for node in range(len(tree.starts) - 1, -1, -1):
        if node >= tree.first_leaf:
            inside = component[tree.starts[node] : tree.ends[node]]
            component_of_node[node] = inside[0] if (inside == inside[0]).all() else -1
        else:
            left, right = component_of_node[2 * node + 1], component_of_node[2 * node + 2]
            component_of_node[node] = left if left == right else -1


@njit(cache=True, nogil=True)
def _improve(tree: _Tree, component: Integers, component_of_node: Integers, place: int, best: _Best) -> None:
    """Look for an edge from a place to another component that is cheaper than its own component's best."""
    own = component[place]
    east, north, core = tree.coordinates[place, 0], tree.coordinates[place, 1], tree.core_squared[place]
    stretch = tree.stretch[place]
    stack = np.empty(64, dtype=np.int64)
    stack[0] = 0
    height = 1
    while height > 0:
        height -= 1
        node = stack[height]
        if component_of_node[node] == own:
            continue
        box = _squared_to_box(tree, node, east, north) * (stretch * tree.least_stretch[node])
        bound = max(core, tree.least_core_squared[node], box)
        if best.origin[own] >= 0 and bound >= best.squared[own]:
            continue
        if node < tree.first_leaf:
            left, right = 2 * node + 1, 2 * node + 2
            if _squared_to_box(tree, left, east, north) <= _squared_to_box(tree, right, east, north):
                near, far = left, right
            else:
                near, far = right, left
            # The nearer half is looked at first: it is pushed last.
            stack[height], stack[height + 1] = far, near
            height += 2
            continue
        for other in range(tree.starts[node], tree.ends[node]):
            if component[other] == own:
                continue
            apart = (tree.coordinates[other, 0] - east) ** 2 + (tree.coordinates[other, 1] - north) ** 2
            squared = max(apart * (stretch * tree.stretch[other]), core, tree.core_squared[other])
            if best.origin[own] < 0 or squared < best.squared[own]:
                best.squared[own], best.origin[own], best.target[own] = squared, place, other


@njit(cache=True, nogil=True)
def _squared_to_box(tree: _Tree, node: int, east: float, north: float) -> float:
    """Squared distance from a point to a node's box, 0 inside."""
    by_east = max(tree.low[node, 0] - east, east - tree.high[node, 0], 0.0)
    by_north = max(tree.low[node, 1] - north, north - tree.high[node, 1], 0.0)
    return by_east * by_east + by_north * by_north
