"""The shipped list of places: complete, in order, and where the real towns are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

PLACES = Path(__file__).parents[2] / "assets" / "reference" / "data" / "places.csv"
REGIONS = {
    "North East",
    "North West",
    "Yorkshire and The Humber",
    "East Midlands",
    "West Midlands",
    "East of England",
    "London",
    "South East",
    "South West",
    "Wales",
    "Scotland",
    "Northern Ireland",
}
FULL_NAMES = {
    "Hull": "Kingston upon Hull",
    "Stoke": "Stoke-on-Trent",
    "Newcastle": "Newcastle upon Tyne",
    "Southend": "Southend-on-Sea",
    "Leamington Spa": "Royal Leamington Spa",
    "Tunbridge Wells": "Royal Tunbridge Wells",
}
KM_PER_DEGREE = 111.2


@pytest.fixture(scope="module")
def places() -> pl.DataFrame:
    return pl.read_csv(PLACES)


def test_the_list_has_its_columns_and_no_gaps(places: pl.DataFrame) -> None:
    columns = ["name", "latitude", "longitude", "population", "region", "is_primary_urban_area"]
    assert places.columns == [*columns, "index_order"]
    assert places.select(columns).null_count().sum_horizontal().item() == 0
    assert places.height >= 120
    assert places["name"].is_unique().all()
    assert set(places["region"]) == REGIONS


def test_the_largest_town_comes_first(places: pl.DataFrame) -> None:
    assert places["population"].is_sorted(descending=True)
    assert places["name"][0] == "London"


def test_there_are_63_primary_urban_areas(places: pl.DataFrame) -> None:
    assert places["is_primary_urban_area"].sum() == 63
    assert sorted(places.filter("is_primary_urban_area")["index_order"]) == list(range(1, 64))
    assert places.filter(~pl.col("is_primary_urban_area"))["index_order"].null_count() == places.height - 63


def test_the_primary_urban_areas_are_the_towns_that_the_index_named_its_clusters_after(
    places: pl.DataFrame, shared_data: Path
) -> None:
    named: set[str] = set()
    for outlines in (shared_data / "uktii2_open_ccby").glob("*.geojson"):
        for feature in json.loads(outlines.read_text(encoding="utf-8"))["features"]:
            named |= {town.strip() for town in (feature["properties"].get("name") or "").split(",") if town.strip()}
    assert set(places.filter("is_primary_urban_area")["name"]) == named


def test_every_published_name_is_in_the_one_order(places: pl.DataFrame, shared_data: Path) -> None:
    order = dict(places.drop_nulls("index_order").select("name", "index_order").iter_rows())
    names = [
        feature["properties"]["name"].split(", ")
        for outlines in (shared_data / "uktii2_open_ccby").glob("*.geojson")
        for feature in json.loads(outlines.read_text(encoding="utf-8"))["features"]
        if feature["properties"]["name"]
    ]
    assert len(names) == 161
    assert [name for name in names if name != sorted(name, key=order.__getitem__)] == []


def test_towns_are_where_and_as_large_as_the_real_ones(places: pl.DataFrame, shared_data: Path) -> None:
    real = pl.read_csv(shared_data / "towns_geonames" / "gb_towns_geonames_cities500_itl1.csv")
    joined = places.with_columns(full_name=pl.col("name").replace(FULL_NAMES)).join(
        real, left_on="full_name", right_on="name", suffix="_real"
    )
    north_km = (joined["lat"] - joined["latitude"]).to_numpy() * KM_PER_DEGREE
    east_km = (joined["lon"] - joined["longitude"]).to_numpy() * KM_PER_DEGREE
    east_km = east_km * np.cos(np.radians(joined["latitude"].to_numpy()))
    # A name is borne by several places (five Newports): the nearest is meant.
    nearest = (
        joined.with_columns(distance_km=pl.Series(np.hypot(north_km, east_km)))
        .sort("name", "distance_km")
        .unique("name", keep="first")
    )
    assert nearest.height >= 0.98 * places.height
    assert nearest["distance_km"].max() < 3  # type: ignore[operator]
    ratio = nearest.filter(pl.col("population_real") > 0).select(pl.col("population") / pl.col("population_real"))
    assert ratio.to_series().is_between(0.69, 1.31).all()
    region_real = nearest["itl1_name"].str.replace(r" \(England\)$", "").replace({"East": "East of England"})
    same_region = nearest["region"].str.to_lowercase() == region_real.str.to_lowercase()
    assert same_region.all(), nearest.filter(~same_region)
