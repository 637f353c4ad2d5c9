"""The step that holds methods side by side, on a warehouse filled by hand: two groups, a district each, one sector."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from assets.method import MethodProfile
from assets.methods.geometry.grid import to_grid, to_wgs84
from assets.trust.methods import methods
from assets.warehouse.checks import run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import step_parameters
from tests.methods.towns import disc, uneven_sites
from tests.support import MONTH, fill, fill_frame, make

PROFILE = "test"
HERE = {"month": MONTH.first_day, "profile": PROFILE}
QUICK = {"methods_null_draws": 10, "methods_null_sizes": 1, "methods_least_controls": 1_000}
METHOD = MethodProfile.model_validate(
    {"name": PROFILE, "spatial": {"algorithm": "dbscan", "background_neighbours": 30}, "trust": QUICK}
)
LEEDS, BRISTOL = np.array([430_158.0, 433_641.0]), np.array([359_253.0, 173_083.0])
BELFAST = np.array([333_866.0, 374_051.0])
DISTRICTS = {"leeds": "E08000035", "bristol": "E06000023", "belfast": "N09000003"}


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    """Steel in Leeds, Bristol and Belfast, thirty firms each, and thirty anywhere; business in towns of all sizes."""
    random = np.random.default_rng(1)
    towns = uneven_sites(random, 2_000) + np.array([250_000.0, 200_000.0])
    parts = [
        ("leeds", "gb", disc(random, LEEDS, 600, 30)),
        ("bristol", "gb", disc(random, BRISTOL, 600, 30)),
        ("belfast", "ni", disc(random, BELFAST, 600, 30)),
        (None, "gb", towns[random.choice(len(towns), 30, replace=False)]),
    ]
    steel = pl.concat(
        [
            pl.DataFrame(at, schema=["easting", "northing"]).with_columns(
                grid=pl.lit(grid), group=pl.lit(group, pl.String), district=pl.lit(DISTRICTS.get(group or "", "E99"))
            )
            for group, grid, at in parts
        ]
    )
    ulster = disc(random, BELFAST, 20_000, 100)
    other = pl.concat(
        [
            pl.DataFrame(at, schema=["easting", "northing"]).with_columns(
                grid=pl.lit(grid), group=pl.lit(None, pl.String), district=pl.lit("E99")
            )
            for at, grid in ((towns, "gb"), (ulster, "ni"))
        ]
    )
    sites = pl.concat([steel.with_columns(is_steel=True), other.with_columns(is_steel=False)]).with_row_index("number")
    sites = sites.with_columns(
        month=pl.lit(MONTH.first_day),
        organisation_id=pl.format("O{}", "number"),
        site_id=pl.format("S{}", pl.col("number").cast(pl.String).str.zfill(4)),
        is_firm=True,
        is_rdi_active=False,
    )
    columns = ("organisation_id", "site_id", "grid", "easting", "northing", "is_firm", "is_rdi_active")
    lists = [(sites, "all", "All sites"), (sites.filter("is_steel"), "sic", "Steel")]
    points = [of.select("month", *columns, scheme=pl.lit(scheme), sector=pl.lit(name)) for of, scheme, name in lists]
    fill_frame(warehouse, "spatial.points", pl.concat(points))
    flags = dict.fromkeys(("in_register", "in_rtic", "is_registered_only", "is_excluded"), pl.lit(False))
    fill_frame(
        warehouse,
        "organisations.sites",
        sites.select(
            "month",
            *columns[:5],
            local_authority_code="district",
            geocode_quality=pl.lit("postcode"),
            **dict.fromkeys(("postcode", "region_code"), pl.lit(None, pl.String)),
            **dict.fromkeys(("latitude", "longitude"), pl.lit(None, pl.Float64)),
            employees=pl.lit(None, pl.Int64),
            **flags,
        ),
    )
    _fill_groups(warehouse, sites.filter("is_steel"))
    return warehouse


def _fill_groups(warehouse: Warehouse, steel: pl.DataFrame) -> None:
    of = {**HERE, "scheme": "sic", "sector": "Steel"}
    made = {"algorithm": "dbscan", "min_cluster_size": 10, "min_samples": 10, "epsilon_m": 1_500.0}
    counts = {"groups": 1, "groups_found": 1, "noise_points": 0, "points_fingerprint": "0"}
    runs = [{**of, "grid": grid, "points": points, **made, **counts} for grid, points in (("gb", 90), ("ni", 30))]
    fill(warehouse, "spatial.runs", [*runs, {**runs[0], "sector": "Glass", "points": 5, "skipped_reason": "few"}])
    groups = [
        {**of, "group_id": group, "grid": "ni" if group == "belfast" else "gb", "points": 30, "firms": 30}
        for group in DISTRICTS
    ]
    fill(warehouse, "spatial.groups", groups)
    members = steel.drop_nulls("group").select(group_id="group", organisation_id="organisation_id", site_id="site_id")
    fill(warehouse, "spatial.group_members", [{**HERE, **row} for row in members.to_dicts()])


def test_methods_stand_side_by_side_with_where_they_agree(filled: Warehouse) -> None:
    result = make(filled, methods, METHOD)
    assert all(check.passed for check in result.checks)
    found = filled.read("from trust.method_agreement order by method, other_method")
    assert found.height == 10 and set(found["sector"]) == {"Steel"}
    assert set(found["sector_points"]) == {120} == set(found["points"])
    by_pair = {(row["method"], row["other_method"]): row for row in found.to_dicts()}
    own = by_pair["dbscan", "districts"]
    assert (own["groups"], own["other_groups"]) == (3, 3), "the profile's own groups, and the three districts"
    assert own["adjusted_mutual_information"] == pytest.approx(1) and own["grouped_jaccard"] == 1
    assert by_pair["dbscan", "circles"]["adjusted_mutual_information"] > 0.8
    assert by_pair["dbscan", "scan"]["adjusted_mutual_information"] > 0.8

    squares = filled.read("from trust.agreement_map where sector = 'All sectors'")
    assert squares["points"].sum() == 120
    latitude, longitude = to_wgs84(*BELFAST[:, None], "ni")
    belfast = [float(at[0] // 10_000 * 10) for at in to_grid(latitude, longitude, "gb")]
    for at in (LEEDS // 10_000 * 10, BRISTOL // 10_000 * 10, belfast):
        square = squares.filter(easting_km=at[0], northing_km=at[1])
        # HDBSCAN leaves out Belfast: it never takes all points of a grid for one group.
        assert square["methods_mean"].item() >= 4 and square["by_none_share"].item() < 0.1
    of_steel = filled.read("from trust.agreement_map where sector = 'Steel'")
    assert of_steel["methods_mean"].min() > 0
    assert of_steel.height < squares.height, "squares in which no method finds anything are not told of a sector"

    report = result.reports[PROFILE]
    assert report.figures["sectors compared"] == 1
    assert report.figures["sectors in which a method finds a group"] == dict.fromkeys(
        ("hdbscan", "dbscan", "scan", "circles", "districts"), 1
    )
    assert all(report.pictures[name].startswith(b"\x89PNG") for name in ("agreement", "where they agree"))


def test_a_month_without_runs_has_no_rows_and_a_sector_left_out_is_refused(filled: Warehouse) -> None:
    fill(filled, "spatial.runs", [])
    assert make(filled, methods, METHOD).rows == {"trust.method_agreement": 0, "trust.agreement_map": 0}
    row = {"scheme": "sic", "sector": "Steel", "method": "dbscan", "other_method": "scan", "sector_points": 120}
    fill(filled, "trust.method_agreement", [{**HERE, **row, "points": 120, "groups": 1, "other_groups": 1}])
    tables = ["trust.method_agreement", "trust.agreement_map"]
    with filled.connect(read_only=True) as connection:
        outcomes = run_checks(connection, tables, step_parameters(MONTH, METHOD), [PROFILE])
    failed = {outcome.name for outcome in outcomes if not outcome.passed}
    assert {"sectors_are_compared", "squares_hold_all_points"} <= failed
