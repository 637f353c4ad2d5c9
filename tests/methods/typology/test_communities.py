"""Which sites a community has, and the sectors of its firms."""

from __future__ import annotations

import polars as pl
import pytest

from assets.methods.typology.communities import community_members, community_quotients

ORGANISATIONS = pl.DataFrame(
    {"organisation_id": ["F1", "F2", "F3", "F4", "U1"], "is_firm": [True, True, True, True, False]}
)
# F1 has a laboratory here and branches far off; F2 lies 25 km from it, F3 just beyond; F4 is not located.
SITES = pl.DataFrame(
    [
        ("F1-lab", "F1", "gb", 400_000.0, 300_000.0),
        ("F1-branch", "F1", "gb", 500_000.0, 300_000.0),
        ("F1-belfast", "F1", "ni", 400_000.0, 300_000.0),
        ("F2-a", "F2", "gb", 425_000.0, 300_000.0),
        ("F3-a", "F3", "gb", 400_000.0, 325_000.1),
        ("U1-a", "U1", "gb", 401_000.0, 300_000.0),
        ("U1-b", "U1", "gb", 499_000.0, 300_000.0),
        ("U1-c", "U1", "gb", 498_000.0, 300_000.0),
    ],
    schema=["site_id", "organisation_id", "grid", "easting", "northing"],
    orient="row",
)
EVERYBODY = ["F1", "F2", "F3", "F4", "U1"]


def members(is_colocated: bool, centre: str | None = "F1") -> list[tuple[object, object]]:
    community = pl.DataFrame(
        {"group_id": ["n"], "is_colocated": [is_colocated], "centre_organisation_id": [centre]},
        schema_overrides={"centre_organisation_id": pl.String},
    )
    of_group = pl.DataFrame({"group_id": ["n"] * 5, "organisation_id": EVERYBODY})
    return (
        community_members(of_group, SITES, community, ORGANISATIONS, 25_000).select("organisation_id", "site_id").rows()
    )


def test_a_dispersed_community_has_every_located_site() -> None:
    found = members(is_colocated=False)
    assert {site for _, site in found} == {*SITES["site_id"], None}
    assert [organisation for organisation, site in found if site is None] == ["F4"]


def test_a_colocated_one_has_the_sites_around_its_middle_and_keeps_all_members() -> None:
    # At the laboratory are two firms, at the branch one firm and a university twice: firms decide.
    assert members(is_colocated=True) == [
        ("F1", "F1-lab"),
        ("F2", "F2-a"),
        ("F3", None),
        ("F4", None),
        ("U1", "U1-a"),
    ]


def test_grids_are_kept_apart() -> None:
    assert ("F1", "F1-belfast") not in members(is_colocated=True)


def test_sectors_are_counted_over_the_communitys_own_firms() -> None:
    of_group = pl.DataFrame({"group_id": ["n"] * 6, "organisation_id": [*EVERYBODY, "F1"]})
    sectors = pl.DataFrame(
        [
            ("F1", "sic", "Healthcare"),
            ("F2", "sic", "Healthcare"),
            ("F2", "rtic", "MedTech"),
            ("U1", "sic", "Healthcare"),
            ("F9", "sic", "Healthcare"),
        ],
        schema=["organisation_id", "scheme", "sector"],
        orient="row",
    )
    national = pl.DataFrame(
        {"scheme": ["sic", "rtic", "sic"], "sector": ["Healthcare", "MedTech", "Mining"], "firms": [100, 5, 7]}
    )
    counted = community_quotients(of_group, sectors, ORGANISATIONS, national, 1_000, 0.05)
    assert counted.select(
        "group_id", "scheme", "sector", "sector_firms", "outline_firms", "location_quotient"
    ).rows() == [
        ("n", "rtic", "MedTech", 1, 4, pytest.approx((1 / 4) / (5 / 1_000))),
        ("n", "sic", "Healthcare", 2, 4, pytest.approx((2 / 4) / (100 / 1_000))),
    ]
