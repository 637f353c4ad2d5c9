"""The steps on a warehouse filled by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely

from assets.arrays import Floats
from assets.method import MethodProfile
from assets.methods.geometry.grid import Grid, to_wgs84
from assets.months import Month
from assets.spatial.steps import STEPS, groups, location_quotients, outlines
from assets.warehouse.database import Warehouse
from tests.methods.towns import disc
from tests.support import MONTH, fill, fill_frame, make

POINTS = STEPS[0]
SCAN = MethodProfile.model_validate({"name": "evidence", "spatial": {"algorithm": "scan", "scan_null_draws": 20}})
DENSITY = MethodProfile.model_validate({"name": "dsit-v1"})


def site(site_id: str, organisation: str, **given: object) -> dict[str, object]:
    return {
        "site_id": site_id,
        "organisation_id": organisation,
        "postcode": "CF10 1AA",
        "easting": 318_000.0,
        "northing": 176_000.0,
        "grid": "gb",
        "latitude": 51.477,
        "longitude": -3.18,
        "geocode_quality": "postcode",
        "in_register": True,
        "in_rtic": False,
        "is_registered_only": False,
        "is_excluded": False,
        **given,
    }


def in_sector(site_id: str, organisation: str, sector: str, scheme: str = "sic") -> dict[str, object]:
    return {"site_id": site_id, "organisation_id": organisation, "scheme": scheme, "sector": sector}


def organisation(organisation_id: str, kind: str = "business") -> dict[str, object]:
    return {
        "organisation_id": organisation_id,
        "name": organisation_id,
        "organisation_type": kind,
        "is_firm": kind == "business",
    }


def active(organisation_id: str, is_active: bool = True) -> dict[str, object]:
    zero = ("innovate_uk_applications", "ukri_projects", "cordis_projects", "publications")
    return {
        "organisation_id": organisation_id,
        **dict.fromkeys(zero, 0),
        **dict.fromkeys(("publications_fractional", "patents", "rd_tax_claims"), 0),
        "is_rdi_active": is_active,
    }


def test_one_point_an_organisation_postcode_and_sector(warehouse: Warehouse) -> None:
    fill(
        warehouse,
        "organisations.organisations",
        [organisation("A"), organisation("B"), organisation("U", "university")],
    )
    fill(
        warehouse,
        "organisations.sites",
        [
            site("LU3", "A"),
            site("LU2", "A"),
            site("LU4", "A", postcode="CF10 1AB"),
            site("LU5", "B"),
            site("LU6", "B", postcode=None, easting=1.0, northing=2.0),
            site("LU7", "B", postcode=None, easting=3.0, northing=4.0),
            site("LU8", "U", is_excluded=True),
            site("LU9", "U", postcode=None, easting=None, northing=None, grid=None, geocode_quality="unlocated"),
            site("LU10", "U", postcode="BT1 1AA", grid="ni", easting=333_000.0),
        ],
    )
    fill(
        warehouse,
        "organisations.site_sectors",
        [
            in_sector("LU3", "A", "Chemicals"),
            in_sector("LU2", "A", "Metals"),
            in_sector("LU2", "A", "Chemicals"),
            in_sector("LU3", "A", "AI", "rtic"),
            in_sector("LU4", "A", "Chemicals"),
            in_sector("LU5", "B", "Chemicals"),
            in_sector("LU6", "B", "Chemicals"),
            in_sector("LU7", "B", "Chemicals"),
            in_sector("LU8", "U", "Chemicals"),
        ],
    )
    fill(warehouse, "organisations.rdi_activity", [active("B"), active("U"), active("A", False)])
    make(warehouse, POINTS)
    table = warehouse.read("select * from spatial.points")

    def sites_of(scheme: str, sector: str) -> list[tuple[str, str]]:
        chosen = table.filter((pl.col("scheme") == scheme) & (pl.col("sector") == sector))
        return sorted(chosen.select("organisation_id", "site_id").rows())

    # Two sites of A at one postcode are one point, the smallest identifier's; without a postcode a site is a place.
    chemicals = [("A", "LU2"), ("A", "LU4"), ("B", "LU5"), ("B", "LU6"), ("B", "LU7")]
    assert sites_of("sic", "Chemicals") == chemicals
    assert sites_of("sic", "Metals") == [("A", "LU2")]
    assert sites_of("rtic", "AI") == [("A", "LU3")]
    # Neither what is left out nor what has no place; universities count among all sites, and among the active.
    assert sites_of("all", "All sites") == [*chemicals, ("U", "LU10")]
    assert sites_of("rdi", "All RD&I-active") == [("B", "LU5"), ("B", "LU6"), ("B", "LU7"), ("U", "LU10")]
    university = table.filter((pl.col("scheme") == "all") & (pl.col("organisation_id") == "U")).row(0, named=True)
    assert (university["is_firm"], university["is_rdi_active"], university["grid"]) == (False, True, "ni")
    assert table.filter(pl.col("site_id") == "LU6").select("easting", "northing").unique().rows() == [(1.0, 2.0)]
    # An organisation without a row of activity is not active.
    fill(warehouse, "organisations.rdi_activity", [])
    make(warehouse, POINTS)
    assert (
        warehouse.read("select count(*) as rows from spatial.points where is_rdi_active or scheme = 'rdi'")["rows"][0]
        == 0
    )


Placed = tuple[str, str, Grid, Floats]


def settle(warehouse: Warehouse, sectors: list[Placed], active_share: float = 0.5) -> None:
    """One firm at each place of each (scheme, sector, grid, places), straight into the organisations' tables."""
    organisations, sites, site_sectors, activity = [], [], [], []
    number = 0
    for scheme, sector, grid, places in sectors:
        latitude, longitude = to_wgs84(places[:, 0], places[:, 1], grid)
        for index, (easting, northing) in enumerate(places):
            number += 1
            name, at = f"O{number:05d}", f"LU{number:05d}"
            organisations.append(organisation(name))
            where = {
                "easting": easting,
                "northing": northing,
                "latitude": latitude[index],
                "longitude": longitude[index],
            }
            sites.append(site(at, name, postcode=None, grid=grid, **where))
            site_sectors.append(in_sector(at, name, sector, scheme))
            activity.append(active(name, number % 100 < active_share * 100))
    for table, rows in [
        ("organisations.organisations", organisations),
        ("organisations.sites", sites),
        ("organisations.site_sectors", site_sectors),
        ("organisations.rdi_activity", activity),
    ]:
        empty = warehouse.read(f"select * from {table} limit 0")
        frame = pl.DataFrame(rows).with_columns(pl.lit(MONTH.first_day).alias("month"))
        missing = [
            pl.lit(None, dtype=empty.schema[name]).alias(name) for name in empty.columns if name not in frame.columns
        ]
        fill_frame(
            warehouse, table, frame.with_columns(missing).select(pl.col(n).cast(empty.schema[n]) for n in empty.columns)
        )


