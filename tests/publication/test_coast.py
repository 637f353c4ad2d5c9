"""The coast: real places lie on its right side."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from assets.publication.coast import WINDOW, coast
from assets.publication.page_geometry import decode_path


@pytest.fixture(scope="module")
def land():
    return shapely.union_all([shapely.Polygon(decode_path(path)).buffer(0) for path in coast()["land"]])


@pytest.mark.parametrize(
    ("place", "longitude", "latitude"),
    [
        ("London", -0.12, 51.50),
        ("Birmingham", -1.90, 52.48),
        ("Belfast", -5.95, 54.58),
        ("Dublin", -6.30, 53.34),
        ("Inverness", -4.23, 57.46),
        ("Lerwick's island", -1.25, 60.25),
        ("Isle of Wight", -1.30, 50.68),
        ("Anglesey", -4.35, 53.28),
        ("Paris", 2.35, 48.86),
    ],
)
def test_towns_lie_on_land(land, place, longitude, latitude):
    assert land.contains(shapely.Point(longitude, latitude)), place


@pytest.mark.parametrize(
    ("water", "longitude", "latitude"),
    [("Irish Sea", -4.9, 53.8), ("North Sea", 2.0, 55.0), ("Channel", -2.0, 50.1), ("Minch", -6.0, 58.1)],
)
def test_seas_do_not(land, water, longitude, latitude):
    assert not land.contains(shapely.Point(longitude, latitude)), water


def test_great_britain_has_its_size():
    largest = max((shapely.Polygon(decode_path(path)) for path in coast()["land"]), key=_square_kilometres_of_island)
    assert _square_kilometres_of_island(largest) == pytest.approx(219_500, rel=0.01)


def _square_kilometres_of_island(polygon: shapely.Polygon) -> float:
    """Area of a polygon that lies in the British Isles; 0 of one that does not."""
    west, south, east, north = polygon.bounds
    if west < -11 or east > 2.2 or south < 49 or north > 61:
        return 0.0
    points = shapely.get_coordinates(polygon)
    # Equal-area (Lambert's cylinder): longitude against the sine of latitude.
    flat = np.column_stack([np.radians(points[:, 0]), np.sin(np.radians(points[:, 1]))])
    return float(shapely.Polygon(flat).area * 6371.0**2)


def test_lough_neagh_and_the_land_border_are_there():
    lakes = [shapely.Polygon(decode_path(path)) for path in coast()["lakes"]]
    assert any(lake.contains(shapely.Point(-6.4, 54.6)) for lake in lakes)
    (west, _), (east, _) = (
        func([decode_path(path) for path in coast()["borders"]]) for func in (_corner(np.min), _corner(np.max))
    )
    assert west < -8.0 < -6.5 < east


def _corner(function):
    return lambda paths: function(np.vstack(paths), axis=0)


def test_all_lies_in_the_window():
    west, south, east, north = WINDOW
    points = np.vstack([decode_path(path) for paths in coast().values() for path in paths])
    assert (points.min(axis=0) >= (west, south)).all()
    assert (points.max(axis=0) <= (east, north)).all()
