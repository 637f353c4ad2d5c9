"""The hierarchy against scipy's single linkage on the full matrix of mutual reachability, and against sets."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet, fcluster, linkage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist, pdist, squareform

from assets.arrays import Floats
from assets.methods.density.core_distances import core_distances_m
from assets.methods.density.hierarchy import Hierarchy, build_hierarchy
from assets.methods.density.places import distinct_places
from tests.methods.towns import uneven_sites


def mutual_reachability(points: Floats, min_samples: int, stretch: Floats | None = None) -> Floats:
    """Full matrix over points, each counting among its own neighbours; `stretch` multiplies what is at each."""
    apart = squareform(pdist(points))
    core = np.sort(apart, axis=1)[:, min_samples - 1]
    if stretch is not None:
        apart, core = apart * np.sqrt(np.outer(stretch, stretch)), core * stretch
    reach = np.maximum(apart, np.maximum(core[:, None], core[None, :]))
    np.fill_diagonal(reach, 0.0)
    return np.asarray(reach)


def distance_joined(hierarchy: Hierarchy) -> Floats:
    """Linking distance at which each two points are first in one node: slow, from the parents alone."""
    paths = []
    for place in hierarchy.places.place_of_point:
        node, path = int(place), [int(place)]
        while hierarchy.parent[node] != node:
            node = int(hierarchy.parent[node])
            path.append(node)
        paths.append(path)
    return np.array(
        [[hierarchy.linking_distance_m[next(node for node in a if node in set(b))] for b in paths] for a in paths]
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("min_samples", [1, 2, 5])
def test_joins_points_at_the_distances_of_single_linkage(seed: int, min_samples: int) -> None:
    random = np.random.default_rng(seed)
    # A coarse lattice: many points share a place and many distances are equal.
    points = np.vstack([random.integers(0, 12, (60, 2)), random.integers(0, 400, (30, 2))]).astype(float)
    expected = squareform(cophenet(linkage(squareform(mutual_reachability(points, min_samples)), "single")))
    found = distance_joined(build_hierarchy(distinct_places(points[:, 0], points[:, 1]), min_samples))
    np.fill_diagonal(found, 0.0)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("spread", [0.0, 0.3, 2.0])
def test_joins_points_at_stretched_distances(seed: int, spread: float) -> None:
    random = np.random.default_rng(seed)
    # Stretch without any order over the map, so that no bound of the search may lean on neighbours being alike.
    points = np.vstack([random.integers(0, 12, (60, 2)), random.integers(0, 400, (60, 2))]).astype(float)
    places = distinct_places(points[:, 0], points[:, 1])
    stretch = np.exp(random.normal(0, spread, len(places.points)))
    reach = mutual_reachability(points, 4, stretch[places.place_of_point])
    expected = squareform(cophenet(linkage(squareform(reach, checks=False), "single")))
    hierarchy = build_hierarchy(places, 4, stretch)
    found = distance_joined(hierarchy)
    np.fill_diagonal(found, 0.0)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    plain = build_hierarchy(places, 4)
    assert (hierarchy.parent == plain.parent).all() == (spread == 0)


def test_longest_link_is_in_metres_whatever_the_stretch() -> None:
    points = uneven_sites(np.random.default_rng(4), 400)
    places = distinct_places(points[:, 0], points[:, 1])
    plain = build_hierarchy(places, 5)
    np.testing.assert_array_equal(plain.longest_link_m, plain.linking_distance_m)
    evenly = build_hierarchy(places, 5, np.full(len(places.points), 4.0))
    np.testing.assert_allclose(evenly.longest_link_m, plain.longest_link_m)
    np.testing.assert_allclose(evenly.linking_distance_m, 4 * plain.linking_distance_m)
    unevenly = build_hierarchy(places, 5, np.random.default_rng(1).uniform(0.2, 5.0, len(places.points)))
    core = core_distances_m(places, 5)
    for node in range(len(places.points), len(unevenly.parent)):
        inside = unevenly.leaves[unevenly.first_leaf[node] : unevenly.first_leaf[node] + unevenly.leaf_count[node]]
        # Links between the node's own places, none longer than this, must join them.
        reach = np.maximum(cdist(*[places.coordinates_m[inside]] * 2), np.maximum.outer(core[inside], core[inside]))
        joined = connected_components(csr_array(reach <= unevenly.longest_link_m[node] * (1 + 1e-12)), directed=False)
        assert joined[0] == 1


@pytest.mark.parametrize("seed", range(3))
def test_settled_nodes_are_the_components_at_each_distance(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = random.integers(0, 10, (70, 2)).astype(float)
    hierarchy = build_hierarchy(distinct_places(points[:, 0], points[:, 1]), 3)
    tree = linkage(squareform(mutual_reachability(points, 3)), "single")
    expected = set()
    for distance in np.unique(tree[:, 2]):
        flat = fcluster(tree, distance, "distance")
        expected |= {tuple(np.flatnonzero(flat == label)) for label in np.unique(flat)}
    found = {tuple(hierarchy.points_under(int(node))) for node in np.flatnonzero(hierarchy.is_settled())}
    assert {points for points in found if len(points) > 1} == {points for points in expected if len(points) > 1}


def test_order_of_points_does_not_matter() -> None:
    random = np.random.default_rng(5)
    points = random.integers(0, 30, (200, 2)).astype(float)
    order = random.permutation(200)
    first = build_hierarchy(distinct_places(points[:, 0], points[:, 1]), 5)
    second = build_hierarchy(distinct_places(points[order, 0], points[order, 1]), 5)
    np.testing.assert_array_equal(first.parent, second.parent)
    np.testing.assert_array_equal(first.linking_distance_m, second.linking_distance_m)


def test_large_tree_has_the_length_of_the_minimum_spanning_tree() -> None:
    points = uneven_sites(np.random.default_rng(3), 1500)
    hierarchy = build_hierarchy(distinct_places(points[:, 0], points[:, 1]), 5)
    places = hierarchy.places
    expected = linkage(squareform(mutual_reachability(points, 5)), "single")[:, 2]
    # Points that share a place are joined at its core distance, once for each further point.
    core = hierarchy.linking_distance_m[: len(places.points)]
    found = np.concatenate([hierarchy.linking_distance_m[len(places.points) :], np.repeat(core, places.points - 1)])
    np.testing.assert_allclose(np.sort(found), expected, rtol=1e-12)


def test_distinct_firms_and_sums_are_those_of_the_points_under_each_node() -> None:
    random = np.random.default_rng(8)
    points = random.integers(0, 15, (120, 2)).astype(float)
    firms = random.integers(-1, 30, 120)
    hierarchy = build_hierarchy(distinct_places(points[:, 0], points[:, 1]), 4)
    under = [hierarchy.points_under(node) for node in range(len(hierarchy.parent))]
    expected = [len(set(firms[inside]) - {-1}) for inside in under]
    assert hierarchy.distinct_firms(firms).tolist() == expected
    # However the firms are numbered.
    assert hierarchy.distinct_firms(np.where(firms >= 0, firms * 1_000_000, -1)).tolist() == expected
    assert hierarchy.subtree_sums(hierarchy.places.points).tolist() == [len(inside) for inside in under]
    assert max(expected) > 20


@pytest.mark.parametrize("points", [1, 2, 3])
def test_few_points(points: int) -> None:
    at = np.arange(points, dtype=float)
    hierarchy = build_hierarchy(distinct_places(at, at), 5)
    assert len(hierarchy.parent) == 2 * points - 1
    assert np.isinf(hierarchy.linking_distance_m).all()
    assert hierarchy.points_under(len(hierarchy.parent) - 1).tolist() == list(range(points))


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one point"):
        build_hierarchy(distinct_places(np.empty(0), np.empty(0)), 5)
    with pytest.raises(ValueError, match="min_samples is 0"):
        build_hierarchy(distinct_places(np.zeros(1), np.zeros(1)), 0)
    with pytest.raises(ValueError, match=r"point 1 has no place: easting nan"):
        distinct_places(np.array([0.0, np.nan]), np.array([1.0, 2.0]))