def country(seed: int = 0) -> list[Placed]:
    """Shops everywhere, a group of laboratories in Great Britain and one in Northern Ireland, too few breweries."""
    random = np.random.default_rng(seed)
    wide = np.array([400_000.0, 300_000.0])
    return [
        ("sic", "Shops", "gb", disc(random, wide, 60_000, 900)),
        ("sic", "Laboratories", "gb", disc(random, wide, 60_000, 60)),
        ("sic", "Laboratories", "gb", disc(random, wide + 20_000, 1_200, 50)),
        ("sic", "Shops", "ni", disc(random, np.array([310_000.0, 360_000.0]), 30_000, 200)),
        ("sic", "Laboratories", "ni", disc(random, np.array([310_000.0, 370_000.0]), 1_000, 30)),
        ("rtic", "Brewing", "gb", disc(random, wide, 500, 15)),
    ]


def test_from_points_to_quotients(warehouse: Warehouse) -> None:
    settle(warehouse, country())
    results = [make(warehouse, step, SCAN, DENSITY) for step in STEPS]
    assert all(outcome.passed or not outcome.blocking for result in results for outcome in result.checks)
    runs = warehouse.read("select * from spatial.runs where profile = 'evidence' order by scheme, sector, grid")
    assert runs.select("scheme", "sector", "grid").rows() == [
        ("rdi", "All RD&I-active", "gb"),
        ("rdi", "All RD&I-active", "ni"),
        ("rtic", "Brewing", "gb"),
        ("sic", "Laboratories", "gb"),
        ("sic", "Laboratories", "ni"),
        ("sic", "Shops", "gb"),
        ("sic", "Shops", "ni"),
    ]
    assert runs.filter(pl.col("skipped_reason").is_not_null())["sector"].to_list() == ["Brewing"]
    scanned = next(result for result in results if result.step.name == "groups")
    assert any("Brewing" in message for message in scanned.reports["evidence"].messages)
    laboratories = warehouse.read(
        "select * from spatial.groups where profile = 'evidence' and sector = 'Laboratories' order by grid"
    )
    assert laboratories["group_id"].to_list() == ["spatial-sic-laboratories-gb-1", "spatial-sic-laboratories-ni-1"]
    assert laboratories["firms"][0] == pytest.approx(50, abs=4)
    # The density method has groups of shops too; what the scan finds has figures, what it finds has none.
    density = warehouse.read("select * from spatial.groups where profile = 'dsit-v1'")
    assert density["scan_score"].null_count() == density.height > 0
    assert set(scanned.reports["evidence"].pictures) == {"firms_per_group", "map"}
    assert all(png.startswith(b"\x89PNG") for png in scanned.reports["dsit-v1"].pictures.values())
    shapes = warehouse.read("select * from spatial.outlines where profile = 'evidence'")
    assert set(laboratories["group_id"]) <= set(shapes["group_id"])
    quotients = warehouse.read("select * from spatial.location_quotients where profile = 'evidence' order by group_id")
    one = quotients.filter(pl.col("group_id") == "spatial-sic-laboratories-gb-1").row(0, named=True)
    assert (one["scheme"], one["sector"]) == ("sic", "Laboratories")
    assert (one["national_sector_firms"], one["national_firms"]) == (140, 1255)
    shape = shapely.from_wkt(shapes.filter(pl.col("group_id") == "spatial-sic-laboratories-gb-1")["outline_wkt"][0])
    everyone = warehouse.read("select longitude, latitude from organisations.sites")
    inside = shapely.contains_xy(shape, everyone["longitude"].to_numpy(), everyone["latitude"].to_numpy()).sum()
    assert (one["sector_firms"], one["outline_firms"]) == (laboratories["firms"][0], inside)
    assert one["location_quotient"] == pytest.approx(one["sector_firms"] / inside / (140 / 1255))


