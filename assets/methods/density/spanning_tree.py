"""The minimum spanning tree of mutual reachability over distinct places, exact in double precision.

Distances may be stretched: what a metre counts then differs from place to place (`relative_distances` says how
much).

What belongs here: Boruvka's rounds over the k-d tree. What does not: the tree itself (`place_tree`), core distances
(`core_distances`), the hierarchy made of the edges (`hierarchy`), any choice of groups. Boruvka: in every round each
component takes its cheapest edge to another one; a component is a set of places that earlier rounds joined.

Mutual reachability has many edges of one length, and groups may depend on which is taken. It is the one of the first
place in the order of the k-d tree, and of the other places it reaches at that length the first on the way down the
tree, the nearer half of each node first. What makes a round quicker keeps to that: a place is passed over only where
it certainly has nothing cheaper to offer than the component has already.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from assets.arrays import Floats, Integers
from assets.methods.density.place_tree import PlaceTree, plant, squared_to_box
from assets.methods.density.places import Places


def spanning_tree(
    places: Places, core_m: Floats, stretch: Floats | None = None, tree: PlaceTree | None = None
) -> tuple[Integers, Floats]:
    """Edges of a minimum spanning tree of max(core, core, distance), from the shortest to the longest.

    Gives the two places of each edge, shape (places - 1, 2), and its length in metres, shape (places - 1,). `stretch`,
    shape (places,), multiplies a core distance by its place's and a distance by the geometric mean of its ends'.
    `tree` is the places' own k-d tree, made anew where it is not given. Where core distances are infinite there are
    too few points for any to be reachable: the places then hang on one another in their order.
    """
    count = len(places.points)
    if not np.isfinite(core_m).all():
        return np.column_stack([np.arange(count - 1), np.arange(1, count)]), np.full(count - 1, np.inf)
    if tree is None:
        tree = plant(places.coordinates_m)
    if stretch is None:
        stretch = np.ones(count)
    edges, lengths = _boruvka(_reach(tree, (core_m * stretch)[tree.order], stretch[tree.order]))
    edges = tree.order[edges]
    by_length = np.argsort(lengths)
    edges, lengths = edges[by_length], lengths[by_length]
    _order_ties(edges, lengths)
    return edges, lengths


@njit(cache=True, nogil=True)
def _order_ties(edges: Integers, lengths: Floats) -> None:
    """Put edges of one length in the order of their lower place, then of their upper one."""
    start = 0
    while start < len(lengths):
        end = start + 1
        while end < len(lengths) and lengths[end] == lengths[start]:
            end += 1
        if end - start > 1:
            tied = edges[start:end].copy()
            lower, upper = np.minimum(tied[:, 0], tied[:, 1]), np.maximum(tied[:, 0], tied[:, 1])
            by_upper = np.argsort(upper, kind="mergesort")
            edges[start:end] = tied[by_upper[np.argsort(lower[by_upper], kind="mergesort")]]
        start = end


class _Reach(NamedTuple):
    """The k-d tree with what else decides how far a place is from another, in the order of the tree.

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


class _Known(NamedTuple):
    """What a place has learned of its cheapest edge to another component, shape (places,)."""

    squared: Floats
    """Where there is a target: the edge's length. Else a length that no edge of the place is below."""
    target: Integers
    """The other end, -1 where it has not been found."""


class _Best(NamedTuple):
    """The cheapest edge out of each component found so far in a round; `origin` -1 where there is none."""

    squared: Floats
    origin: Integers
    target: Integers


def _reach(tree: PlaceTree, core: Floats, stretch: Floats) -> _Reach:
    """The tree with each node's least core distance and least stretch; both arrays in the order of the tree."""
    core_squared = core * core
    return _Reach(
        tree.coordinates_m,
        core_squared,
        stretch,
        tree.starts,
        tree.ends,
        tree.low,
        tree.high,
        _least_of_nodes(tree.starts, tree.ends, tree.first_leaf, core_squared),
        _least_of_nodes(tree.starts, tree.ends, tree.first_leaf, stretch),
        tree.first_leaf,
    )


@njit(cache=True, nogil=True)
def _least_of_nodes(starts: Integers, ends: Integers, first_leaf: int, values: Floats) -> Floats:
    """The least value in each node, shape (nodes,)."""
    least = np.empty(len(starts))
    for node in range(len(starts) - 1, -1, -1):
        if node < first_leaf:
            least[node] = min(least[2 * node + 1], least[2 * node + 2])
        else:
            least[node] = values[starts[node] : ends[node]].min()
    return least


