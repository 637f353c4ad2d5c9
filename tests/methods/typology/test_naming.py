"""Names: towns inside, nearest town, communities, numbers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely
from pyproj import Geod

from assets.methods.typology.naming import (
    bearing,
    name_by_outline,
    name_dispersed,
    number_duplicates,
)

TOWNS = pl.DataFrame(
    [
        ("Bradford", 53.794, -1.752, 350_000, True),
        ("Leeds", 53.797, -1.544, 540_000, True),
        ("Otley", 53.905, -1.690, 14_000, False),
        ("Pudsey", 53.796, -1.662, 23_000, False),
        ("Belfast", 54.597, -5.930, 340_000, True),
        ("Stranraer", 54.903, -5.026, 10_000, False),
    ],
    schema=["name", "latitude", "longitude", "population", "is_primary_urban_area"],
    orient="row",
)


def named(south: float, west: float, north: float, east: float, most_towns: int = 3) -> str:
    box = shapely.box(west, south, east, north)
    cluster = pl.DataFrame(
        {
            "group_id": ["g"],
            "outline_wkt": [box.wkt],
            "latitude": [(south + north) / 2],
            "longitude": [(west + east) / 2],
        }
    )
    return name_by_outline(cluster, TOWNS, most_towns)["name"].item()


def test_towns_inside_largest_first_at_most_three() -> None:
    assert named(53.7, -1.9, 54.0, -1.4) == "Leeds, Bradford, Pudsey"
    assert named(53.7, -1.9, 54.0, -1.4, most_towns=1) == "Leeds"
    assert named(53.75, -1.7, 53.85, -1.6) == "Pudsey"


def test_else_the_nearest_town_with_its_bearing() -> None:
    geod = Geod(ellps="WGS84")
    longitude, latitude, _ = geod.fwd(-1.544, 53.797, 45, 12_000)
    around = (latitude - 0.01, longitude - 0.01, latitude + 0.01, longitude + 0.01)
    assert named(*around) == "12 km NE of Leeds"


def test_nearest_is_by_distance_not_by_degrees() -> None:
    # 0.21 degrees north of Leeds is 23 km; 0.25 degrees west of it is 16 km.
    assert named(53.795, -1.300, 53.799, -1.290).startswith("16 km E of Leeds")
    assert named(54.60, -5.60, 54.61, -5.59) == "22 km E of Belfast"


def test_at_a_towns_own_door_there_is_no_bearing() -> None:
    assert named(53.7975, -1.5435, 53.7985, -1.5425) == "Leeds"


def test_one_call_names_many_and_only_them() -> None:
    boxes = [shapely.box(-1.9, 53.7, -1.4, 54.0), shapely.box(-6.1, 54.5, -5.8, 54.7)]
    clusters = pl.DataFrame(
        {
            "group_id": ["b", "a"],
            "outline_wkt": [box.wkt for box in boxes],
            "latitude": [53.85, 54.6],
            "longitude": [-1.65, -5.95],
        }
    )
    assert name_by_outline(clusters, TOWNS, 3).rows() == [("a", "Belfast"), ("b", "Leeds, Bradford, Pudsey")]
    assert name_by_outline(clusters.clear(), TOWNS, 3).is_empty()


def test_without_towns_there_is_one_clear_error() -> None:
    with pytest.raises(ValueError, match=r"reference\.places has no towns"):
        cluster = pl.DataFrame(
            {"group_id": ["g"], "outline_wkt": ["POINT (0 0)"], "latitude": [0.0], "longitude": [0.0]}
        )
        name_by_outline(cluster, TOWNS.clear(), 3)


@pytest.mark.parametrize(
    ("degrees", "point"),
    [
        (0, "N"),
        (22.4, "N"),
        (22.6, "NE"),
        (90, "E"),
        (135, "SE"),
        (180, "S"),
        (225, "SW"),
        (270, "W"),
        (337.6, "N"),
        (359.9, "N"),
    ],
)
def test_eight_points_of_the_compass(degrees: float, point: str) -> None:
    assert bearing(np.array([degrees])).tolist() == [point]


def dispersed(
    rows: list[tuple[str, str, bool, float, float]], towns: pl.DataFrame = TOWNS, most_towns: int = 3
) -> list[tuple[object, ...]]:
    places = pl.DataFrame(
        rows, schema=["group_id", "organisation_id", "is_firm", "latitude", "longitude"], orient="row"
    )
    return name_dispersed(places.select("group_id").unique(), places, towns, most_towns).rows()


IN_LEEDS, IN_PUDSEY, IN_BRADFORD, IN_BELFAST = (53.80, -1.54), (53.796, -1.66), (53.79, -1.75), (54.60, -5.93)


def test_a_dispersed_cluster_is_named_after_the_cities_of_most_firms() -> None:
    rows = [
        ("d", "F1", True, *IN_BELFAST),
        ("d", "F2", True, *IN_BELFAST),
        ("d", "F3", True, *IN_BRADFORD),
        ("d", "F4", True, *IN_LEEDS),
        ("d", "U1", False, *IN_BRADFORD),
        ("other", "F9", True, *IN_LEEDS),
    ]
    assert dispersed(rows) == [("d", "Dispersed: Belfast, Bradford, Leeds"), ("other", "Dispersed: Leeds")]
    assert dispersed(rows, most_towns=1)[0] == ("d", "Dispersed: Belfast")


def test_a_firm_counts_once_a_city_and_villages_for_the_city_they_are_near() -> None:
    rows = [
        ("d", "F1", True, *IN_LEEDS),
        ("d", "F1", True, 53.81, -1.55),
        ("d", "F2", True, *IN_BRADFORD),
        ("d", "F3", True, 53.79, -1.70),
    ]
    assert dispersed(rows) == [("d", "Dispersed: Bradford, Leeds")]


def test_equal_numbers_the_larger_city_first() -> None:
    assert dispersed([("d", "F1", True, *IN_BRADFORD), ("d", "F2", True, *IN_LEEDS)]) == [
        ("d", "Dispersed: Leeds, Bradford")
    ]


def test_where_no_urban_area_is_marked_any_town_will_do() -> None:
    unmarked = TOWNS.with_columns(is_primary_urban_area=pl.lit(False))
    assert dispersed([("d", "F1", True, *IN_PUDSEY)], unmarked) == [("d", "Dispersed: Pudsey")]
    assert dispersed([("d", "F1", True, *IN_PUDSEY)]) == [("d", "Dispersed: Bradford")]


def test_numbers_only_where_a_name_is_shared_within_a_sector() -> None:
    clusters = pl.DataFrame(
        [
            ("IC-202502-b", "sic", "Healthcare", "Leeds"),
            ("IC-202501-c", "sic", "Healthcare", "Leeds"),
            ("IC-202501-a", "rtic", "Healthcare", "Leeds"),
            ("IC-202501-d", "sic", "Healthcare", "Otley"),
            ("IC-202503-e", None, None, "Leeds"),
            ("IC-202501-f", None, None, "Leeds"),
        ],
        schema=["cluster_id", "scheme", "sector", "name"],
        orient="row",
    )
    assert number_duplicates(clusters)["name"].to_list() == [
        "Leeds (2)",
        "Leeds",
        "Leeds",
        "Otley",
        "Leeds (2)",
        "Leeds",
    ]