def test_location_quotients_of_an_all_sector_group_are_of_every_sector_present(warehouse: Warehouse) -> None:
    settle(warehouse, country(), active_share=1.0)
    make(warehouse, POINTS)
    members = warehouse.read(
        "select organisation_id, site_id from spatial.points where scheme = 'rdi' and sqrt((easting - 400000) ** 2 "
        "+ (northing - 300000) ** 2) < 20000 order by site_id"
    )
    of_group = {"profile": "test", "group_id": "spatial-rdi-all-rd-i-active-gb-1"}
    fill(
        warehouse,
        "spatial.groups",
        [
            {
                **of_group,
                "scheme": "rdi",
                "sector": "All RD&I-active",
                "grid": "gb",
                "points": members.height,
                "firms": members.height,
            }
        ],
    )
    fill(warehouse, "spatial.group_members", [{**of_group, **row} for row in members.iter_rows(named=True)])
    make(warehouse, outlines)
    make(warehouse, location_quotients)
    table = warehouse.read("select * from spatial.location_quotients order by scheme, sector")
    assert set(table.select("scheme", "sector").rows()) == {
        ("rtic", "Brewing"),
        ("sic", "Laboratories"),
        ("sic", "Shops"),
    }
    brewing = table.row(0, named=True)
    assert brewing["sector_firms"] == brewing["national_sector_firms"] == 15
    assert brewing["q_value"] == pytest.approx(brewing["p_value"] * 3)
    assert table["sector_firms"].sum() == members.height


