"""Groups by density within one sector: HDBSCAN as the Map uses it, and DBSCAN at a fixed radius.

What belongs here: labels for points, and the sizes and distances the two algorithms are given. What does not: the scan
against business at large (`scan`), distinct firms, names of groups.
Both count a point among its own neighbours, as scikit-learn does, and go over distinct places: exact, quick where many
points share one, and the same whatever the order of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from assets.arrays import Floats, Integers
from assets.method import SpatialMethod
from assets.methods.density.condensed_tree import excess_of_mass
from assets.methods.density.core_distances import core_distances_m
from assets.methods.density.fixed_radius import labels_of_places
from assets.methods.density.place_tree import PlaceTree, plant
from assets.methods.density.places import Places, distinct_places
from assets.methods.density.spanning_tree import spanning_tree


@dataclass(frozen=True)
class HdbscanSizes:
    """What HDBSCAN is given for one sector."""

    min_cluster_size: int
    min_samples: int
    epsilon_m: float


def min_cluster_size(points: int, method: SpatialMethod) -> int:
    """max(min_firms, round(size_coefficient * points ** size_exponent)) [inferred]."""
    return max(method.min_firms, round(method.size_coefficient * float(points) ** method.size_exponent))


def min_samples(points: int, method: SpatialMethod) -> int:
    """max(min_samples_floor, min_cluster_size // min_samples_divisor) [ours]."""
    return max(method.min_samples_floor, min_cluster_size(points, method) // method.min_samples_divisor)


class _Dense(NamedTuple):
    """A sector's distinct places, the tree over them and their core distances."""

    places: Places
    tree: PlaceTree
    core_m: Floats


def _dense(easting: Floats, northing: Floats, min_samples: int) -> _Dense:
    places = distinct_places(easting, northing)
    tree = plant(places.coordinates_m)
    return _Dense(places, tree, core_distances_m(places, min_samples, tree))


def hdbscan(
    easting: Floats, northing: Floats, method: SpatialMethod, sector_points: int | None = None
) -> tuple[Integers, HdbscanSizes]:
    """`hdbscan_labels` of a sector's points with its own `hdbscan_sizes`, core distances being found once."""
    whole = sector_points or len(easting)
    dense = _dense(easting, northing, min_samples(whole, method))
    sizes = _sizes(dense, method, whole)
    return _labels(dense, sizes), sizes


def hdbscan_sizes(
    easting: Floats, northing: Floats, method: SpatialMethod, sector_points: int | None = None
) -> HdbscanSizes:
    """Sizes for a sector's points (metres): min_cluster_size [inferred], min_samples and epsilon [ours].

    The first two go by `sector_points`, the points of the sector wherever they lie; without it, by those given. With
    the rule `median_neighbour` epsilon is the median over the points of the distance to the min_samples-th neighbour,
    held between epsilon_min_m and epsilon_max_m.
    """
    whole = sector_points or len(easting)
    return _sizes(_dense(easting, northing, min_samples(whole, method)), method, whole)


def hdbscan_labels(easting: Floats, northing: Floats, sizes: HdbscanSizes) -> Integers:
    """Label of each point, shape (points,), NOISE in no group: excess of mass, never all points as one group.

    Labels are numbered in the order of places. Of the points at one place the one given first stands for it: where
    groups meet at a place, it alone may be in another group.
    """
    return _labels(_dense(easting, northing, sizes.min_samples), sizes)


def _sizes(dense: _Dense, method: SpatialMethod, sector_points: int) -> HdbscanSizes:
    epsilon_m = 0.0
    if method.epsilon_rule == "median_neighbour":
        median = float(np.median(dense.core_m[dense.places.place_of_point]))
        epsilon_m = min(max(median, method.epsilon_min_m), method.epsilon_max_m)
    return HdbscanSizes(min_cluster_size(sector_points, method), min_samples(sector_points, method), epsilon_m)


def _labels(dense: _Dense, sizes: HdbscanSizes) -> Integers:
    places = dense.places
    edges, lengths = spanning_tree(places, dense.core_m, tree=dense.tree)
    of_places = excess_of_mass(places.points, dense.core_m, edges, lengths, sizes.min_cluster_size, sizes.epsilon_m)
    labels = of_places.others[places.place_of_point]
    labels[places.first_points()] = of_places.first
    return labels


def dbscan_labels(easting: Floats, northing: Floats, radius_m: float, min_samples: int) -> Integers:
    """Label of each point, shape (points,), NOISE in no group: scikit-learn's own for points sorted by place."""
    places = distinct_places(easting, northing)
    return labels_of_places(places, radius_m, min_samples)[places.place_of_point]
