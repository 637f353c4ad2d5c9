"""The k-d tree by its own rule with sorting, and core distances against sorted distances of all points."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from assets.arrays import Floats
from assets.methods.density.core_distances import core_distances_m
from assets.methods.density.place_tree import LEAF_PLACES, PlaceTree, plant
from assets.methods.density.places import distinct_places
from tests.methods.towns import uneven_sites


def halved(coordinates: Floats, inside: np.ndarray, levels: int) -> np.ndarray:
    """Order of the places in the leaves: sort along the longer side, halve, and so on."""
    if levels == 0:
        return inside
    extents = np.ptp(coordinates[inside], axis=0)
    inside = inside[np.argsort(coordinates[inside, 0 if extents[0] >= extents[1] else 1], kind="stable")]
    middle = len(inside) // 2
    return np.concatenate(
        [halved(coordinates, inside[:middle], levels - 1), halved(coordinates, inside[middle:], levels - 1)]
    )


@pytest.mark.parametrize("points", [1, 2, 12, 13, 200, 3_000])
def test_tree_is_halved_along_the_longer_side(points: int) -> None:
    at = uneven_sites(np.random.default_rng(points), max(points, 30))[:points]
    places = distinct_places(at[:, 0], at[:, 1])
    tree = plant(places.coordinates_m)
    levels = (tree.first_leaf + 1).bit_length() - 1
    expected = halved(places.coordinates_m, np.arange(len(places.points)), levels)
    np.testing.assert_array_equal(tree.order, expected)
    assert_boxes_are_tight(tree)
    assert (tree.ends - tree.starts)[tree.first_leaf :].max() <= LEAF_PLACES


def assert_boxes_are_tight(tree: PlaceTree) -> None:
    for node in range(len(tree.starts)):
        inside = tree.coordinates_m[tree.starts[node] : tree.ends[node]]
        np.testing.assert_array_equal(tree.low[node], inside.min(axis=0))
        np.testing.assert_array_equal(tree.high[node], inside.max(axis=0))


def test_no_place_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one place"):
        plant(np.empty((0, 2)))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("min_samples", [1, 2, 5, 40, 600])
def test_core_distance_is_that_of_the_nth_nearest_point(seed: int, min_samples: int) -> None:
    random = np.random.default_rng(seed)
    lattice = random.integers(0, 30, (700, 2)).astype(float)
    points = lattice if seed % 2 else uneven_sites(random, 700) + random.random((700, 2)).round(1)
    places = distinct_places(points[:, 0], points[:, 1])
    expected = np.sort(cdist(places.coordinates_m, points), axis=1)[:, min_samples - 1]
    np.testing.assert_array_equal(core_distances_m(places, min_samples), expected)


def test_core_distance_is_infinite_with_too_few_points() -> None:
    places = distinct_places(np.array([0.0, 0.0, 1.0]), np.zeros(3))
    assert core_distances_m(places, 3).tolist() == [1.0, 1.0]
    assert np.isinf(core_distances_m(places, 4)).all()
