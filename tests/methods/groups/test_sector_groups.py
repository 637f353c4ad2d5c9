"""Groups of one sector: which are kept, how they are numbered, when a sector is not run."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from assets.arrays import Floats
from assets.method import SpatialMethod
from assets.methods.groups.sector_groups import (
    GROUP_COLUMNS,
    MEMBER_COLUMNS,
    RUN_COLUMNS,
    Contrast,
    Found,
    Sector,
    background_of,
    find_groups,
    firm_numbers,
    in_site_order,
    null_settings,
    points_fingerprint,
    together,
    window_rules,
)
from assets.methods.scan.null import Null, NullFit, simulate_null
from assets.methods.statistics.significance import benjamini_hochberg
from tests.methods.towns import disc, uneven_sites

SECTOR = Sector("rtic", "AI & Data (new)", "gb")
ALGORITHMS = ("hdbscan", "dbscan", "scan")


def points_at(places: Floats, prefix: str = "O") -> pl.DataFrame:
    """A point a firm at each place."""
    ids = [f"{prefix}{number:05d}" for number in range(len(places))]
    return pl.DataFrame(
        {
            "organisation_id": ids,
            "site_id": [f"LU{one}" for one in ids],
            "easting": places[:, 0],
            "northing": places[:, 1],
            "is_firm": [True] * len(places),
        }
    )


def planted(seed: int = 2) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A sector with three planted groups, of 60, 40 and 40 firms, and all business sites."""
    random = np.random.default_rng(seed)
    sites = uneven_sites(random, 6_000)
    groups = [
        disc(random, np.array([x, 150_000.0]), 800, firms)
        for x, firms in [(250_000.0, 40), (300_000.0, 60), (350_000.0, 40)]
    ]
    everything = points_at(np.vstack([*groups, sites]))
    sector = pl.concat([everything.head(140), everything.tail(6_000).sample(200, seed=seed)])
    return sector, everything


def found_by(algorithm: str, sector: pl.DataFrame, everything: pl.DataFrame) -> Found:
    method = SpatialMethod.model_validate({"algorithm": algorithm, "scan_null_draws": 30})
    numbered = everything.with_columns(pl.Series("firm", firm_numbers(everything)))
    background = background_of(numbered, method)
    null = Null(simulate_null(background, [sector.height], window_rules(method), null_settings(method)))
    return find_groups(SECTOR, sector, method, Contrast(background, null, "0"))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_planted_groups_numbered_by_size_then_position(algorithm: str) -> None:
    sector, everything = planted()
    found = found_by(algorithm, sector, everything)
    ids = found.groups["group_id"].to_list()
    assert ids == [f"spatial-rtic-ai-data-new-gb-{number + 1}" for number in range(len(ids))]
    assert found.groups["points"].is_sorted(descending=True)
    members = found.group_members.join(sector, on="site_id")
    homes = members.group_by("group_id").agg(pl.col("easting").min().alias("west")).sort("group_id")
    sized = found.groups.join(homes, on="group_id")
    tied = sized.filter(pl.col("points") == 40)
    assert tied.height == 2
    assert tied["west"].is_sorted()
    assert sized.filter(pl.col("points") == 60).height == 1


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_order_of_the_rows_does_not_matter(algorithm: str) -> None:
    sector, everything = planted(3)
    straight = found_by(algorithm, sector, everything)
    shuffled = found_by(
        algorithm, sector.sample(fraction=1, shuffle=True, seed=1), everything.sample(fraction=1, shuffle=True, seed=2)
    )
    assert straight.groups.equals(shuffled.groups)
    assert straight.group_members.equals(shuffled.group_members)
    assert straight.runs.equals(shuffled.runs)
    assert straight.groups.height >= 3


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_groups_have_ten_distinct_firms(algorithm: str) -> None:
    sector, everything = planted(4)
    # The first group of 40 is now nine firms and an array of universities; the other two stay as they were.
    firm = [f"O{min(number, 8):05d}" if number < 30 else f"U{number}" for number in range(40)]
    changed = sector.with_row_index().with_columns(
        pl.when(pl.col("index") < 40)
        .then(pl.Series(firm + [""] * (sector.height - 40)))
        .otherwise(pl.col("organisation_id"))
        .alias("organisation_id"),
        pl.col("is_firm") & ~pl.col("index").is_between(30, 39),
    )
    before = found_by(algorithm, sector, everything)
    after = found_by(algorithm, changed.drop("index"), everything)
    assert after.groups.height == before.groups.height - 1
    assert (after.groups["firms"] >= 10).all()
    assert not set(after.group_members["site_id"]) & set(sector["site_id"].head(40))
    run = after.runs.row(0, named=True)
    assert run["noise_points"] == run["points"] - after.groups["points"].sum()


def test_small_sector_is_not_run_and_says_so() -> None:
    places = disc(np.random.default_rng(0), np.array([0.0, 0.0]), 300, 20)
    nineteen = find_groups(SECTOR, points_at(places[:19]), SpatialMethod(algorithm="dbscan"), None)
    assert nineteen.groups.height == nineteen.group_members.height == 0
    run = nineteen.runs.row(0, named=True)
    assert run["skipped_reason"] == "19 points; fewer than 20, 2 times min_cluster_size"
    assert (run["points"], run["noise_points"], run["groups"]) == (19, 19, 0)
    twenty = find_groups(SECTOR, points_at(places), SpatialMethod(algorithm="dbscan"), None)
    assert twenty.runs["skipped_reason"][0] is None
    assert twenty.groups["points"].to_list() == [20]


