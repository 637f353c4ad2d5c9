"""K-means against scikit-learn's own, and what holds whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from assets.arrays import Floats
from assets.methods.density.kmeans import (
    add_centres,
    best_of_starts,
    lloyd,
    nearest_centre,
    stability,
)

MOST = 1_000


def towns(seed: int, points: int = 600, centres: int = 12) -> Floats:
    """Points around random towns of a country, in degrees."""
    random = np.random.default_rng(seed)
    middle = random.uniform([50, -6], [58, 2], size=(centres, 2))
    return middle[random.integers(centres, size=points)] + random.normal(0, 0.3, size=(points, 2))


@pytest.mark.parametrize("seed", range(8))
def test_the_end_is_that_of_scikit_learn(seed: int) -> None:
    points = towns(seed)
    start = points[np.random.default_rng(seed + 100).choice(len(points), 8, replace=False)]
    ours = lloyd(points, np.ones(len(points), dtype=np.int64), start, MOST)
    theirs = KMeans(8, init=start, n_init=1, tol=0, max_iter=MOST, algorithm="lloyd").fit(points)
    assert ours.is_settled
    assert np.array_equal(ours.labels, theirs.labels_)
    assert ours.inertia == pytest.approx(theirs.inertia_)


grid = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 5)),
    min_size=1,
    max_size=30,
    unique_by=lambda p: p[:2],
)


@settings(max_examples=60, deadline=None)
@given(grid, st.integers(1, 6), st.integers(0, 1_000))
def test_a_weight_is_as_many_points(rows: list[tuple[int, int, int]], clusters: int, seed: int) -> None:
    places, weights = np.array(rows, dtype=np.float64)[:, :2], np.array([row[2] for row in rows])
    start = np.random.default_rng(seed).uniform(0, 6, size=(clusters, 2))
    weighted = lloyd(places, weights, start, MOST)
    repeated = lloyd(np.repeat(places, weights, axis=0), np.ones(weights.sum(), dtype=np.int64), start, MOST)
    assert np.array_equal(np.repeat(weighted.labels, weights), repeated.labels)
    assert weighted.inertia == pytest.approx(repeated.inertia)


@settings(max_examples=60, deadline=None)
@given(grid, st.integers(1, 6), st.integers(0, 1_000))
def test_the_end_is_a_fixed_point(rows: list[tuple[int, int, int]], clusters: int, seed: int) -> None:
    places, weights = np.array(rows, dtype=np.float64)[:, :2], np.array([row[2] for row in rows])
    start = np.random.default_rng(seed).uniform(0, 6, size=(clusters, 2))
    found = lloyd(places, weights, start, MOST)
    assert found.is_settled
    for label in range(clusters):
        own = found.labels == label
        if own.any():
            mean = np.average(places[own], axis=0, weights=weights[own])
            assert np.abs(found.centres[label] - mean).max() < 1e-12
        else:
            assert np.isnan(found.centres[label]).all()
    distance = np.square(places[:, None] - found.centres[None]).sum(axis=2)
    # The oracle: least distance, NaN never, of equals the lower label.
    assert np.array_equal(found.labels, np.nanargmin(distance, axis=1))
    assert found.inertia <= np.sum(weights * np.square(places[:, None] - start[None]).sum(axis=2).min(axis=1)) + 1e-9


def test_ties_go_to_the_lower_label() -> None:
    centres = np.array([[0.0, 0.0], [0.0, 2.0], [0.0, 2.0]])
    assert nearest_centre(np.array([[0.0, 1.0], [0.0, 2.0]]), centres).tolist() == [0, 1]


def test_a_centre_without_points_ends_and_the_others_keep_their_labels() -> None:
    places = np.array([[0.0, 0.0], [0.0, 1.0], [10.0, 0.0], [10.0, 1.0]])
    start = np.array([[10.0, 0.5], [50.0, 50.0], [0.0, 0.5]])
    found = lloyd(places, np.ones(4, dtype=np.int64), start, MOST)
    assert found.labels.tolist() == [2, 2, 0, 0]
    assert np.isnan(found.centres[1]).all()


def test_too_few_iterations_are_told() -> None:
    points = towns(3)
    start = points[:8]
    assert not lloyd(points, np.ones(len(points), dtype=np.int64), start, 1).is_settled


def test_more_starts_are_never_worse_and_the_seed_decides() -> None:
    points = towns(5)
    ones = np.ones(len(points), dtype=np.int64)
    few, many = (best_of_starts(points, ones, 10, starts, 7, MOST) for starts in (1, 8))
    assert many.end.inertia <= few.end.inertia
    again = best_of_starts(points, ones, 10, 8, 7, MOST)
    assert np.array_equal(again.start, many.start)
    assert np.array_equal(again.end.labels, many.end.labels)


def test_as_many_clusters_as_places_are_the_places() -> None:
    places = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
    found = best_of_starts(places, np.array([3, 1, 2]), 3, 4, 1, MOST)
    assert found.end.inertia == 0
    assert sorted(found.end.labels.tolist()) == [0, 1, 2]


def test_new_centres_stand_where_most_is_unexplained() -> None:
    places = np.array([[0.0, 0.0], [0.0, 3.0], [0.0, 2.0]])
    # 1 point 3 away weighs 9, 4 points 2 away weigh 16.
    grown = add_centres(places, np.array([1, 1, 4]), np.array([[0.0, 0.0]]), 2)
    assert grown.tolist() == [[0.0, 0.0], [0.0, 2.0]]
    assert len(add_centres(places, np.array([1, 1, 4]), np.array([[0.0, 0.0]]), 9)) == 3


def test_towns_apart_are_stable_and_an_even_country_is_not() -> None:
    random = np.random.default_rng(11)
    apart = np.repeat([[50.0, 0.0], [52.0, -3.0], [56.0, -4.0]], 100, axis=0) + random.normal(0, 0.01, (300, 2))
    even = random.uniform([50, -6], [58, 2], size=(300, 2))
    ones = np.ones(300, dtype=np.int64)
    figures = []
    for points in (apart, even):
        start = best_of_starts(points, ones, 3 if points is apart else 9, 5, 1, MOST)
        figures.append(stability(points, ones, start.end.labels, start.start, 10, 1, MOST))
    assert figures[0] == 1.0
    assert figures[1] < 0.95
