"""Controls that enter a hierarchy, box by box, against a look at every place of the background."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from assets.arrays import Floats, Integers
from assets.methods.density.hierarchy import build_hierarchy
from assets.methods.density.place_tree import plant
from assets.methods.density.places import Places, distinct_places
from assets.methods.scan.controls import Ascent, last_above, sites_entering
from tests.methods.towns import uneven_sites


def by_every_place(background: Places, at: Integers, ascent: Ascent) -> Integers:
    """Sites entering each node: the nearest case, the first of several, and a walk from node to node."""
    apart = cdist(background.coordinates_m, background.coordinates_m[at])
    entering = np.zeros(len(ascent.parent), dtype=np.int64)
    for place, row in enumerate(apart):
        case = int(row.argmin())
        wanted = row[case] * ascent.stretch[case]
        top, node = ascent.top[case], case
        if top < 0 or ascent.linking_distance_m[top] < wanted:
            continue
        while ascent.linking_distance_m[node] < wanted:
            node = int(ascent.parent[node])
        entering[node] += background.points[place]
    return entering


def check(sites: Floats, cases: int, seed: int, max_link_m: float) -> int:
    random = np.random.default_rng(seed)
    background = distinct_places(sites[:, 0], sites[:, 1])
    at = np.sort(random.choice(len(background.points), cases, replace=False))
    stretch = np.exp(random.normal(0, 0.5, cases))
    places = Places(background.coordinates_m[at], np.ones(cases, dtype=np.int64), np.arange(cases))
    hierarchy = build_hierarchy(places, 3, stretch)
    top = last_above(hierarchy.parent, hierarchy.longest_link_m <= max_link_m)
    ascent = Ascent(hierarchy.parent, hierarchy.jump, hierarchy.linking_distance_m, stretch, top[:cases])
    tree = plant(background.coordinates_m)
    before = np.concatenate([[0], np.cumsum(background.points[tree.order])])
    case_of_place = np.full(len(background.points), -1)
    case_of_place[at] = np.arange(cases)
    found = sites_entering(tree, before, case_of_place[tree.order], ascent)
    np.testing.assert_array_equal(found, by_every_place(background, at, ascent))
    return int(found.sum())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cases", [3, 12, 60, 400])
@pytest.mark.parametrize("max_link_m", [0.0, 3_000.0, 40_000.0, 1e9])
def test_sites_enter_where_a_walk_from_their_nearest_case_ends(seed: int, cases: int, max_link_m: float) -> None:
    entered = check(uneven_sites(np.random.default_rng(seed), 3_000), cases, seed, max_link_m)
    assert entered > 0 or max_link_m < 1e9
    assert entered < 3_000 or max_link_m > 0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("cases", [3, 30, 200])
def test_of_cases_equally_near_the_first_place_counts(seed: int, cases: int) -> None:
    lattice = np.random.default_rng(seed).integers(0, 25, (900, 2)).astype(float)
    assert check(lattice, cases, seed, 1e9) > 0


def test_the_last_node_that_counts_on_the_way_to_the_root() -> None:
    parent = np.array([3, 3, 4, 4, 4])
    assert last_above(parent, np.array([True, False, True, True, False])).tolist() == [3, 3, 2, 3, -1]
    assert last_above(parent, np.ones(5, dtype=bool)).tolist() == [4, 4, 4, 4, 4]
