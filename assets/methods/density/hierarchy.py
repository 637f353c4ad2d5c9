"""The robust single-linkage tree of points: what is joined to what at which linking distance.

What belongs here: the tree as arrays, sums over its subtrees, distinct firms in them, walks towards the root. What
does not: which of its nodes are groups (`scan`, `density`).

Two places are joined at distance t where both have `min_samples` points within t and a chain of such places, none
further than t from the next, leads from one to the other (Campello, Moulavi, Sander 2013: the tree HDBSCAN builds
before it selects). Points at one place are one leaf, so that the tree is exact however many share a postcode.
Distances may be stretched (`relative_distances`): the tree then joins in the order of stretched distances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from assets.arrays import Floats, Integers
from assets.methods.density.core_distances import core_distances_m
from assets.methods.density.place_tree import plant
from assets.methods.density.places import Places
from assets.methods.density.spanning_tree import spanning_tree

Counts = TypeVar("Counts", Integers, Floats)
SPARSE_FIRMS = 16
"""Firm numbers up to so many times the points are used as they are: a matter of speed alone."""


@dataclass(frozen=True)
class Hierarchy:
    """The tree. Nodes 0 to places - 1 are the places; then one node a merge, in the order of linking distance.

    A parent therefore comes after its children, and the root is last.
    """

    places: Places
    parent: Integers
    """Shape (nodes,): node that each is merged into; the root is its own parent."""
    linking_distance_m: Floats
    """Shape (nodes,): distance, stretched, at which a node's points are joined; a place's is its core distance."""
    longest_link_m: Floats
    """Shape (nodes,): the greatest distance or core distance, not stretched, that the tree has used under a node."""
    jump: Integers
    """Shape (nodes,): an ancestor far up (skew-binary jump pointers): a walk towards the root takes O(log n)."""
    first_leaf: Integers
    """Shape (nodes,): where the node's places begin in `leaves`."""
    leaf_count: Integers
    """Shape (nodes,): places under the node."""
    leaves: Integers
    """Shape (places,): places in an order in which every node's stand together."""

    def subtree_sums(self, counts: Counts) -> Counts:
        """Sum over each node and all below it, shape (nodes,), of counts at the places, or at all nodes."""
        sums: Counts = _accumulate(self.parent, counts)
        return sums

    def greatest_under(self, counts: Integers) -> Integers:
        """The greatest count at a place under each node, shape (nodes,), of counts at the places."""
        at_nodes = np.zeros(len(self.parent))
        at_nodes[: len(counts)] = counts
        return _greatest_under(self.parent, at_nodes).astype(np.int64)

    def places_under(self, node: int) -> Integers:
        """The places under a node."""
        return self.leaves[self.first_leaf[node] : self.first_leaf[node] + self.leaf_count[node]]

    def points_under(self, node: int) -> Integers:
        """Indices of the points under a node, ascending."""
        under = np.zeros(len(self.places.points), dtype=bool)
        under[self.places_under(node)] = True
        return np.flatnonzero(under[self.places.place_of_point])

    def distinct_firms(self, firm_of_point: Integers) -> Integers:
        """Distinct firms under each node, shape (nodes,); a point of `firm_of_point` -1 is no firm's."""
        known = firm_of_point[firm_of_point >= 0]
        numbers = int(known.max()) + 1 if known.size else 0
        if numbers > SPARSE_FIRMS * len(known):
            # Few of many firms: numbers without gaps take less room.
            firm_of_point = np.searchsorted(np.unique(known), firm_of_point) + np.minimum(firm_of_point, 0)
            numbers = len(known)
        return _distinct_under(
            self.parent,
            self.jump,
            self.first_leaf,
            self.leaves,
            self.places.place_of_point,
            firm_of_point,
            numbers,
        )

    def is_settled(self) -> NDArray[np.bool_]:
        """True where a node's parent is joined at a greater distance than the node itself.

        Merges at one and the same distance have no order among them: only the last is a set of points that some
        distance defines.
        """
        settled = self.linking_distance_m < self.linking_distance_m[self.parent]
        settled[-1] = True
        return np.asarray(settled)


def build_hierarchy(places: Places, min_samples: int, stretch: Floats | None = None) -> Hierarchy:
    """The tree over places, distances multiplied by `stretch`, shape (places,), where it is given.

    Raises ValueError where there is no place, or `min_samples` is below 1.
    """
    if len(places.points) == 0:
        raise ValueError("a hierarchy needs at least one point")
    if min_samples < 1:
        raise ValueError(f"min_samples is {min_samples}; it must be 1 or more")
    tree = plant(places.coordinates_m)
    core = core_distances_m(places, min_samples, tree)
    if stretch is None:
        stretch = np.ones(len(core))
    edges, lengths = spanning_tree(places, core, stretch, tree)
    parent, jump, first_leaf, leaf_count, leaves = _merge(edges)
    one, other = edges.T
    apart_m = np.sqrt(((places.coordinates_m[one] - places.coordinates_m[other]) ** 2).sum(axis=1))
    longest_m = _greatest_under(parent, np.concatenate([core, np.maximum(apart_m, np.maximum(core[one], core[other]))]))
    link_m = np.concatenate([core * stretch, lengths])
    return Hierarchy(places, parent, link_m, longest_m, jump, first_leaf, leaf_count, leaves)