def test_an_all_sector_group_is_compared_with_the_active_firms_alone(warehouse: Warehouse) -> None:
    settle(warehouse, country(), active_share=0.5)
    make(warehouse, POINTS)
    scan = MethodProfile.model_validate({"name": "test", "spatial": {"algorithm": "dbscan"}})
    make(warehouse, groups, scan)
    make(warehouse, outlines, scan)
    make(warehouse, location_quotients, scan)
    table = warehouse.read(
        "select q.national_firms, q.outline_firms, g.scheme = 'rdi' as among_active, g.firms "
        "from spatial.location_quotients as q inner join spatial.groups as g using (month, profile, group_id)"
    )
    firms = warehouse.read(
        "select count(distinct organisation_id) as all_firms, "
        "count(distinct organisation_id) filter (where is_rdi_active) as active_firms from spatial.points where is_firm"
    ).row(0)
    assert 0 < firms[1] < firms[0]
    assert set(table.filter(~pl.col("among_active"))["national_firms"]) == {firms[0]}
    among_active = table.filter("among_active")
    assert set(among_active["national_firms"]) == {firms[1]}
    assert (among_active["outline_firms"] >= among_active["firms"]).all()
    assert (among_active["outline_firms"] <= firms[1]).all()


def test_great_britain_and_northern_ireland_are_apart(warehouse: Warehouse) -> None:
    # The same eastings and northings, in two grids hundreds of kilometres from one another.
    random = np.random.default_rng(1)
    there = disc(random, np.array([300_000.0, 370_000.0]), 1_000, 30)
    here = disc(random, np.array([300_000.0, 370_000.0]), 1_000, 40)
    settle(warehouse, [("sic", "Laboratories", "gb", here), ("sic", "Laboratories", "ni", there)])
    profile = MethodProfile.model_validate({"name": "test", "spatial": {"algorithm": "dbscan"}})
    make(warehouse, POINTS)
    make(warehouse, groups, profile)
    found = warehouse.read("select group_id, grid, points from spatial.groups where scheme = 'sic' order by grid")
    assert found.rows() == [
        ("spatial-sic-laboratories-gb-1", "gb", 40),
        ("spatial-sic-laboratories-ni-1", "ni", 30),
    ]


def test_null_is_kept_while_the_background_is_the_same(warehouse: Warehouse) -> None:
    settle(warehouse, country())
    make(warehouse, POINTS)
    first = make(warehouse, groups, SCAN)
    nulls = warehouse.read("select * from spatial.scan_null order by grid, cases")
    assert "gb: null at 6 numbers of cases, 0 of them kept" in first.reports["evidence"].messages
    before = warehouse.read("select * from spatial.groups order by group_id")
    second = make(warehouse, groups, SCAN)
    assert "gb: null at 6 numbers of cases, 6 of them kept" in second.reports["evidence"].messages
    assert warehouse.read("select * from spatial.scan_null order by grid, cases").equals(nulls)
    assert warehouse.read("select * from spatial.groups order by group_id").equals(before)
    # Another profile, with another split factor, has the same null; other draws make another.
    other = SCAN.model_copy(update={"name": "other", "spatial": SCAN.spatial.model_copy(update={"join_m": 900.0})})
    assert any("6 of them kept" in said for said in make(warehouse, groups, other).reports["other"].messages)
    redrawn = SCAN.model_copy(update={"spatial": SCAN.spatial.model_copy(update={"scan_seed": 1})})
    assert any("0 of them kept" in said for said in make(warehouse, groups, redrawn).reports["evidence"].messages)


def test_month_without_points(warehouse: Warehouse) -> None:
    for step in STEPS:
        result = make(warehouse, step, SCAN, DENSITY, month=Month(2030, 1))
        assert set(result.rows.values()) == {0}


def test_number_of_threads_does_not_matter(warehouse: Warehouse) -> None:
    settle(warehouse, country())
    make(warehouse, POINTS)
    tables = ("spatial.runs", "spatial.groups", "spatial.group_members", "spatial.scan_null")
    found = []
    for threads in (1, 2):
        warehouse.threads = threads
        make(warehouse, groups, SCAN, DENSITY)
        found.append([warehouse.read(f"select * from {table} order by all") for table in tables])
    assert all(one.equals(two) for one, two in zip(*found, strict=True))


RESULTS = ("spatial.runs", "spatial.groups", "spatial.group_members", "spatial.scan_null")
LATER = Month(MONTH.year + 1, 1)


def rows_of(warehouse: Warehouse, month: Month) -> list[pl.DataFrame]:
    return [
        warehouse.read(
            f"select * exclude (month) from {table} where month = $month order by all", month=month.first_day
        )
        for table in RESULTS
    ]


