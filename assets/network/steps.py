"""The steps of the network layer, in run order.

What belongs here: reading, calling a method module, handing its frames back. What does not: any method. Method modules
are imported when a step runs: the libraries under them take longer to load than all definitions together.
"""

from __future__ import annotations

import polars as pl

from assets.warehouse.steps import Rows, Step, StepContext, sql_step, step


@step(
    tables=("network.runs", "network.groups", "network.group_members"),
    inputs=("participations", "firms"),
    per_profile=True,
    lineage={
        "network.runs.applications": ["network.participations.application_id"],
        "network.runs.organisations": ["network.participations.organisation_id"],
        "network.groups.organisations": ["network.participations.organisation_id"],
        "network.groups.firms": ["organisations.organisations.is_firm"],
        "network.groups.partnerships": ["network.participations.application_id"],
    },
)
def communities(ctx: StepContext) -> Rows:
    """Communities of organisations that took part in the same applications: by consensus, or by the scan."""
    from assets.methods.communities.groups import find_communities
    from assets.network.reports import sizes_png

    participations = ctx.input("participations")
    firms = ctx.input("firms")["organisation_id"]
    found = find_communities(participations, firms, ctx.method.network, ctx.engine)
    for reason in found.runs["skipped_reason"].drop_nulls():
        ctx.report.say(f"no communities: {reason}")
    ctx.report.figure("communities", found.groups.height)
    ctx.report.figure("organisations in a community", found.group_members.height)
    ctx.report.figure("modularity", found.runs["modularity"].item())
    ctx.report.figure("largest communities", found.groups.head(10))
    applications = participations.group_by("organisation_id").len("applications")
    ctx.report.picture("applications an organisation", sizes_png(applications["applications"], "applications"))
    ctx.report.picture("organisations a community", sizes_png(found.groups["organisations"], "organisations"))
    return {
        "network.runs": found.runs,
        "network.groups": found.groups,
        "network.group_members": found.group_members,
    }


@step(
    tables=("network.colocation",),
    inputs=("communities", "member_sites"),
    per_profile=True,
    lineage={
        "network.colocation.located_firms": ["organisations.sites.easting", "organisations.organisations.is_firm"],
        "network.colocation.colocated_firms": ["organisations.sites.easting", "organisations.sites.northing"],
        "network.colocation.centre_organisation_id": ["network.group_members.organisation_id"],
    },
)
def colocation(ctx: StepContext) -> Rows:
    """How near one another the firms of each community lie: criterion 2 for a community."""
    from assets.methods.communities.colocation import colocation as colocation_of

    table = colocation_of(ctx.input("communities")["group_id"], ctx.input("member_sites"), ctx.method.network)
    ctx.report.figure("communities", table.height)
    ctx.report.figure("co-located", table["is_colocated"].sum())
    return {"network.colocation": table}


@step(
    tables=("network.collaboration_tests",),
    inputs=("participations", "members_of_all_groups"),
    per_profile=True,
    lineage={
        "network.collaboration_tests.joint_projects": ["network.participations.application_id"],
        "network.collaboration_tests.joint_pairs": ["network.participations.organisation_id"],
    },
)
def collaboration_tests(ctx: StepContext) -> Rows:
    """Whether each group, spatial or network, works together more than chance: criterion 4."""
    from assets.methods.communities.collaboration import group_tests
    from assets.methods.communities.degree_null import forget_networks
    from assets.methods.communities.graph import NO_APPLICATIONS

    participations = ctx.input("participations")
    members = ctx.input("members_of_all_groups")
    table = group_tests(participations, members, ctx.method.network, ctx.engine)
    if ctx.method in ctx.profiles[-1:]:
        forget_networks()
    if participations.is_empty():
        ctx.report.say(f"no group is internally collaborative: {NO_APPLICATIONS}")
    approach = pl.col("group_id").str.split("-").list.first().alias("approach")
    ctx.report.figure(
        "groups tested",
        table.group_by(approach)
        .agg(pl.len().alias("groups"), pl.col("is_internally_collaborative").sum().alias("collaborative"))
        .sort("approach"),
    )
    return {"network.collaboration_tests": table}


STEPS: tuple[Step, ...] = (
    sql_step("network.participations"),
    sql_step("network.edges"),
    communities,
    colocation,
    collaboration_tests,
    sql_step("network.institution_ties"),
)
