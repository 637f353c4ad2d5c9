"""The steps of the typology: from tested groups to published clusters, their members, figures and history.

What belongs here: reading, calling, handing back. What does not: any rule of the method. Method modules are imported
when the step runs: the libraries under them take longer to load than all definitions together.
"""

from __future__ import annotations

import polars as pl

from assets.typology.history import HISTORY, SOURCES_OF_THE_MONTH
from assets.typology.lineage import LINEAGE
from assets.warehouse.rows import as_declared
from assets.warehouse.steps import Step, StepContext, sql_step, step

METRES_IN_A_KILOMETRE = 1000
MONTHS_IN_A_YEAR = 12


@step(
    tables=[
        "typology.candidates",
        "typology.innovation_clusters",
        "typology.cluster_members",
        "typology.cluster_events",
        "typology.cluster_indicators",
    ],
    inputs=(
        "all_firms",
        "area_names",
        "community_sectors",
        "corresponding_sectors",
        "earlier_clusters",
        "earlier_firms",
        "earlier_month",
        "groups",
        "network_members",
        "organisation_names",
        "organisations",
        "outlines",
        "participations",
        "quotients",
        "sector_firms",
        "sector_sites",
        "sites",
        "spatial_members",
        "towns",
        "unfollowed_firms",
    ),
    per_profile=True,
    lineage=LINEAGE,
)
def clusters(ctx: StepContext) -> dict[str, pl.DataFrame]:
    """Put every group to the four criteria, publish those with a type, and follow them from the month before.

    Earlier months of the same profile are read where the warehouse has them (so months are made in order): identifiers
    go on from the latest of them, growth compares with the one a year before.
    """
    from assets.methods.typology.candidates import form_clusters, merge, publishable
    from assets.methods.typology.criteria import decide_by_network
    from assets.methods.typology.description import describe, place
    from assets.typology.reports import cluster_map, counts_by_type, largest_clusters

    groups = decide_by_network(ctx.input("groups"), ctx.method.network)
    communities = _communities(ctx, groups)
    judged = _judged(ctx, groups, communities)
    # Most groups are not published: what stands on a cluster is read for the others alone.
    published = "\n".join(publishable(judged)["group_id"])
    members = pl.concat([ctx.input("spatial_members", groups=published), communities])
    organisations, sites = (ctx.input(name, groups=published) for name in ("organisations", "sites"))
    firms = members.join(organisations.filter("is_firm"), on="organisation_id", how="semi")
    merged = merge(judged, firms, ctx.method.typology.same_cluster_share)
    formed, events = _identified(ctx, form_clusters(merged), members, firms)

    of_clusters = formed.select("group_id", "cluster_id")
    cluster_members = members.join(of_clusters, on="group_id")
    member_sites = (
        members.join(of_clusters, on="group_id", how="semi")
        .join(organisations.select("organisation_id", "is_firm"), on="organisation_id", how="left")
        .join(sites.drop("organisation_id"), on="site_id", how="left")
    )
    outlines = pl.concat([ctx.input("outlines"), _community_outlines(ctx, formed, member_sites)])
    placed = place(formed, outlines, member_sites)
    towns, most_towns = ctx.input("towns"), ctx.method.typology.name_towns
    described = describe(placed, member_sites, towns, ctx.input("area_names"), most_towns)
    complete = _with_figures(ctx, described, cluster_members, member_sites)

    ctx.report.figure("clusters by type", counts_by_type(complete))
    ctx.report.figure("largest clusters", largest_clusters(complete))
    ctx.report.picture("clusters", cluster_map(complete, towns))
    return {
        "typology.candidates": as_declared("typology.candidates", _candidates(merged, of_clusters)),
        "typology.innovation_clusters": as_declared("typology.innovation_clusters", complete),
        "typology.cluster_members": as_declared(
            "typology.cluster_members",
            cluster_members.join(
                organisations.select("organisation_id", "is_firm"),
                on="organisation_id",
                how="left",
                maintain_order="left",
            ),
        ),
        "typology.cluster_events": events,
        "typology.cluster_indicators": as_declared("typology.cluster_indicators", complete),
    }


def _communities(ctx: StepContext, groups: pl.DataFrame) -> pl.DataFrame:
    """Members and sites of the communities."""
    from assets.methods.typology.communities import community_members

    return community_members(
        ctx.input("network_members"),
        ctx.input("sites", groups=""),
        groups.filter(pl.col("approach") == "network"),
        ctx.input("organisations", groups=""),
        ctx.method.network.colocation_km * METRES_IN_A_KILOMETRE,
    )


