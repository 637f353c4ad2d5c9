"""Degrees to metres and back, against the postcode directory's own figures."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.methods.geometry.grid import Grid, to_grid, to_wgs84


def test_the_directorys_own_grid_references_are_met_within_metres(shared_data: Path) -> None:
    sample = shared_data / "onspd_sample" / "onspd_seed.csv.gz"
    rows = pl.read_csv(gzip.decompress(sample.read_bytes()), infer_schema=False)
    rows = rows.filter((pl.col("osgrdind") != "9") & pl.col("pcds").str.starts_with("AB")).cast(
        {"lat": pl.Float64, "long": pl.Float64, "oseast1m": pl.Float64, "osnrth1m": pl.Float64}
    )
    easting, northing = to_grid(rows["lat"].to_numpy(), rows["long"].to_numpy(), "gb")
    assert rows.height > 8_000
    apart = np.hypot(easting - rows["oseast1m"].to_numpy(), northing - rows["osnrth1m"].to_numpy())
    assert np.quantile(apart, 0.99) < 5  # in a handful of rows the directory contradicts itself


@pytest.mark.parametrize(("grid", "latitude", "longitude"), [("gb", 51.5, -0.12), ("ni", 54.597, -5.93)])
def test_there_and_back(grid: Grid, latitude: float, longitude: float) -> None:
    easting, northing = to_grid([latitude], [longitude], grid)
    back = to_wgs84(easting, northing, grid)
    assert back[0][0] == pytest.approx(latitude, abs=1e-7)
    assert back[1][0] == pytest.approx(longitude, abs=1e-7)


def test_belfast_city_hall_is_where_the_irish_grid_has_it() -> None:
    easting, northing = to_grid([54.5965], [-5.9301], "ni")
    assert easting[0] == pytest.approx(333_800, abs=150)
    assert northing[0] == pytest.approx(374_000, abs=150)


def test_an_unknown_place_stays_unknown_and_an_unknown_grid_is_refused() -> None:
    easting, northing = to_grid([np.nan, 51.5], [-0.1, -0.1], "gb")
    assert np.isnan(easting[0]) and np.isnan(northing[0]) and np.isfinite(easting[1])
    with pytest.raises(ValueError, match="'fr' is not a grid"):
        to_grid([51.5], [-0.1], "fr")  # type: ignore[arg-type]
