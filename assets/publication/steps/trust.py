"""The steps that put what is known of the clusters' trust and history through disclosure control.

What belongs here: reading, calling, handing back. What does not: any rule (`assets/methods/disclosure`); stability,
margins, localisation, agreement and history themselves, which the layers before have made.
"""

from __future__ import annotations

import polars as pl

from assets.warehouse.steps import Rows, StepContext, sql_step, step

AUDIT, OUTLINES, TIMELINE = "publication.cluster_audit", "publication.stable_outlines", "publication.timeline"
CLUSTERS = "timeline_clusters"


@step(
    tables=[OUTLINES],
    inputs=("sure_outlines",),
    may_lack="any",
)
def stable_outlines(ctx: StepContext) -> Rows:
    """The outlines of each cluster's sure members, where enough of these are firms; their numbers are not given."""
    from assets.methods.disclosure.outlines import coarse_outlines

    found = ctx.input("sure_outlines")
    enough = found.filter(pl.col("firms") >= ctx.method.publication.disclosure_min_firms)
    ctx.report.figure("outlines", enough.height)
    ctx.report.figure("outlines of too few firms", found.height - enough.height)
    return {OUTLINES: enough.drop("firms").with_columns(coarse_outlines(enough["outline_wkt"]))}


@step(
    tables=[AUDIT],
    inputs=("audits",),
    lineage={
        f"{AUDIT}.{name}_{kind}": [f"audits.{column}" for column in of]
        for name, of in {
            "registered_office_only": ("registered_office_only_firms", "firms"),
            "estimated_figures": ("estimated_firms", "figured_firms"),
            "fallback_coordinates": ("fallback_sites", "located_sites"),
        }.items()
        for kind in ("share", "band")
    },
    may_lack="any",
)
def cluster_audit(ctx: StepContext) -> Rows:
    """The audit of each cluster: shares, or their bands where a count of few firms follows from the share."""
    from assets.methods.disclosure.audits import audit_shares

    made = audit_shares(ctx.input("audits"), ctx.method.publication)
    for name in ("registered_office_only", "estimated_figures", "fallback_coordinates"):
        ctx.report.figure(f"clusters with a band: {name}", made[f"{name}_band"].count())
    return {AUDIT: made}


@step(
    tables=[TIMELINE],
    inputs=(CLUSTERS, "places"),
    lineage={
        f"{TIMELINE}.dimension": [],
        f"{TIMELINE}.member": [
            *(f"{CLUSTERS}.{column}" for column in ("scheme", "sector", "main_region", "outline_wkt")),
            *(f"places.{column}" for column in ("name", "region", "latitude", "longitude")),
        ],
        f"{TIMELINE}.clusters": [f"{CLUSTERS}.cluster_id"],
        f"{TIMELINE}.born": [f"{CLUSTERS}.is_born"],
        f"{TIMELINE}.ended": [f"{CLUSTERS}.is_ended"],
    },
    may_lack="any",
)
def timeline(ctx: StepContext) -> Rows:
    """Clusters and their firms of the month, counted over all, sectors, regions and towns: a month's row of each time
    line on the map."""
    from assets.methods.typology.timeline import month_counts

    made = month_counts(ctx.input(CLUSTERS), ctx.input("places"))
    ctx.report.figure("rows by dimension", made.group_by("dimension").len("rows").sort("dimension"))
    return {TIMELINE: made}


TRUST_STEPS = (
    sql_step("publication.stability", may_lack="any"),
    sql_step("publication.criterion_margins", may_lack="any"),
    sql_step("publication.localisation", may_lack="any"),
    sql_step("publication.method_agreement", may_lack="any"),
    sql_step("publication.agreement_map", may_lack="any"),
    sql_step("publication.history", may_lack="any"),
    stable_outlines,
    cluster_audit,
    timeline,
)
"""Each after what it reads."""
