"""Excess of mass over distinct places against `fast_hdbscan` over single points, label for label."""

from __future__ import annotations

import numpy as np
import pytest
from fast_hdbscan.hdbscan import clusters_from_spanning_tree

from assets.arrays import Floats, Integers
from assets.methods.density.condensed_tree import excess_of_mass
from assets.methods.density.core_distances import core_distances_m
from assets.methods.density.places import Places, distinct_places
from assets.methods.density.spanning_tree import spanning_tree
from tests.methods.towns import uneven_sites

LATTICES = [(seed, width) for seed in range(8) for width in (6, 25)]


def by_the_library(places: Places, core_m: Floats, min_cluster_size: int, epsilon_m: float) -> Integers:
    """Labels of points in the order of their places: the first of each stands for it, the others hang on it."""
    edges, lengths = spanning_tree(places, core_m)
    first = np.cumsum(places.points) - places.points
    others = np.setdiff1d(np.arange(places.points.sum()), first)
    of_others = np.repeat(np.arange(len(first)), places.points - 1)
    between = np.column_stack([first[edges], lengths])
    within = np.column_stack([first[of_others], others, core_m[of_others]])
    tree = np.vstack([between, within])
    labels, _, _, condensed, _ = clusters_from_spanning_tree(tree, min_cluster_size=min_cluster_size)
    if epsilon_m > 0 and len(condensed.parent):
        splits = condensed.lambda_val[(condensed.parent == condensed.parent.min()) & (condensed.child_size > 1)]
        epsilon = min(epsilon_m, float(1.0 / splits.max()) * (1 - 1e-6)) if splits.size else 0.0
        labels = clusters_from_spanning_tree(
            tree, min_cluster_size=min_cluster_size, cluster_selection_epsilon=epsilon
        )[0]
    return np.asarray(labels, dtype=np.int64)


def renumbered(labels: Integers) -> list[int]:
    """Labels numbered in the order in which they first appear; noise stays."""
    numbers: dict[int, int] = {-1: -1}
    return [numbers.setdefault(int(label), len(numbers) - 1) for label in labels]


def ours(places: Places, core_m: Floats, min_cluster_size: int, epsilon_m: float) -> Integers:
    edges, lengths = spanning_tree(places, core_m)
    found = excess_of_mass(places.points, core_m, edges, lengths, min_cluster_size, epsilon_m)
    labels = np.repeat(found.others, places.points)
    labels[np.cumsum(places.points) - places.points] = found.first
    return labels


def check(points: Floats, min_cluster_size: int, min_samples: int, epsilon_m: float) -> Integers:
    places = distinct_places(points[:, 0], points[:, 1])
    core_m = core_distances_m(places, min_samples)
    labels = ours(places, core_m, min_cluster_size, epsilon_m)
    assert labels.tolist() == renumbered(by_the_library(places, core_m, min_cluster_size, epsilon_m))
    return labels


@pytest.mark.parametrize(("seed", "width"), LATTICES)
@pytest.mark.parametrize("epsilon_m", [0.0, 2.0, 1e5])
def test_labels_are_the_librarys_where_nearly_all_distances_are_tied(seed: int, width: int, epsilon_m: float) -> None:
    random = np.random.default_rng(seed)
    points = random.integers(0, width, (random.integers(30, 700), 2)).astype(float)
    for min_cluster_size, min_samples in [(2, 1), (3, 3), (10, 5), (20, 10)]:
        check(points, min_cluster_size, min_samples, epsilon_m)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("epsilon_m", [0.0, 500.0, 6_000.0])
def test_labels_are_the_librarys_where_places_are_shared(seed: int, epsilon_m: float) -> None:
    # Some places hold more points than min_samples: their core distance is 0, their lambda infinite.
    points = uneven_sites(np.random.default_rng(seed), 6_000)
    labels = check(points, 23, 11, epsilon_m)
    places = distinct_places(points[:, 0], points[:, 1])
    assert (core_distances_m(places, 11) == 0).any()
    assert labels.max() >= 2
    assert (labels == -1).any()


def test_points_at_one_place_may_part_where_groups_meet() -> None:
    mixed = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        points = random.integers(0, 12, (120, 2)).astype(float)
        labels = check(points, 5, 3, 0.0)
        of_points = np.sort(distinct_places(points[:, 0], points[:, 1]).place_of_point)
        mixed += any(len(set(labels[of_points == place])) > 1 for place in np.unique(of_points))
    assert mixed > 0


def test_fewer_points_than_min_samples_are_noise() -> None:
    labels = check(np.random.default_rng(0).normal(0, 10, (30, 2)), 5, 40, 0.0)
    assert (labels == -1).all()
