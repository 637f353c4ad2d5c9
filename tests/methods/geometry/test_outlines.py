"""Outlines: areas worked by hand, shapely's own containment, and the two grids."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely

from assets.methods.geometry.grid import to_wgs84
from assets.methods.geometry.outlines import outline_geometries, outline_table

CIRCLE_KM2 = np.pi
"""Area of 1 km around one point; shapely's circle of 32 corners is 0.6% smaller."""


def outline(points: list[tuple[float, float]], ratio: float = 0.7) -> shapely.Geometry:
    at = np.array(points, dtype=float)
    return outline_geometries(np.zeros(len(at), dtype=np.int64), at[:, 0], at[:, 1], ratio, 1_000.0)[0]


def test_hull_is_buffered_by_metres() -> None:
    square = outline([(0, 0), (0, 10_000), (10_000, 0), (10_000, 10_000)])
    # The square, a strip of 1 km along each side, a quarter of a circle at each corner.
    assert square.area / 1e6 == pytest.approx(100 + 4 * 10 + CIRCLE_KM2, rel=1e-3)


def test_fewer_than_three_places_are_buffered_points() -> None:
    assert outline([(0, 0)] * 40).area / 1e6 == pytest.approx(CIRCLE_KM2, rel=7e-3)
    apart = outline([(0, 0), (10_000, 0), (0, 0)])
    assert apart.geom_type == "MultiPolygon"
    assert apart.area / 1e6 == pytest.approx(2 * CIRCLE_KM2, rel=7e-3)
    assert outline([(0, 0), (500, 0)]).geom_type == "Polygon"


def test_places_on_one_line_are_a_buffered_line() -> None:
    line = outline([(0, 0), (3_000, 3_000), (6_000, 6_000)])
    assert line.geom_type == "Polygon"
    assert line.area / 1e6 == pytest.approx(2 * 6 * np.sqrt(2) + CIRCLE_KM2, rel=3e-3)


def test_concave_hull_follows_a_bend_and_holds_every_member() -> None:
    random = np.random.default_rng(3)
    points = random.uniform(0, 20_000, (400, 2))
    bend = points[(points[:, 0] < 4_000) | (points[:, 1] < 4_000)]
    tight, wide = (outline([tuple(point) for point in bend], ratio) for ratio in (0.2, 1.0))
    assert tight.area < 0.8 * wide.area
    assert shapely.contains_xy(tight, bend[:, 0], bend[:, 1]).all()
    convex = shapely.convex_hull(shapely.multipoints(bend)).buffer(1_000)
    assert shapely.symmetric_difference(wide, convex).area < 1e-4 * convex.area


def test_order_does_not_matter_and_groups_are_apart() -> None:
    random = np.random.default_rng(0)
    group = random.integers(0, 5, 200)
    points = random.uniform(0, 30_000, (200, 2))
    order = random.permutation(200)
    straight = outline_geometries(group, points[:, 0], points[:, 1], 0.7, 1_000.0)
    shuffled = outline_geometries(group[order], points[order, 0], points[order, 1], 0.7, 1_000.0)
    assert shapely.to_wkt(straight).tolist() == shapely.to_wkt(shuffled).tolist()
    for number in range(5):
        alone = outline([tuple(point) for point in points[group == number]])
        assert shapely.equals(straight[number], alone)


@pytest.mark.parametrize("threads", [1, 2])
def test_each_outline_is_shapelys_own_of_the_group_alone(threads: int) -> None:
    random = np.random.default_rng(4)
    group = random.permutation(np.repeat(np.arange(40), random.integers(1, 60, 40)))
    group = np.unique(group, return_inverse=True)[1]
    points = random.normal(0, 9_000, (len(group), 2)).round(-2)
    found = outline_geometries(group, points[:, 0], points[:, 1], 0.7, 1_000.0, threads)
    for number, shape in enumerate(found):
        places = shapely.MultiPoint(np.unique(points[group == number], axis=0))
        hull = shapely.concave_hull(places, ratio=0.7) if len(places.geoms) > 2 else places
        assert shape.wkb == shapely.buffer(hull, 1_000).wkb


def members(group_id: str, grid: str, points: list[tuple[float, float]]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"group_id": group_id, "grid": grid, "easting": east, "northing": north} for east, north in points],
        schema={"group_id": pl.String, "grid": pl.String, "easting": pl.Float64, "northing": pl.Float64},
    )


def test_table_is_in_degrees_with_area_in_metres() -> None:
    bristol = [(358_000.0, 172_000.0), (362_000.0, 172_000.0), (360_000.0, 176_000.0)]
    belfast = [(333_000.0, 374_000.0), (334_000.0, 374_000.0), (333_500.0, 375_000.0)]
    table = outline_table(pl.concat([members("b", "ni", belfast), members("a", "gb", bristol)]), 0.7, 1_000.0)
    assert table["group_id"].to_list() == ["a", "b"]
    assert table["grid"].to_list() == ["gb", "ni"]
    for row, points, place in zip(
        table.iter_rows(named=True), [bristol, belfast], [(51.46, -2.57), (54.6, -5.93)], strict=True
    ):
        shape = shapely.from_wkt(row["outline_wkt"])
        assert shape.is_valid
        assert (row["latitude"], row["longitude"]) == pytest.approx(place, abs=0.03)
        latitude, longitude = to_wgs84([p[0] for p in points], [p[1] for p in points], row["grid"])
        assert shapely.contains_xy(shape, longitude, latitude).all()
        metres = outline(points)
        assert row["area_km2"] == pytest.approx(metres.area / 1e6)
        assert row["easting"] == pytest.approx(np.mean([p[0] for p in points]))
        # The buffer is a kilometre in every direction, not a number of degrees.
        corners = shapely.get_coordinates(shape)
        per_degree = 111_320 * np.array([np.cos(np.radians(row["latitude"])), 1.0])
        apart = np.hypot(*((corners[:, None] - np.column_stack([longitude, latitude])[None]) * per_degree).T)
        assert apart.min() == pytest.approx(1_000, rel=0.01)


def test_group_in_both_grids_is_outlined_where_most_of_it_is() -> None:
    stranraer, larne = [(206_000.0, 560_000.0), (207_000.0, 561_000.0)], [(340_000.0, 402_000.0)]
    table = outline_table(pl.concat([members("g", "gb", stranraer), members("g", "ni", larne)]), 0.7, 1_000.0)
    assert table["grid"].to_list() == ["gb"]
    latitude, longitude = to_wgs84([340_000.0], [402_000.0], "ni")
    assert shapely.contains_xy(shapely.from_wkt(table["outline_wkt"][0]), longitude, latitude).all()
    # 60 km of sea between, 2 km wide.
    assert table["area_km2"][0] == pytest.approx(130, abs=15)


def test_no_groups() -> None:
    assert outline_table(members("g", "gb", []), 0.7, 1_000.0).height == 0