@njit(cache=True, nogil=True)
def _merge(edges: Integers) -> tuple[Integers, Integers, Integers, Integers, Integers]:
    """Tree of the merges that edges, from the shortest to the longest, make."""
    places = len(edges) + 1
    nodes = 2 * places - 1
    parent = np.arange(nodes)
    children = np.full((nodes, 2), -1)
    leaf_count = np.ones(nodes, dtype=np.int64)
    # The component that a place is in, by the usual path-halving forest, and the node that stands for it.
    forest = np.arange(places)
    node_of = np.arange(places)
    for merge in range(places - 1):
        ends = np.empty(2, dtype=np.int64)
        for side in range(2):
            root = edges[merge, side]
            while forest[root] != root:
                forest[root] = forest[forest[root]]
                root = forest[root]
            ends[side] = root
        node = places + merge
        left, right = node_of[ends[0]], node_of[ends[1]]
        children[node, 0], children[node, 1] = left, right
        parent[left], parent[right] = node, node
        leaf_count[node] = leaf_count[left] + leaf_count[right]
        small, large = (ends[0], ends[1]) if leaf_count[left] <= leaf_count[right] else (ends[1], ends[0])
        forest[small] = large
        node_of[large] = node
    jump = np.empty(nodes, dtype=np.int64)
    depth = np.zeros(nodes, dtype=np.int64)
    first_leaf = np.zeros(nodes, dtype=np.int64)
    leaves = np.empty(places, dtype=np.int64)
    jump[nodes - 1] = nodes - 1
    for node in range(nodes - 1, -1, -1):
        if node < nodes - 1:
            above = parent[node]
            depth[node] = depth[above] + 1
            further = jump[above]
            is_even = depth[above] - depth[further] == depth[further] - depth[jump[further]]
            jump[node] = jump[further] if is_even else above
        if node < places:
            leaves[first_leaf[node]] = node
        else:
            first_leaf[children[node, 0]] = first_leaf[node]
            first_leaf[children[node, 1]] = first_leaf[node] + leaf_count[children[node, 0]]
    return parent, jump, first_leaf, leaf_count, leaves


@njit(cache=True, nogil=True)
def _accumulate(parent: Integers, counts: NDArray[Any]) -> NDArray[Any]:
    """Sums over subtrees: children come before their parent."""
    total = np.zeros(len(parent), dtype=counts.dtype)
    total[: len(counts)] = counts
    for node in range(len(parent) - 1):
        total[parent[node]] += total[node]
    return total


@njit(cache=True, nogil=True)
def _greatest_under(parent: Integers, values: Floats) -> Floats:
    """Greatest value of each node and all below it."""
    greatest = values.copy()
    for node in range(len(parent) - 1):
        greatest[parent[node]] = max(greatest[parent[node]], greatest[node])
    return greatest


@njit(cache=True, nogil=True)
def _distinct_under(
    parent: Integers,
    jump: Integers,
    first_leaf: Integers,
    leaves: Integers,
    place_of_point: Integers,
    firm_of_point: Integers,
    firms: int,
) -> Integers:
    """Distinct firms under each node; firms are numbered below `firms`.

    Points are gone through in the order of `leaves`. Each counts one at its place; each but the first of a firm takes
    one off again where it first meets the one before it.
    """
    places, points = len(leaves), len(place_of_point)
    starts = np.zeros(places + 1, dtype=np.int64)
    for point in range(points):
        starts[place_of_point[point] + 1] += 1
    starts = np.cumsum(starts)
    ordered = np.empty(points, dtype=np.int64)
    filled = starts[:-1].copy()
    for point in range(points):
        place = place_of_point[point]
        ordered[filled[place]] = firm_of_point[point]
        filled[place] += 1
    count = np.zeros(len(parent), dtype=np.int64)
    last = np.full(firms, -1)
    for position in range(places):
        place = leaves[position]
        for index in range(starts[place], starts[place + 1]):
            firm = ordered[index]
            if firm < 0:
                continue
            count[place] += 1
            before = last[firm]
            last[firm] = position
            if before < 0:
                continue
            node = place
            while first_leaf[node] > before:
                further = jump[node]
                node = further if first_leaf[further] > before else parent[node]
            count[node] -= 1
    for node in range(len(parent) - 1):
        count[parent[node]] += count[node]
    return count
