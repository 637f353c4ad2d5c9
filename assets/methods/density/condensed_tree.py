"""HDBSCAN's choice of groups: the spanning tree of distinct places condensed, and excess of mass over it.

What belongs here: the condensed tree of Campello, Moulavi and Sander (2013), its stabilities, the selection, with
epsilon after Malzer and Baum (2020). What does not: the spanning tree (`spanning_tree`), sizes (`density`).

The labels are those of `fast_hdbscan.clusters_from_spanning_tree` over single points, ties included: of edges of one
length the library takes those of the lower points first, it holds stabilities in single precision and adds a point
at a time, and here it is done so too. What is not done is to hold a node for each point: the first point of each place
stands for it, and the others hang on it at its core distance all at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from assets.arrays import Floats, Integers
from assets.methods.density.places import NOISE

EPSILON_MARGIN = 1e-6
"""An epsilon that would reach the root's own split is held below it by this share: the root is no group."""


class PlaceLabels(NamedTuple):
    """Label of the points at each place, shape (places,), NOISE in no group; labels count from 0.

    At a place where several groups meet, the point that stands for it may be in another group than its others.
    """

    first: Integers
    others: Integers


def excess_of_mass(
    points: Integers, core_m: Floats, edges: Integers, lengths: Floats, min_cluster_size: int, epsilon_m: float
) -> PlaceLabels:
    """Groups of at least `min_cluster_size` points that outlast what they split into; never all points as one.

    `points` at each place and `core_m`, shape (places,); `edges`, shape (places - 1, 2), and `lengths` in metres are
    of the spanning tree, ascending by length. With `epsilon_m` above 0 groups that part at a smaller distance than
    that are taken together. A single point is no group, whatever `min_cluster_size` says.
    """
    if not np.isfinite(core_m).all():
        return PlaceLabels(np.full(len(points), NOISE), np.full(len(points), NOISE))
    # A merge is an edge between places or, from a place to itself, its other points.
    shared = np.flatnonzero(points > 1)
    origin, target = np.concatenate([edges[:, 0], shared]), np.concatenate([edges[:, 1], shared])
    distance = np.concatenate([lengths, core_m[shared]])
    order = np.argsort(distance)
    origin, target, distance = origin[order], target[order], distance[order]
    _order_ties(origin, target, distance)
    first, others = _labels(points, origin, target, distance, max(min_cluster_size, 2), epsilon_m)
    return PlaceLabels(first, others)


@njit(cache=True, nogil=True)
def _order_ties(origin: Integers, target: Integers, distance: Floats) -> None:
    """Put merges of one distance in the order of their places."""
    start = 0
    while start < len(distance):
        end = start + 1
        while end < len(distance) and distance[end] == distance[start]:
            end += 1
        if end - start > 1:
            by_target = np.argsort(target[start:end], kind="mergesort")
            order = by_target[np.argsort(origin[start:end][by_target], kind="mergesort")]
            origin[start:end] = origin[start:end][order]
            target[start:end] = target[start:end][order]
        start = end


class _Merges(NamedTuple):
    """The merges as a binary tree over the places: nodes are the places, then a node for each merge."""

    left: Integers
    """Shape (merges,): the child that was made later."""
    right: Integers
    """Shape (merges,): the other child; -1 for a place's other points."""
    points: Integers
    """Shape (nodes,): points under a node; at a place one, its others being a merge."""


@njit(cache=True, nogil=True)
def _merged(points: Integers, origin: Integers, target: Integers) -> _Merges:
    """Join what the merges join, in their order."""
    places, merges = len(points), len(origin)
    left, right = np.empty(merges, dtype=np.int64), np.empty(merges, dtype=np.int64)
    under = np.ones(places + merges, dtype=np.int64)
    forest = np.arange(places)
    node_of = np.arange(places)
    for merge in range(merges):
        one, other = _find(forest, origin[merge]), _find(forest, target[merge])
        node = places + merge
        if origin[merge] == target[merge]:
            left[merge], right[merge] = node_of[one], -1
            under[node] = under[node_of[one]] + points[origin[merge]] - 1
        else:
            left[merge] = max(node_of[one], node_of[other])
            right[merge] = min(node_of[one], node_of[other])
            under[node] = under[left[merge]] + under[right[merge]]
            if under[node_of[one]] < under[node_of[other]]:
                one, other = other, one
            forest[other] = one
        node_of[one] = node
    return _Merges(left, right, under)


@njit(cache=True, nogil=True)
def _find(forest: Integers, place: int) -> int:
    """The place that stands for all that a place is joined with."""
    while forest[place] != place:
        forest[place] = forest[forest[place]]
        place = forest[place]
    return place


class _Condensed(NamedTuple):
    """The condensed tree; cluster 0 is the root, the children of cluster c are first_child[c] and the one after."""

    cluster_of_node: Integers
    """Shape (nodes,): the cluster that each node of the merges is in or falls out of."""
    parent: Integers
    first_child: Integers
    """-1 where the cluster does not split."""
    birth: Floats
    """Single precision: 1 over the distance in metres at which the cluster is born."""
    stability: Floats
    """Single precision: sum over its points of the time for which they are in it."""


