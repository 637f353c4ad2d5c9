"""The stretch of distances against sorted distances of all sites."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from assets.arrays import Floats
from assets.methods.density.place_tree import plant
from assets.methods.density.places import Places, distinct_places
from assets.methods.scan.relative_distances import METRES, StretchRules
from assets.methods.scan.relative_distances import stretch_of as stretch_over
from tests.methods.towns import uneven_sites


def stretch_of(places: Places, rules: StretchRules, threads: int | None = None) -> Floats:
    return stretch_over(places, plant(places.coordinates_m), rules, threads)


@pytest.mark.parametrize("power", [0.3, 1.0])
def test_stretch_is_typical_spacing_over_spacing(power: float) -> None:
    sites = uneven_sites(np.random.default_rng(2), 500)
    places = distinct_places(sites[:, 0], sites[:, 1])
    spacing = np.maximum(np.sort(cdist(sites, sites), axis=1)[:, 19], 150.0)
    assert (spacing == 150.0).any()
    expected = (np.median(spacing) / spacing) ** power
    found = stretch_of(places, StretchRules(power, neighbours=20, least_m=150.0))
    np.testing.assert_allclose(found[places.place_of_point], expected, rtol=1e-12)
    assert np.median(found[places.place_of_point]) == pytest.approx(1.0)
    for threads in (1, 2, 5):
        np.testing.assert_array_equal(stretch_of(places, StretchRules(power, 20, 150.0), threads), found)


def test_at_power_1_a_town_and_its_enlargement_are_alike() -> None:
    random = np.random.default_rng(3)
    small = random.normal(0, 500, (300, 2)).round(1)
    towns = np.vstack([small, 10 * small + 1_000_000])
    places = distinct_places(towns[:, 0], towns[:, 1])
    stretch = stretch_of(places, StretchRules(1.0, neighbours=15, least_m=1.0))[places.place_of_point]
    np.testing.assert_allclose(stretch[:300], 10 * stretch[300:], rtol=1e-6)


def test_power_0_and_few_sites() -> None:
    places = distinct_places(np.array([0.0, 3.0, 3.0]), np.array([0.0, 4.0, 4.0]))
    assert (stretch_of(places, METRES) == 1.0).all()
    # With fewer sites than neighbours the furthest site counts.
    np.testing.assert_allclose(stretch_of(places, StretchRules(1.0, neighbours=9, least_m=1.0)), 1.0)
