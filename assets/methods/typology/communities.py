"""What a spatial group brings with it and a community does not: its sites, and its location quotients.

What belongs here: the choice of sites and of what quotients compare. What does not: whether a community is co-located
(the network layer), the arithmetic of quotients and outlines (the spatial layer).
"""

from __future__ import annotations

import polars as pl

from assets.methods.statistics.quotients import location_quotients


def community_members(
    members: pl.DataFrame, sites: pl.DataFrame, communities: pl.DataFrame, organisations: pl.DataFrame, radius_m: float
) -> pl.DataFrame:
    """Organisations and sites of each community [ours].

    `members`: `group_id`, `organisation_id`; `sites`: `site_id`, `organisation_id`, `grid`, `easting`, `northing`
    (metres), located ones; `communities`: `group_id`, `is_colocated`, `centre_organisation_id`; `organisations`:
    `organisation_id`, `is_firm`. Returns `group_id`, `organisation_id`, `site_id`, by these.

    - A Dispersed community has every located site of its members.
    - A co-located one has those within `radius_m` of its middle: the site of the centre organisation that most of
      its firms have a site near. A chain's branches elsewhere belong to no local cluster, whatever its laboratory
      here does with its neighbours, and must not lend it their employees and turnover.
    - A member with no such site stays a member, with `site_id` null.
    """
    placed = members.join(
        sites.select("organisation_id", "site_id", "grid", "easting", "northing"), on="organisation_id"
    )
    colocated = communities.filter(pl.col("is_colocated")).select("group_id", "centre_organisation_id")
    local = placed.join(colocated, on="group_id")
    around = local.filter(pl.col("organisation_id") == pl.col("centre_organisation_id")).select(
        "group_id", "grid", middle_id="site_id", middle_easting="easting", middle_northing="northing"
    )
    distance_m = (
        (pl.col("easting") - pl.col("middle_easting")) ** 2 + (pl.col("northing") - pl.col("middle_northing")) ** 2
    ).sqrt()
    near = (
        local.join(around, on=["group_id", "grid"])
        .filter(distance_m <= radius_m)
        .join(organisations.select("organisation_id", "is_firm"), on="organisation_id", how="left")
    )
    middles = (
        near.group_by("group_id", "middle_id")
        .agg(firms=pl.col("organisation_id").filter(pl.col("is_firm")).n_unique())
        .sort("group_id", "firms", "middle_id", descending=[False, True, False])
        .unique("group_id", keep="first", maintain_order=True)
    )
    in_place = near.join(middles, on=["group_id", "middle_id"], how="semi")
    anywhere = placed.join(colocated, on="group_id", how="anti")
    columns = ["group_id", "organisation_id", "site_id"]
    with_site = pl.concat([in_place.select(columns), anywhere.select(columns)]).unique()
    return members.join(with_site, on=["group_id", "organisation_id"], how="left").sort(columns, nulls_last=True)


def community_quotients(
    members: pl.DataFrame,
    sectors: pl.DataFrame,
    organisations: pl.DataFrame,
    national: pl.DataFrame,
    national_firms: int,
    alpha: float,
) -> pl.DataFrame:
    """Location quotient of each community for each sector that its firms have.

    `members`: `group_id`, `organisation_id`; `sectors`: `organisation_id`, `scheme`, `sector`; `organisations`:
    `organisation_id`, `is_firm`; `national`: `scheme`, `sector`, `firms`. A community is people who work together, not
    a place: its sectors are compared with all of its own firms (`outline_firms`), wherever they are [ours]. Returns
    the columns of `spatial.location_quotients`.
    """
    is_firm = organisations.filter(pl.col("is_firm")).select("organisation_id")
    firms = members.select("group_id", "organisation_id").unique().join(is_firm, on="organisation_id", how="semi")
    counts = (
        firms.join(sectors.unique(), on="organisation_id")
        .group_by("group_id", "scheme", "sector")
        .agg(sector_firms=pl.len().cast(pl.Int64))
        .join(firms.group_by("group_id").agg(outline_firms=pl.len().cast(pl.Int64)), on="group_id")
        .join(national.select("scheme", "sector", national_sector_firms="firms"), on=["scheme", "sector"])
        .with_columns(national_firms=pl.lit(national_firms, dtype=pl.Int64))
    )
    return location_quotients(counts, alpha)
