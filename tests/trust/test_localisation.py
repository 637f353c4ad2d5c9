"""The steps that say whether a sector is localised, on a warehouse filled by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from assets.arrays import Floats, Integers
from assets.method import LocalisationMethod, MethodProfile
from assets.methods.geometry.grid import to_grid, to_wgs84
from assets.trust.localisation import k_bands, localisation
from assets.warehouse.database import Warehouse
from tests.support import MONTH, fill_frame, make

QUICK = LocalisationMethod(k_draws=100, k_step_km=5.0, k_cell_km=2.0, k_reach_km=100.0)
ONE, TWO = (MethodProfile(name=name, localisation=QUICK) for name in ("one", "two"))
SITES = 3_000


@pytest.fixture
def country(warehouse: Warehouse) -> Warehouse:
    """Business spread evenly over 300 km; a sector in one corner, one on a lattice, one anywhere, one too small."""
    random = np.random.default_rng(1)
    at = random.uniform(200_000, 500_000, (SITES, 2))
    order = random.permutation(SITES)
    corner = np.flatnonzero((at < 260_000).all(axis=1))[:60]
    nodes = np.stack(np.meshgrid(np.arange(10), np.arange(10)), axis=-1).reshape(-1, 2) * 30_000 + 215_000
    lattice = np.unique([np.hypot(*(at - node).T).argmin() for node in nodes])
    sectors = {
        ("all", "All sites"): np.arange(SITES),
        ("sic", "Corner"): corner,
        ("sic", "Everywhere"): order[:80],
        ("sic", "Few"): order[:9],
        ("rtic", "Lattice"): lattice,
    }
    fill_frame(warehouse, "spatial.points", pl.concat([_points(at, *key, sites) for key, sites in sectors.items()]))
    return warehouse


def _points(at: Floats, scheme: str, sector: str, sites: Integers, grid: str = "gb") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "month": [MONTH.first_day] * len(sites),
            "scheme": scheme,
            "sector": sector,
            "organisation_id": [f"O{site}" for site in sites],
            "site_id": [f"S{site}" for site in sites],
            "grid": grid,
            "easting": at[sites, 0],
            "northing": at[sites, 1],
            "is_firm": True,
            "is_rdi_active": False,
        }
    )


def test_each_sector_has_a_verdict_and_a_curve_among_its_bands(country: Warehouse) -> None:
    bands = make(country, k_bands, ONE, TWO)
    assert all(check.passed for check in bands.checks)
    # The sectors' own numbers of sites: they are fewer than k_sizes.
    drawn = country.read("select distinct sites, draws, all_sites from trust.k_bands order by all").rows()
    lattice = country.read("select count(*) from spatial.points where sector = 'Lattice'").item()
    assert drawn == [(sites, 100, SITES) for sites in sorted({60, 80, lattice})]

    result = make(country, localisation, ONE, TWO)
    assert all(check.passed for check in result.checks)
    columns = "scheme, sector, sites, pairs, verdict, first_km, draws"
    expected = [
        ("rtic", "Lattice", lattice, lattice * (lattice - 1) // 2, "dispersed", 0.0, 100),
        ("sic", "Corner", 60, 1_770, "localised", 0.0, 100),
        ("sic", "Everywhere", 80, 3_160, "neither", None, 100),
    ]
    for profile in ("one", "two"):
        verdicts = f"select {columns} from trust.localisation where profile = '{profile}' order by scheme, sector"
        assert country.read(verdicts).rows() == expected
    curve = country.read("from trust.k_density where profile = 'one' and sector = 'Corner' order by distance_km")
    assert curve["distance_km"].to_list() == [5.0 * number for number in range(21)]
    beyond = (curve["k"] - curve["high"]).clip(0).sum() * 5.0
    indices = "select localisation_index, dispersion_index from trust.localisation where sector = 'Corner'"
    index, deficit = country.read(indices).row(0)
    assert (index, deficit) == (pytest.approx(beyond), 0)

    report = result.reports["one"]
    assert report.figures["sectors by verdict"] == {"dispersed": 1, "localised": 1, "neither": 1}
    assert report.figures["most localised sectors"]["sector"][0] == "Corner"
    assert report.pictures["K-densities"].startswith(b"\x89PNG")
    assert "sic Few gets no verdict: it has 9 of 3,000 sites" in report.messages


def test_northern_ireland_is_as_far_as_it_is(warehouse: Warehouse) -> None:
    """Sites on both sides of the North Channel, 40 km apart: a sector of the two shores has its distances there."""
    random = np.random.default_rng(2)
    shore = np.column_stack(to_grid([54.84], [-5.11], "gb")) + random.normal(0, 500, (600, 2))
    ulster = np.column_stack(to_grid([54.66], [-5.67], "ni")) + random.normal(0, 500, (600, 2))
    inland = shore + np.array([100_000, 0])
    parts = [(shore, "gb"), (ulster, "ni"), (inland, "gb")]
    points = [
        _points(at, scheme, sector, np.arange(count), grid).with_columns(
            site_id=pl.format("{}-{}", pl.col("site_id"), pl.lit(number))
        )
        for scheme, sector, count, chosen in [("all", "All sites", 600, parts), ("sic", "Shores", 30, parts[:2])]
        for number, (at, grid) in enumerate(chosen)
    ]
    fill_frame(warehouse, "spatial.points", pl.concat(points))
    fine = ONE.model_copy(update={"localisation": QUICK.model_copy(update={"k_step_km": 1.0, "k_cell_km": 0.5})})
    make(warehouse, k_bands, fine)
    make(warehouse, localisation, fine)
    curve = warehouse.read(
        "select distance_km, k from trust.k_density where distance_km between 20 and 100 order by all"
    )
    latitude, longitude = to_wgs84(*np.column_stack(to_grid([54.66], [-5.67], "ni"))[0], "ni")
    easting, northing = to_grid(latitude, longitude, "gb")
    apart = float(np.hypot(easting - shore[:, 0].mean(), northing - shore[:, 1].mean())) / 1000
    assert 38 < apart < 44
    assert curve["distance_km"][curve["k"].arg_max()] == pytest.approx(apart, abs=1.5)


def test_a_month_without_sites_has_no_verdicts(warehouse: Warehouse) -> None:
    assert make(warehouse, k_bands, ONE).rows == {"trust.k_bands": 0}
    assert make(warehouse, localisation, ONE).rows == {"trust.k_density": 0, "trust.localisation": 0}
