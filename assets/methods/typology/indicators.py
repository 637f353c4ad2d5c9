"""The figures that stand on a cluster: sums over its sites, shares, partners, growth.

What belongs here: arithmetic over members and over the same cluster a year before. What does not: the criteria
(criteria), disclosure control (the publication layer).
"""

from __future__ import annotations

import polars as pl

SUMS = {
    "employees": pl.Decimal(18, 2),
    "turnover_gbp": pl.Decimal(18, 2),
    "iuk_funding_gbp": pl.Decimal(18, 2),
    "ukri_funding_gbp": pl.Decimal(18, 2),
    "publications": pl.Decimal(18, 2),
    "publications_fractional": pl.Decimal(18, 4),
}
MAY_BE_UNKNOWN = ("employees", "turnover_gbp")


def sum_over_sites(member_sites: pl.DataFrame) -> pl.DataFrame:
    """Add up what is apportioned to the sites of each group, in decimals.

    `member_sites`: `group_id`, `site_id` (null for a member without a site in the group) and the columns of SUMS. A
    site counts once a group. Employees and turnover are null where no site of the group has a figure; where some
    have, the others add nothing. Returns `group_id`, `sites`, and the sums, by group.
    """
    known = [
        pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).cast(kind).alias(name)
        if name in MAY_BE_UNKNOWN
        else pl.col(name).sum().cast(kind).alias(name)
        for name, kind in SUMS.items()
    ]
    return (
        member_sites.unique(["group_id", "site_id"])
        .group_by("group_id")
        .agg(pl.col("site_id").count().cast(pl.Int64).alias("sites"), *known)
        .sort("group_id")
    )


def sector_sites_shares(groups: pl.DataFrame, member_sites: pl.DataFrame, sector_sites: pl.DataFrame) -> pl.DataFrame:
    """Share of the sector's sites that lie in each group.

    `groups`: `group_id`, `scheme`, `sector`; `member_sites`: `group_id`, `site_id`; `sector_sites`: `scheme`,
    `sector`, `sites` in the United Kingdom. Groups of no sector (communities) are left out. Returns `group_id`,
    `sector_sites_share`.
    """
    inside = member_sites.group_by("group_id").agg(inside=pl.col("site_id").n_unique())
    return (
        groups.join(sector_sites, on=["scheme", "sector"])
        .join(inside, on="group_id")
        .select("group_id", sector_sites_share=pl.col("inside") / pl.col("sites"))
        .sort("group_id")
    )


def list_partners(
    members: pl.DataFrame, participations: pl.DataFrame, organisation_names: pl.DataFrame, most: int
) -> pl.DataFrame:
    """The organisations outside each group with the most applications joint with any of its members.

    `members`: `group_id`, `organisation_id`; `participations`: `application_id`, `organisation_id`;
    `organisation_names`: `organisation_id`, `name` of those that may be listed. An application with several members
    counts once for a partner, so it is counted here and not added up over edges. Returns `group_id`,
    `largest_partners` (`name (n)`, at most `most`, separated by `; `); a group without partners is left out.
    """
    inside = members.select("group_id", "organisation_id").unique()
    applications = inside.join(participations, on="organisation_id").select("group_id", "application_id").unique()
    partners = (
        applications.join(participations.select("application_id", "organisation_id").unique(), on="application_id")
        .join(organisation_names, on="organisation_id", how="semi")
        .join(inside, on=["group_id", "organisation_id"], how="anti")
        .group_by("group_id", "organisation_id")
        .len("joint")
        .sort("group_id", "joint", "organisation_id", descending=[False, True, False])
        .group_by("group_id", maintain_order=True)
        .head(most)
    )
    return (
        partners.join(organisation_names, on="organisation_id", maintain_order="left")
        .group_by("group_id", maintain_order=True)
        .agg(largest_partners=pl.format("{} ({})", "name", "joint").str.join("; "))
    )


def growth(clusters: pl.DataFrame, year_before: pl.DataFrame) -> pl.DataFrame:
    """Growth of each cluster over the same cluster twelve months before.

    Both frames: `cluster_id`, `firms`, `employees`. Returns `cluster_id`, `firms_growth_share`,
    `employees_growth_share` (now / then - 1); null where the cluster or the figure is missing, or was 0.
    """
    both = clusters.join(year_before, on="cluster_id", how="left", suffix="_then", maintain_order="left")
    return both.select("cluster_id", *[_growth(name).alias(f"{name}_growth_share") for name in ("firms", "employees")])


def _growth(name: str) -> pl.Expr:
    then = pl.col(f"{name}_then").cast(pl.Float64)
    return pl.when(then > 0).then(pl.col(name).cast(pl.Float64) / then - 1)