@njit(cache=True, nogil=True)
def _condense(merges: _Merges, distance: Floats, places: int, min_cluster_size: int) -> _Condensed:
    """Walk down from the root: a cluster splits where both children are large enough, else points fall out of it."""
    nodes = places + len(distance)
    cluster_of_node = np.zeros(nodes, dtype=np.int64)
    # A node that is all that is left of its cluster at its distance; the nodes below the others have fallen out.
    is_whole = np.zeros(nodes, dtype=np.bool_)
    is_whole[nodes - 1] = True
    most = 2 * (merges.points[nodes - 1] // min_cluster_size) + 1
    parent, first_child = np.zeros(most, dtype=np.int64), np.full(most, -1)
    birth, stability = np.zeros(most, dtype=np.float32), np.zeros(most, dtype=np.float32)
    clusters = 1
    for node in range(nodes - 1, places - 1, -1):
        cluster = cluster_of_node[node]
        left, right = merges.left[node - places], merges.right[node - places]
        cluster_of_node[left] = cluster
        if right >= 0:
            cluster_of_node[right] = cluster
        if not is_whole[node]:
            continue
        apart = distance[node - places]
        time = np.float32(1.0 / apart) if apart > 0 else np.float32(np.inf)
        from_left = merges.points[left]
        from_right = merges.points[node] - from_left
        is_left = from_left >= min_cluster_size
        is_right = right >= 0 and from_right >= min_cluster_size
        if is_left and is_right:
            first_child[cluster] = clusters
            for child, size in ((left, from_left), (right, from_right)):
                stability[cluster] += time * np.float32(size)
                cluster_of_node[child], is_whole[child] = clusters, True
                parent[clusters], birth[clusters] = cluster, time
                stability[clusters] = -time * np.float32(size)
                clusters += 1
            continue
        fallen = merges.points[node]
        if is_left:
            fallen, is_whole[left] = from_right, True
        elif is_right:
            fallen, is_whole[right] = from_left, True
        for _ in range(fallen):
            stability[cluster] += time
    return _Condensed(
        cluster_of_node, parent[:clusters], first_child[:clusters], birth[:clusters], stability[:clusters]
    )


@njit(cache=True, nogil=True)
def _select(tree: _Condensed, epsilon_m: float) -> Integers:
    """For each cluster the selected cluster that it is in, NOISE where there is none."""
    clusters = len(tree.parent)
    is_selected = np.zeros(clusters, dtype=np.bool_)
    best = np.zeros(clusters)
    for cluster in range(clusters - 1, 0, -1):
        child = tree.first_child[cluster]
        below = best[child] + best[child + 1] if child >= 0 else 0.0
        own = max(np.float64(tree.stability[cluster]), 0.0)
        is_selected[cluster] = not below > own
        best[cluster] = below if below > own else own
    covered = np.zeros(clusters, dtype=np.bool_)
    for cluster in range(1, clusters):
        above = tree.parent[cluster]
        covered[cluster] = covered[above] or is_selected[above]
    is_selected &= ~covered
    if epsilon_m > 0 and clusters > 1:
        split = np.float32(1.0) / tree.birth[1]
        epsilon = min(epsilon_m, np.float64(split) * (1 - EPSILON_MARGIN))
        for cluster in range(1, clusters):
            if not is_selected[cluster]:
                continue
            wider = cluster
            while tree.parent[wider] != 0 and 1.0 / np.float64(tree.birth[wider]) < epsilon:
                wider = tree.parent[wider]
            is_selected[cluster] = False
            is_selected[wider] = True
    chosen = np.full(clusters, NOISE)
    for cluster in range(1, clusters):
        chosen[cluster] = cluster if is_selected[cluster] else chosen[tree.parent[cluster]]
    return chosen


@njit(cache=True, nogil=True)
def _labels(
    points: Integers, origin: Integers, target: Integers, distance: Floats, min_cluster_size: int, epsilon_m: float
) -> tuple[Integers, Integers]:
    """Labels of each place's first point and of its others, numbered in the order of the places."""
    places = len(points)
    merges = _merged(points, origin, target)
    tree = _condense(merges, distance, places, min_cluster_size)
    chosen = _select(tree, epsilon_m)
    first = chosen[tree.cluster_of_node[:places]]
    others = first.copy()
    for merge in range(len(origin)):
        if origin[merge] == target[merge]:
            others[origin[merge]] = chosen[tree.cluster_of_node[places + merge]]
    number = np.full(len(tree.parent), NOISE)
    numbers = 0
    for place in range(places):
        for labels in (first, others):
            label = labels[place]
            if label == NOISE:
                continue
            if number[label] == NOISE:
                number[label] = numbers
                numbers += 1
            labels[place] = number[label]
    return first, others
