"""Steps of the layer `organisations`, in run order.

What belongs here: which tables are made, after which, and what is told of them. What does not: rules, which are the
queries in `sql/organisations`; the linkage model; the projection of institutions.
"""

from __future__ import annotations

from assets.methods.linkage.institutions import institution_points as project_institutions
from assets.methods.linkage.linkage import link
from assets.organisations.reports import (
    tell_counted_units,
    tell_matches,
    tell_organisations,
    tell_sites,
    tell_uncounted,
    tell_unlocated,
)
from assets.warehouse.steps import Rows, Step, StepContext, sql_step, step


@step(
    tables=["organisations.links"],
    inputs=("unmatched_records",),
    lineage={
        "organisations.links.match_probability": [
            f"organisations.link_candidates.{column}" for column in ("normalised_name", "postcode", "rare_tokens")
        ]
    },
)
def links(ctx: StepContext) -> Rows:
    """Records that record linkage takes for an anchored organisation, where no exact rule said which."""
    candidates = ctx.input("unmatched_records")
    linked = link(candidates, ctx.method.organisations.link_threshold, ctx.method.linkage)
    ctx.report.figure("unmatched records", candidates["record_key"].count())
    ctx.report.figure("linked records", linked.height)
    return {"organisations.links": linked}


@step(
    tables=["organisations.institution_points"],
    inputs=("institutions",),
    lineage={
        f"organisations.institution_points.{column}": [
            "sources.institutions.latitude",
            "sources.institutions.longitude",
            "sources.ror.latitude",
            "sources.ror.longitude",
        ]
        for column in ("easting", "northing", "grid")
    },
)
def institution_points(ctx: StepContext) -> Rows:
    """Where the institutions of publications are, projected to their grid; by the registry of institutions where the
    publications do not say."""
    institutions = ctx.input("institutions")
    return {"organisations.institution_points": project_institutions(institutions)}


STEPS: tuple[Step, ...] = (
    sql_step("organisations.source_records"),
    sql_step("organisations.source_places"),
    sql_step("organisations.anchors"),
    sql_step("organisations.name_matches"),
    sql_step("organisations.link_candidates"),
    links,
    sql_step("organisations.matches", tell_matches),
    institution_points,
    sql_step("organisations.projects"),
    sql_step("organisations.project_partners"),
    sql_step("organisations.participations"),
    sql_step("organisations.rdi_activity"),
    sql_step("organisations.counted_areas"),
    sql_step("organisations.counted_units", tell_counted_units),
    sql_step("organisations.sites", tell_sites),
    sql_step("organisations.formation_agents"),
    sql_step("organisations.site_codes"),
    sql_step("organisations.site_sectors"),
    sql_step("organisations.organisations", tell_organisations),
    sql_step("organisations.uncounted_funding", tell_uncounted),
    sql_step("organisations.funding"),
    sql_step("organisations.site_funding"),
    sql_step("organisations.unlocated_funding", tell_unlocated),
    sql_step("organisations.apportioned_sites"),
)
"""Every step of the layer, each after what it reads."""
