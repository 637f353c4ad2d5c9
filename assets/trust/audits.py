"""The steps of the audits: money that stands at no place, and what each cluster rests on.

What belongs here: which audits there are, and what is told of them. What does not: what counts as an estimate or as a
rough place, which are the queries in `sql/trust`.
"""

from __future__ import annotations

from assets.warehouse.steps import StepContext, sql_step


def tell_unplaced(ctx: StepContext) -> None:
    """Money that stands at no place, by source and reason, in GBP, beside what has one."""
    from assets.trust.audit_pictures import reason_picture

    unplaced = ctx.read(
        "select source, reason, awards, gbp, placed_gbp from trust.unplaced_money "
        "where month = $month order by source, gbp desc, reason"
    )
    ctx.report.figure("money without a place", unplaced)
    if unplaced.height:
        ctx.report.picture("money without a place", reason_picture(unplaced))


def tell_audit(ctx: StepContext) -> None:
    """Means over the clusters, and the clusters that rest most on paper addresses."""
    from assets.trust.audit_pictures import share_picture

    ctx.report.figure(
        "means over clusters",
        ctx.read(
            "select count(*) as clusters, round(avg(registered_office_only_share), 3) as registered_office_only, "
            "round(avg(estimated_figures_share), 3) as estimated_figures, "
            "round(avg(fallback_coordinates_share), 3) as fallback_coordinates "
            "from trust.cluster_audit where month = $month and profile = $profile"
        ),
    )
    ctx.report.picture(
        "what the clusters rest on",
        share_picture(ctx.read("select * from trust.cluster_audit where month = $month and profile = $profile")),
    )
    ctx.report.figure(
        "clusters with most firms present by registered office alone",
        ctx.read(
            "select cluster_id, firms, registered_office_only_firms from trust.cluster_audit "
            "where month = $month and profile = $profile "
            "order by registered_office_only_share desc nulls last, cluster_id limit 10"
        ),
    )


cluster_audit = sql_step("trust.cluster_audit", tell_audit)
unplaced_money = sql_step("trust.unplaced_money", tell_unplaced)