def test_figures_of_the_scan_stand_on_groups_and_of_others_do_not() -> None:
    sector, everything = planted()
    scan = found_by("scan", sector, everything)
    run = scan.runs.row(0, named=True)
    assert run["critical_score"] is not None
    assert (scan.groups["scan_score"] > run["critical_score"]).all()
    assert (scan.groups["scan_p_value"] < 0.05).all()
    assert (scan.groups["linking_distance_m"] <= 15_000).all()
    # Hardly anything but the sector is at the planted places: they are nearly as dense as can be, N / K.
    most = everything.height / sector.height
    assert 0.9 * most < scan.groups["relative_density"].max() <= most * (1 + 1e-9)
    assert (scan.groups["places"] > 10).all()
    assert scan.groups["address_share"].is_between(0.0, 0.3, closed="right").all()
    density = found_by("hdbscan", sector, everything)
    assert density.runs["critical_score"][0] is None
    assert density.groups.select("scan_score", "relative_density", "scan_p_value").null_count().row(0) == (
        (density.groups.height,) * 3
    )


def run_of(number: int, *p_values: float) -> Found:
    """A run of the scan with a group of ten points for each p-value."""
    sector = Sector("rtic", f"Sector {number}", "gb")
    ids = [sector.group_id(place) for place in range(1, len(p_values) + 1)]
    named = {"scheme": sector.scheme, "sector": sector.sector, "grid": sector.grid}
    sizes = {
        "min_cluster_size": 10,
        "min_samples": 5,
        "epsilon_m": 0.0,
        "critical_score": 7.0,
        "points_fingerprint": "0",
    }
    run = {
        **named,
        "algorithm": "scan",
        "points": 100,
        "groups": len(ids),
        "groups_found": len(ids),
        "noise_points": 100 - 10 * len(ids),
        **sizes,
    }
    figures = {"points": 10, "firms": 10, "scan_score": 9.0, "relative_density": 2.0, "linking_distance_m": 500.0}
    groups = [{"group_id": one, **named, **figures, "scan_p_value": p} for one, p in zip(ids, p_values, strict=True)]
    members = [{"group_id": one, "organisation_id": f"O{n}", "site_id": f"{one}{n}"} for one in ids for n in range(10)]
    return Found(
        pl.DataFrame([run], schema=RUN_COLUMNS),
        pl.DataFrame(groups, schema=GROUP_COLUMNS),
        pl.DataFrame(members, schema=MEMBER_COLUMNS),
    )


def test_p_values_are_adjusted_over_all_runs_those_that_found_nothing_too() -> None:
    month = together([run_of(1, 0.001, 0.04), run_of(2, 0.004), run_of(3), run_of(4)], scan_alpha=0.05)
    assert month.groups["group_id"].to_list() == ["spatial-rtic-sector-1-gb-1", "spatial-rtic-sector-2-gb-1"]
    np.testing.assert_allclose(
        month.groups["scan_q_value"], benjamini_hochberg(np.array([0.001, 0.004, 0.04, 1.0, 1.0]))[:2]
    )
    # Without the two runs that found nothing, the group at 0.04 would have stayed.
    assert together([run_of(1, 0.001, 0.04), run_of(2, 0.004)], scan_alpha=0.05).groups.height == 3


def test_a_group_that_does_not_pass_leaves_its_members_and_its_run() -> None:
    month = together([run_of(1, 0.001, 0.04), run_of(2), run_of(3), run_of(4)], scan_alpha=0.05)
    assert month.runs.select("groups", "noise_points").rows() == [(1, 90), (0, 100), (0, 100), (0, 100)]
    assert set(month.group_members["group_id"]) == {"spatial-rtic-sector-1-gb-1"}


def test_groups_of_other_algorithms_are_not_tested_and_stay() -> None:
    density = found_by("dbscan", *planted())
    month = together([density], scan_alpha=0.05)
    assert month.groups.height == density.groups.height > 0
    assert month.groups["scan_q_value"].null_count() == month.groups.height
    assert together([], scan_alpha=0.05).groups.columns == month.groups.columns


def test_fingerprint_of_points_changes_with_each_of_their_columns_alone() -> None:
    sector, everything = planted()
    ordered = in_site_order(sector.sample(fraction=1, shuffle=True, seed=1))
    same = points_fingerprint(ordered, None)
    assert points_fingerprint(in_site_order(sector), None) == same
    assert points_fingerprint(ordered.reverse(), None) != same
    changes = {
        "site_id": pl.col("site_id") + "x",
        "organisation_id": pl.col("organisation_id") + "x",
        "easting": pl.col("easting") + 1,
        "northing": pl.col("northing") + 1,
        "is_firm": ~pl.col("is_firm"),
    }
    assert len({same, *(points_fingerprint(ordered.with_columns(**{n: e}), None) for n, e in changes.items())}) == 6
    background = background_of(everything.with_columns(pl.Series("firm", firm_numbers(everything))), SpatialMethod())
    fit = NullFit(200, 20, 4.0, 1.0)
    contrasts = [
        Contrast(background, Null((fit,)), "0"),
        Contrast(background, Null((fit,)), "1"),
        Contrast(background, Null((fit, fit)), "0"),
    ]
    assert len({same, *(points_fingerprint(ordered, one) for one in contrasts)}) == 4
    assert find_groups(SECTOR, sector, SpatialMethod(), None).runs["points_fingerprint"].to_list() == [same]
    assert len(points_fingerprint(ordered.clear(), None)) == 16
