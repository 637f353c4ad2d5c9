"""The scan on a real register of companies: places that an analyst would name, not addresses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.method import find_profiles
from assets.methods.geometry.grid import to_grid
from pipelines.profiles import PROFILES_FOLDER
from tools.real_companies import FILE
from tools.real_scan import RealScan, scan_real_companies


@pytest.fixture(scope="module")
def scan(shared_data: Path) -> RealScan:
    if not (shared_data / FILE).is_file():
        pytest.skip(f"no {FILE.parent} among the real files")
    return scan_real_companies(shared_data, find_profiles(["evidence"], PROFILES_FOLDER)[0].spatial)


def test_groups_are_places_and_not_addresses(scan: RealScan) -> None:
    assert scan.groups.height > 20
    assert scan.mostly_one_postcode <= 0.02 * scan.groups.height
    assert (scan.groups["places"] >= 5).all()


def test_no_two_groups_of_a_sector_are_neighbours(scan: RealScan) -> None:
    assert scan.least_apart_m() > 1_000


def test_metal_products_along_the_don_are_one_group(scan: RealScan) -> None:
    easting, northing = to_grid(53.41, -1.42, "gb")
    metal = scan.groups.filter(pl.col("sector") == "Metal Products").sort("firms").row(-1, named=True)
    assert np.hypot(metal["easting"] - easting, metal["northing"] - northing) < 1_500
    assert metal["firms"] >= 200
    assert metal["relative_density"] >= 2
