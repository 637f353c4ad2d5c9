"""Distances and the nearest town, against the geodesy of an ellipsoid and by brute force."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from pyproj import Geod

from assets.methods.geometry.sphere import distances_and_bearings, nearest


def test_distances_and_bearings_are_the_geodesys() -> None:
    generator = np.random.default_rng(1)
    latitude, to_latitude = generator.uniform(50, 60, (2, 200))
    longitude, to_longitude = generator.uniform(-8, 2, (2, 200))
    azimuth, _, metres = Geod(ellps="WGS84").inv(longitude, latitude, to_longitude, to_latitude)
    kilometres, degrees = distances_and_bearings(latitude, longitude, to_latitude, to_longitude)
    np.testing.assert_allclose(kilometres, metres / 1000, rtol=0.005)
    turn = (degrees - azimuth + 180) % 360 - 180
    assert np.abs(turn).max() < 0.5


def somewhere(generator: np.random.Generator, number: int) -> pl.DataFrame:
    return pl.DataFrame({"latitude": generator.uniform(50, 60, number), "longitude": generator.uniform(-8, 2, number)})


def test_the_nearest_town_is_the_one_of_the_shortest_great_circle() -> None:
    generator = np.random.default_rng(2)
    places, towns = somewhere(generator, 300), somewhere(generator, 60)
    expected = []
    for latitude, longitude in places.iter_rows():
        here = np.full(towns.height, latitude), np.full(towns.height, longitude)
        kilometres, _ = distances_and_bearings(*here, towns["latitude"].to_numpy(), towns["longitude"].to_numpy())
        expected.append(int(kilometres.argmin()))
    assert nearest(places, towns).tolist() == expected
    assert len(set(expected)) > 40


def test_places_need_towns_and_none_need_none() -> None:
    place = pl.DataFrame({"latitude": [52.0], "longitude": [0.0]})
    assert nearest(place.head(0), place.head(0)).tolist() == []
    with pytest.raises(ValueError, match="reference.places has none for the month"):
        nearest(place, place.head(0))
