"""Figures on a cluster, worked by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from assets.methods.typology.areas import list_areas
from assets.methods.typology.indicators import SUMS, growth, list_partners, sector_sites_shares, sum_over_sites


def sites(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    """Member sites with a number of employees; every other figure is 0.10."""
    frame = pl.DataFrame(
        [(group, site, employees and Decimal(employees)) for group, site, employees in rows],
        schema={"group_id": pl.String, "site_id": pl.String, "employees": pl.Decimal(18, 2)},
        orient="row",
    )
    tenth = [
        pl.when(pl.col("site_id").is_not_null()).then(pl.lit(Decimal("0.10")).cast(kind)).alias(name)
        for name, kind in SUMS.items()
        if name != "employees"
    ]
    return frame.with_columns(tenth)


def test_sums_are_exact_and_count_each_site_once() -> None:
    summed = sum_over_sites(sites(("a", "S1", "0.10"), ("a", "S2", "0.20"), ("a", "S2", "0.20"), ("a", None, None)))
    row = summed.row(0, named=True)
    assert (row["sites"], row["employees"]) == (2, Decimal("0.30"))
    assert row["turnover_gbp"] == row["iuk_funding_gbp"] == row["publications_fractional"] == Decimal("0.20")
    assert {name: summed.schema[name] for name in SUMS} == SUMS


def test_employees_are_unknown_only_where_no_site_has_a_figure() -> None:
    summed = sum_over_sites(sites(("a", "S1", None), ("a", "S2", "5"), ("b", "S3", None)))
    assert summed["employees"].to_list() == [Decimal("5.00"), None]


def test_a_group_without_sites_has_no_funding_and_unknown_size() -> None:
    row = sum_over_sites(sites(("a", None, None))).row(0, named=True)
    assert (row["sites"], row["iuk_funding_gbp"], row["turnover_gbp"]) == (0, Decimal(0), None)


def test_share_of_the_sectors_sites() -> None:
    groups = pl.DataFrame({"group_id": ["a", "n"], "scheme": ["sic", None], "sector": ["Healthcare", None]})
    member_sites = pl.DataFrame({"group_id": ["a", "a", "a", "n"], "site_id": ["S1", "S2", "S2", "S1"]})
    sector_sites = pl.DataFrame({"scheme": ["sic", "rtic"], "sector": ["Healthcare"] * 2, "sites": [8, 2]})
    assert sector_sites_shares(groups, member_sites, sector_sites).rows() == [("a", 0.25)]


def test_partners_outside_by_joint_applications_each_counted_once() -> None:
    members = pl.DataFrame({"group_id": ["a"] * 3, "organisation_id": ["F1", "F2", "F2"]})
    participations = pl.DataFrame(
        [
            ("P1", "F1"),
            ("P1", "F2"),
            ("P1", "U1"),  # with two members: one application
            ("P2", "F1"),
            ("P2", "U2"),
            ("P3", "F2"),
            ("P3", "U2"),
            ("P3", "X1"),
            ("P4", "U1"),
            ("P4", "X1"),  # without a member
        ],
        schema=["application_id", "organisation_id"],
        orient="row",
    )
    names = pl.DataFrame({"organisation_id": ["U1", "U2", "X1"], "name": ["University One", "University Two", "X Ltd"]})
    assert list_partners(members, participations, names, 5).rows() == [
        ("a", "University Two (2); University One (1); X Ltd (1)")
    ]
    assert list_partners(members, participations, names, 1).rows() == [("a", "University Two (2)")]


def test_growth_over_the_same_cluster() -> None:
    kinds: dict[str, Any] = {"cluster_id": pl.String, "firms": pl.Int64, "employees": pl.Decimal(18, 2)}
    now = pl.DataFrame([("A", 12, Decimal(50)), ("B", 12, None), ("C", 12, Decimal(5))], schema=kinds, orient="row")
    then = pl.DataFrame([("A", 10, Decimal(100)), ("B", 24, Decimal(1)), ("D", 1, None)], schema=kinds, orient="row")
    rounded = growth(now, then).with_columns(pl.selectors.float().round(12))
    assert rounded.rows() == [("A", 0.2, -0.5), ("B", -0.5, None), ("C", None, None)]


def test_areas_most_sites_first_by_name_else_by_code() -> None:
    member_sites = pl.DataFrame(
        [
            ("a", "S1", "E12000003"),
            ("a", "S2", "E12000002"),
            ("a", "S3", "E12000002"),
            ("a", "S3", "E12000002"),
            ("a", "S4", "E12000003"),
            ("a", "S5", "E12000002"),
            ("a", "S6", "X99"),
            ("a", "S7", None),
            ("b", "S1", None),
        ],
        schema=["group_id", "site_id", "region_code"],
        orient="row",
    )
    names = pl.DataFrame(
        {
            "layer": ["region", "region", "local_authority"],
            "code": ["E12000002", "E12000003", "X99"],
            "name": ["North West", "Yorkshire and The Humber", "not a region"],
        }
    )
    assert list_areas(member_sites, names, "region").rows() == [("a", "North West; Yorkshire and The Humber; X99")]
