"""HDBSCAN and DBSCAN against scikit-learn, and the sizes they are given by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.metrics import adjusted_rand_score

from assets.arrays import Floats
from assets.method import SpatialMethod
from assets.methods.density.clustering import (
    HdbscanSizes,
    dbscan_labels,
    hdbscan_labels,
    hdbscan_sizes,
    min_cluster_size,
)
from tests.methods.towns import disc, uneven_sites


def scattered(seed: int) -> Floats:
    """Blobs of unlike width and noise, no two points or distances alike."""
    random = np.random.default_rng(seed)
    blobs = [
        random.normal(random.uniform(0, 50_000, 2), width, (count, 2))
        for width, count in [(400, 80), (900, 150), (2_500, 120), (300, 40), (6_000, 90)]
    ]
    return np.vstack([*blobs, random.uniform(-5_000, 60_000, (120, 2))])


@pytest.mark.parametrize("seed", range(4))
def test_hdbscan_groups_are_scikit_learns(seed: int) -> None:
    points = scattered(seed)
    expected = HDBSCAN(min_cluster_size=15, min_samples=7, copy=True).fit_predict(points)
    found = {
        samples: hdbscan_labels(points[:, 0], points[:, 1], HdbscanSizes(15, samples, 0.0)) for samples in (6, 7, 8)
    }
    assert found[7].max() == expected.max() >= 2
    # Points that fall off at one distance have no order: scikit-learn's own labels change as much with its rows.
    assert ((found[7] == -1) != (expected == -1)).sum() <= 3
    agreement = {samples: adjusted_rand_score(expected, labels) for samples, labels in found.items()}
    assert agreement[7] > 0.985
    # And a point counts among its own neighbours in both.
    assert agreement[7] > max(agreement[6], agreement[8])


def test_hdbscan_does_not_depend_on_the_order_of_the_rows() -> None:
    random = np.random.default_rng(1)
    points = uneven_sites(random, 1_200)
    order = random.permutation(1_200)
    sizes = HdbscanSizes(12, 6, 500.0)
    straight = hdbscan_labels(points[:, 0], points[:, 1], sizes)
    shuffled = hdbscan_labels(points[order, 0], points[order, 1], sizes)
    np.testing.assert_array_equal(straight[order], shuffled)


def test_epsilon_joins_what_lies_closer_and_never_all_points() -> None:
    random = np.random.default_rng(4)
    centres = np.array([[0.0, 0.0], [2_000.0, 0.0], [40_000.0, 0.0]])
    points = np.vstack([disc(random, centre, 500, 60) + random.random((60, 2)) for centre in centres])
    by_density = hdbscan_labels(points[:, 0], points[:, 1], HdbscanSizes(20, 5, 0.0))
    joined = hdbscan_labels(points[:, 0], points[:, 1], HdbscanSizes(20, 5, 3_000.0))
    assert by_density.max() == 2
    assert joined.max() == 1
    assert len(set(joined[:120])) == 1
    # However large: the root, all points as one group, is no group.
    assert hdbscan_labels(points[:, 0], points[:, 1], HdbscanSizes(20, 5, 1e9)).max() == 1


def test_sizes_follow_the_number_of_points() -> None:
    method = SpatialMethod()
    # By hand, 0.0426 times the cube of the fourth root: 10^3 = 1000, 20^3 = 8000, 25^3 = 15,625; at 5^3 the floor.
    of_points = {625: 10, 10_000: 43, 160_000: 341, 390_625: 666}
    assert {points: min_cluster_size(points, method) for points in of_points} == of_points
    root = SpatialMethod(size_exponent=0.5, size_coefficient=0.3)
    assert [min_cluster_size(points, root) for points in (100, 10_000, 90_000)] == [10, 30, 90]
    points = uneven_sites(np.random.default_rng(0), 10_000)
    assert hdbscan_sizes(points[:, 0], points[:, 1], method) == HdbscanSizes(43, 21, 0.0)
    assert hdbscan_sizes(points[:100, 0], points[:100, 1], method).min_samples == 5


@pytest.mark.parametrize(("spacing_m", "epsilon_m"), [(10.0, 500.0), (800.0, 1_600.0), (9_000.0, 6_000.0)])
def test_epsilon_is_the_median_distance_to_the_neighbour_within_bounds(spacing_m: float, epsilon_m: float) -> None:
    # On a long line the fifth nearest point, itself included, is two steps away.
    along = np.arange(300, dtype=np.float64) * spacing_m
    sizes = hdbscan_sizes(along, np.zeros(300), SpatialMethod(epsilon_rule="median_neighbour"))
    assert sizes.min_samples == 5
    assert sizes.epsilon_m == pytest.approx(epsilon_m)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("radius_m", "min_samples"), [(1_500.0, 10), (300.0, 4), (40.0, 3)])
def test_dbscan_labels_are_scikit_learns(seed: int, radius_m: float, min_samples: int) -> None:
    points = uneven_sites(np.random.default_rng(seed), 2_500)
    # scikit-learn numbers groups, and gives border points away, in the order of its rows.
    points = points[np.lexsort((points[:, 1], points[:, 0]))]
    expected = DBSCAN(eps=radius_m, min_samples=min_samples).fit_predict(points)
    np.testing.assert_array_equal(dbscan_labels(points[:, 0], points[:, 1], radius_m, min_samples), expected)
    assert expected.max() > 0
    assert (expected == -1).any()


def test_dbscan_with_nothing_dense() -> None:
    along = np.arange(30, dtype=np.float64) * 10_000
    assert (dbscan_labels(along, along, 1_500.0, 10) == -1).all()
