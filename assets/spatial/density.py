"""Groups by density within one sector: HDBSCAN as the Map uses it, and DBSCAN at a fixed radius.

What belongs here: labels for points, and the sizes and distances the two algorithms are given. What does not: the scan
against business at large (`scan`), distinct firms, names of groups.
Both count a point among its own neighbours, as scikit-learn does. Neither depends on the order of the points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from fast_hdbscan.hdbscan import clusters_from_spanning_tree
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from assets.method import SpatialMethod
from assets.spatial.places import Floats, Integers, Places, distinct_places
from assets.spatial.spanning_tree import core_distances_m, spanning_tree

NOISE = -1


@dataclass(frozen=True)
class HdbscanSizes:
    """What HDBSCAN is given for one sector."""

    min_cluster_size: int
    min_samples: int
    epsilon_m: float


def min_cluster_size(points: int, method: SpatialMethod) -> int:
    """max(min_firms, round(size_coefficient * sqrt(points))) [inferred]."""
    return max(method.min_firms, round(method.size_coefficient * float(np.sqrt(points))))


def hdbscan_sizes(easting: Floats, northing: Floats, method: SpatialMethod) -> HdbscanSizes:
    """Sizes for a sector's points (metres): min_cluster_size [inferred], min_samples and epsilon [ours].

    With the rule `median_neighbour` epsilon is the median over the points of the distance to the min_samples-th
    neighbour, held between epsilon_min_m and epsilon_max_m.
    """
    size = min_cluster_size(len(easting), method)
    samples = max(method.min_samples_floor, size // method.min_samples_divisor)
    if method.epsilon_rule == "none":
        return HdbscanSizes(size, samples, 0.0)
    places = distinct_places(easting, northing)
    median = float(np.median(core_distances_m(places, samples)[places.place_of_point]))
    return HdbscanSizes(size, samples, min(max(median, method.epsilon_min_m), method.epsilon_max_m))


def hdbscan_labels(easting: Floats, northing: Floats, sizes: HdbscanSizes) -> Integers:
    """Label of each point, shape (points,), NOISE in no group: excess of mass, never all points as one group.

    The spanning tree is our own, over distinct places: exact, quick where many points share one, and the same whatever
    the order of the rows. The library condenses it and selects.
    """
    places = distinct_places(easting, northing)
    tree = _tree_of_points(places, core_distances_m(places, sizes.min_samples))
    labels, _, _, condensed, _ = clusters_from_spanning_tree(tree, min_cluster_size=sizes.min_cluster_size)
    if sizes.epsilon_m > 0 and len(condensed.parent):
        splits = condensed.lambda_val[(condensed.parent == condensed.parent.min()) & (condensed.child_size > 1)]
        # Past the distance at which the root itself splits, the library would take the root: all points as one group.
        epsilon = min(sizes.epsilon_m, float(1.0 / splits.max()) * (1 - 1e-6)) if splits.size else 0.0
        labels = clusters_from_spanning_tree(
            tree, min_cluster_size=sizes.min_cluster_size, cluster_selection_epsilon=epsilon
        )[0]
    of_points = np.empty(len(easting), dtype=np.int64)
    of_points[np.argsort(places.place_of_point, kind="stable")] = labels
    return of_points


def _tree_of_points(places: Places, core_m: Floats) -> Floats:
    """Spanning tree of points in the order of their places, rows (point, point, metres), shape (points - 1, 3).

    The first point of each place stands for it; the others hang on it at the place's core distance.
    """
    edges, lengths = spanning_tree(places, core_m)
    first = np.cumsum(places.points) - places.points
    others = np.setdiff1d(np.arange(places.points.sum()), first)
    of_others = np.repeat(np.arange(len(first)), places.points - 1)
    between = np.column_stack([first[edges], lengths])
    within = np.column_stack([first[of_others], others, core_m[of_others]])
    return np.vstack([between, within])


def dbscan_labels(easting: Floats, northing: Floats, radius_m: float, min_samples: int) -> Integers:
    """Label of each point, shape (points,), NOISE in no group: scikit-learn's very labels for points sorted by place.

    Core places are joined along the spanning tree of mutual reachability, as far as the radius goes. A place that is
    not core belongs to the first group with a core place within the radius; it has fewer than `min_samples` points
    around it, so looking at all of them is cheap.
    """
    places = distinct_places(easting, northing)
    core = core_distances_m(places, min_samples)
    is_core = core <= radius_m
    edges, lengths = spanning_tree(places, core)
    joined = edges[lengths <= radius_m]
    count = len(places.points)
    graph = coo_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(count, count))
    component = connected_components(graph, directed=False)[1]
    labels = np.full(count, NOISE, dtype=np.int64)
    core_places = np.flatnonzero(is_core)
    if core_places.size:
        _, first, of_core = np.unique(component[core_places], return_index=True, return_inverse=True)
        labels[core_places] = np.argsort(np.argsort(first))[of_core]
        border = np.flatnonzero(~is_core)
        near = (
            cKDTree(places.coordinates_m[border]).sparse_distance_matrix(
                cKDTree(places.coordinates_m[core_places]), radius_m, output_type="ndarray"
            )
            if border.size
            else np.empty(0, dtype=[("i", np.int64), ("j", np.int64)])
        )
        lowest = np.full(len(border), len(core_places), dtype=np.int64)
        np.minimum.at(lowest, near["i"], labels[core_places[near["j"]]])
        reached = lowest < len(core_places)
        labels[border[reached]] = lowest[reached]
    return labels[places.place_of_point]