def copy_points(warehouse: Warehouse, but: str = "true") -> None:
    """A later month of the same points and organisations, but those outside `but` half a metre further east."""
    months = {"later": LATER.first_day, "month": MONTH.first_day}
    with warehouse.transaction() as connection:
        connection.execute(
            "insert into organisations.organisations by name "
            "select * replace ($later as month) from organisations.organisations where month = $month",
            months,
        )
        connection.execute(
            "insert into spatial.points by name "
            f"select * replace ($later as month, easting + case when {but} then 0 else 0.5 end as easting) "
            "from spatial.points where month = $month order by scheme, sector, site_id",
            months,
        )


@pytest.mark.parametrize("profile", [DENSITY, SCAN], ids=lambda profile: profile.name)
def test_runs_of_an_earlier_month_are_taken_over_where_nothing_changed(
    warehouse: Warehouse, profile: MethodProfile
) -> None:
    settle(warehouse, country())
    make(warehouse, POINTS)
    make(warehouse, groups, profile)
    copy_points(warehouse)
    result = make(warehouse, groups, profile, month=LATER)
    said = next(one for one in result.reports[profile.name].messages if "taken over" in one)
    assert said == "7 runs, 7 of them taken over from earlier months"
    later, before = rows_of(warehouse, LATER), rows_of(warehouse, MONTH)
    assert all(one.equals(two) for one, two in zip(later, before, strict=True))
    assert before[1].height > 0
    # A later month is none to take over from, nor is the month itself.
    again = make(warehouse, groups, profile)
    assert "7 runs, 0 of them taken over from earlier months" in again.reports[profile.name].messages


def test_what_other_code_has_made_is_not_taken_over(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(warehouse, country())
    make(warehouse, POINTS)
    make(warehouse, groups, DENSITY)
    copy_points(warehouse)
    with monkeypatch.context() as patch:
        patch.setattr("assets.warehouse.running.step_code", lambda step: "other")
        changed = make(warehouse, groups, DENSITY, month=LATER)
    assert "7 runs, 0 of them taken over from earlier months" in changed.reports["dsit-v1"].messages


def test_what_changed_is_run_and_the_rest_taken_over(warehouse: Warehouse) -> None:
    settle(warehouse, country())
    make(warehouse, POINTS)
    make(warehouse, groups, DENSITY)
    copy_points(warehouse, "sector <> 'Laboratories'")
    result = make(warehouse, groups, DENSITY, month=LATER)
    assert "7 runs, 5 of them taken over from earlier months" in result.reports["dsit-v1"].messages
    mixed = rows_of(warehouse, LATER)
    with warehouse.transaction() as connection:
        for table in RESULTS:
            connection.execute(f"delete from {table} where month = $month", {"month": MONTH.first_day})
    alone = make(warehouse, groups, DENSITY, month=LATER)
    assert "7 runs, 0 of them taken over from earlier months" in alone.reports["dsit-v1"].messages
    assert all(one.equals(two) for one, two in zip(mixed, rows_of(warehouse, LATER), strict=True))
    # With other parameters nothing is taken over.
    other = DENSITY.model_copy(update={"spatial": DENSITY.spatial.model_copy(update={"min_firms": 11})})
    make(warehouse, groups, DENSITY)
    result = make(warehouse, groups, other, month=LATER)
    assert "7 runs, 0 of them taken over from earlier months" in result.reports["dsit-v1"].messages


def test_a_run_that_lost_groups_to_its_month_is_made_again(warehouse: Warehouse) -> None:
    settle(warehouse, country())
    make(warehouse, POINTS)
    make(warehouse, groups, SCAN)
    with warehouse.transaction() as connection:
        connection.execute("update spatial.runs set groups_found = groups + 1 where sector = 'Laboratories'")
    copy_points(warehouse)
    result = make(warehouse, groups, SCAN, month=LATER)
    assert "7 runs, 5 of them taken over from earlier months" in result.reports["evidence"].messages
    later, before = rows_of(warehouse, LATER), rows_of(warehouse, MONTH)
    assert all(one.equals(two) for one, two in zip(later[1:], before[1:], strict=True))