def _judged(ctx: StepContext, groups: pl.DataFrame, communities: pl.DataFrame) -> pl.DataFrame:
    from assets.methods.typology.candidates import judge
    from assets.methods.typology.communities import community_quotients

    sector_firms, all_firms = ctx.input("sector_firms"), ctx.input("all_firms")
    of_spatial = ctx.input("quotients")
    of_communities = community_quotients(
        communities,
        ctx.input("community_sectors"),
        ctx.input("organisations", groups=""),
        sector_firms,
        all_firms["firms"].item(),
        ctx.method.spatial.lq_alpha,
    )
    quotients = pl.concat([of_spatial, of_communities.select(of_spatial.columns)])
    located = communities.drop_nulls("site_id")["group_id"].unique()
    return judge(groups, located, sector_firms, all_firms, quotients, ctx.method)


def _identified(
    ctx: StepContext, formed: pl.DataFrame, members: pl.DataFrame, firms: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    from assets.methods.identity.identity import follow, newborn_ids

    born = newborn_ids(formed, members.join(formed, on="group_id", how="semi"), ctx.method.name, ctx.month.first_day)
    earlier_month = ctx.input("earlier_month")["month"].item()
    unfollowed = ctx.input("unfollowed_firms", earlier_month=earlier_month)
    followed = firms.join(formed, on="group_id", how="semi").join(unfollowed, on="organisation_id", how="anti")
    earlier_firms = ctx.input("earlier_firms", earlier_month=earlier_month)
    identities, events = follow(
        formed.join(born, on="group_id"),
        followed,
        ctx.input("earlier_clusters", earlier_month=earlier_month),
        earlier_firms.join(unfollowed, on="organisation_id", how="anti"),
        earlier_month,
        ctx.method.typology.identity_min_share,
        ctx.input("corresponding_sectors", earlier_month=earlier_month),
    )
    return formed.join(identities, on="group_id", maintain_order="left"), events


def _community_outlines(ctx: StepContext, formed: pl.DataFrame, member_sites: pl.DataFrame) -> pl.DataFrame:
    from assets.methods.geometry.outlines import outline_table

    local = formed.filter((pl.col("approach") == "network") & pl.col("is_colocated"))
    points = member_sites.join(local, on="group_id", how="semi").drop_nulls("site_id")
    outlines = outline_table(points, ctx.method.spatial.hull_ratio, ctx.method.spatial.outline_buffer_m)
    return outlines.select("group_id", "outline_wkt", "area_km2", "latitude", "longitude")


def _with_figures(
    ctx: StepContext, described: pl.DataFrame, cluster_members: pl.DataFrame, member_sites: pl.DataFrame
) -> pl.DataFrame:
    from assets.methods.typology.indicators import growth, list_partners, sector_sites_shares, sum_over_sites

    by_group = [
        sum_over_sites(member_sites),
        sector_sites_shares(described, member_sites, ctx.input("sector_sites")),
        list_partners(
            cluster_members,
            ctx.input("participations"),
            ctx.input("organisation_names"),
            ctx.method.typology.largest_partners,
        ),
    ]
    complete = described
    for frame in by_group:
        complete = complete.join(frame, on="group_id", how="left", maintain_order="left")
    year_before = ctx.input("earlier_clusters", earlier_month=ctx.month.plus(-MONTHS_IN_A_YEAR).first_day)
    return complete.join(growth(complete, year_before), on="cluster_id", maintain_order="left").with_columns(
        pl.col("largest_partners").fill_null(""),
        funded_firms_share=pl.col("funded_firms") / pl.col("firms"),
        scan_p_value="scan_q_value",
    )


def _candidates(merged: pl.DataFrame, of_clusters: pl.DataFrame) -> pl.DataFrame:
    """The groups with the cluster each became: a community that is also a spatial group bears the one they make."""
    absorbed_by = of_clusters.rename({"group_id": "merged_with", "cluster_id": "absorbed_by"})
    return (
        merged.join(of_clusters, on="group_id", how="left", maintain_order="left")
        .join(absorbed_by, on="merged_with", how="left", maintain_order="left")
        .with_columns(pl.coalesce("cluster_id", "absorbed_by"), location_quotient="tested_quotient")
    )


@step(
    tables=["typology.institutions_inside"],
    inputs=("cluster_outlines", "institution_points"),
    per_profile=True,
    lineage={
        "typology.institutions_inside.cluster_id": ["cluster_outlines.cluster_id", "cluster_outlines.outline_wkt"],
        "typology.institutions_inside.institution_key": [
            "institution_points.latitude",
            "institution_points.longitude",
        ],
    },
)
def institutions_inside(ctx: StepContext) -> dict[str, pl.DataFrame]:
    """The institutions of publications in the outline of each cluster."""
    from assets.methods.typology.institutions import institutions_inside as inside

    found = inside(ctx.input("cluster_outlines"), ctx.input("institution_points"))
    ctx.report.figure("institutions in an outline", found["institution_key"].n_unique())
    ctx.report.figure("clusters with an institution", found["cluster_id"].n_unique())
    return {"typology.institutions_inside": found}


STEPS: tuple[Step, ...] = (
    *SOURCES_OF_THE_MONTH,
    clusters,
    *HISTORY,
    sql_step("typology.cluster_counts"),
    institutions_inside,
    sql_step("typology.cluster_institutions"),
)
