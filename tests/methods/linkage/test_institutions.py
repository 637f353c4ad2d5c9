"""Institutions of publications on the grid of their nation."""

from __future__ import annotations

import polars as pl
import pytest

from assets.methods.linkage.institutions import institution_points

PLACES = {
    # name: latitude, longitude, grid, easting and northing as the directory has them, in metres
    "Belfast": (54.5973, -5.9301, "ni", 333_800, 374_000),
    "Derry": (54.9966, -7.3086, "ni", 244_300, 417_000),
    "Portaferry": (54.3805, -5.5488, "ni", 359_300, 350_700),
    "Ballycastle": (55.2040, -6.2440, "ni", 311_800, 440_900),
    "Oxford": (51.7520, -1.2577, "gb", 451_300, 206_200),
    "Southend, Kintyre": (55.3140, -5.6370, "gb", 169_400, 608_600),
    "Stranraer": (54.9020, -5.0270, "gb", 206_000, 560_700),
    "Lerwick": (60.1550, -1.1450, "gb", 447_500, 1_141_400),
}


def test_institutions_are_projected_to_the_grid_of_their_nation() -> None:
    points = institution_points(
        pl.DataFrame(
            {
                "institution_key": list(PLACES),
                "latitude": [place[0] for place in PLACES.values()],
                "longitude": [place[1] for place in PLACES.values()],
            }
        )
    )
    assert points["institution_key"].to_list() == sorted(PLACES)
    for row in points.iter_rows(named=True):
        latitude, longitude, grid, easting, northing = PLACES[row["institution_key"]]
        assert (row["latitude"], row["longitude"], row["grid"]) == (latitude, longitude, grid)
        assert row["easting"] == pytest.approx(easting, abs=500)
        assert row["northing"] == pytest.approx(northing, abs=500)


def test_no_institutions_are_no_points() -> None:
    nothing = pl.DataFrame(schema={"institution_key": pl.String, "latitude": pl.Float64, "longitude": pl.Float64})
    assert institution_points(nothing).is_empty()