@njit(cache=True, nogil=True)
def _boruvka(tree: _Reach) -> tuple[Integers, Floats]:
    """Edges and lengths of the spanning tree, in no particular order."""
    count = len(tree.coordinates)
    component = np.arange(count)
    component_of_node = np.empty(len(tree.starts), dtype=np.int64)
    edges = np.empty((count - 1, 2), dtype=np.int64)
    lengths = np.empty(count - 1)
    known = _Known(tree.core_squared.copy(), np.full(count, -1))
    best = _Best(np.empty(count), np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64))
    stack, bounds = np.empty(64, dtype=np.int64), np.empty(64)
    found = 0
    while found < count - 1:
        _settle(tree, component, component_of_node)
        _start_round(component, known, best)
        for place in range(count):
            own = component[place]
            if known.squared[place] >= best.squared[own]:
                continue
            if known.target[place] < 0:
                known.squared[place], known.target[place] = _cheapest(
                    tree, component, component_of_node, place, best.squared[own], stack, bounds
                )
                if known.target[place] < 0:
                    continue
            best.squared[own], best.origin[own] = known.squared[place], place
            best.target[own] = known.target[place]
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
def _start_round(component: Integers, known: _Known, best: _Best) -> None:
    """Forget targets that are now in the place's own component; bound each component by what its places still know.

    The bound is just above the cheapest known edge, so that the first place to offer such an edge is taken.
    """
    best.squared[:] = np.inf
    best.origin[:] = -1
    for place in range(len(component)):
        own, target = component[place], known.target[place]
        if target < 0:
            continue
        if component[target] == own:
            known.target[place] = -1
        elif known.squared[place] < best.squared[own]:
            best.squared[own] = np.nextafter(known.squared[place], np.inf)


@njit(cache=True, nogil=True)
def _root(component: Integers, place: int) -> int:
    """The place that stands for the component of a place."""
    while component[place] != place:
        place = component[place]
    return place


@njit(cache=True, nogil=True)
def _settle(tree: _Reach, component: Integers, component_of_node: Integers) -> None:
    """Point every place straight at its component, and every node whose places share one; -1 where they do not."""
    for place in range(len(component)):
        component[place] = _root(component, place)
    for node in range(len(tree.starts) - 1, -1, -1):
        if node >= tree.first_leaf:
            first = component[tree.starts[node]]
            for place in range(tree.starts[node] + 1, tree.ends[node]):
                if component[place] != first:
                    first = -1
                    break
            component_of_node[node] = first
        else:
            left, right = component_of_node[2 * node + 1], component_of_node[2 * node + 2]
            component_of_node[node] = left if left == right else -1


@njit(cache=True, nogil=True)
def _cheapest(
    tree: _Reach,
    component: Integers,
    component_of_node: Integers,
    place: int,
    limit: float,
    stack: Integers,
    bounds: Floats,
) -> tuple[float, int]:
    """Squared length and end of a place's cheapest edge to another component; `limit` and -1 where none is below it."""
    own = component[place]
    east, north, core = tree.coordinates[place, 0], tree.coordinates[place, 1], tree.core_squared[place]
    stretch = tree.stretch[place]
    target = -1
    stack[0], bounds[0] = 0, core
    height = 1
    while height > 0:
        height -= 1
        node = stack[height]
        if bounds[height] >= limit:
            continue
        if node < tree.first_leaf:
            left, right = 2 * node + 1, 2 * node + 2
            to_left = squared_to_box(tree.low, tree.high, left, east, north)
            to_right = squared_to_box(tree.low, tree.high, right, east, north)
            near, far, to_near, to_far = left, right, to_left, to_right
            if to_left > to_right:
                near, far, to_near, to_far = right, left, to_right, to_left
            # The nearer half is looked at first: it is pushed last.
            for child, apart in ((far, to_far), (near, to_near)):
                if component_of_node[child] == own:
                    continue
                bound = max(core, tree.least_core_squared[child], apart * (stretch * tree.least_stretch[child]))
                if bound < limit:
                    stack[height], bounds[height] = child, bound
                    height += 1
            continue
        for other in range(tree.starts[node], tree.ends[node]):
            if component[other] == own:
                continue
            apart = (tree.coordinates[other, 0] - east) ** 2 + (tree.coordinates[other, 1] - north) ** 2
            squared = max(apart * (stretch * tree.stretch[other]), core, tree.core_squared[other])
            if squared < limit:
                limit, target = squared, other
    return limit, target
