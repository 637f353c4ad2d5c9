"""The step of the criteria: each group's figures beside their thresholds, and what it would be beyond them.

What belongs here: reading, calling, what is told. What does not: margins (`assets.methods.trust.margins`), the rules
(`assets.methods.typology`).
"""

from __future__ import annotations

import polars as pl

from assets.warehouse.steps import Rows, StepContext, step

OF_FIGURES = (
    "typology.candidates.rdi_active_share",
    "typology.candidates.rdi_p_value",
    "typology.candidates.colocated_share",
    "typology.candidates.location_quotient",
    "typology.candidates.deciding_q_value",
    "typology.candidates.collaboration_p_value",
    "typology.candidates.firms",
)
OF_THRESHOLDS = (
    "typology.candidates.rdi_min_share",
    "typology.candidates.rdi_alpha",
    "typology.candidates.colocated_min_share",
    "typology.candidates.specialised_alpha",
    "typology.candidates.collaboration_alpha",
    "typology.candidates.min_firms",
)


@step(
    tables=("trust.criteria",),
    inputs=("candidates",),
    per_profile=True,
    lineage={
        "trust.criteria.figure": OF_FIGURES,
        "trust.criteria.threshold": OF_THRESHOLDS,
        "trust.criteria.margin": (*OF_FIGURES, *OF_THRESHOLDS),
        "trust.criteria.is_met": (*OF_FIGURES, *OF_THRESHOLDS),
        "trust.criteria.is_criterion_met": (*OF_FIGURES, *OF_THRESHOLDS),
        "trust.criteria.is_near": (*OF_FIGURES, *OF_THRESHOLDS),
        "trust.criteria.type_if_flipped": (*OF_FIGURES, *OF_THRESHOLDS, "typology.candidates.merged_with"),
    },
)
def criteria(ctx: StepContext) -> Rows:
    """How far each figure of each group is from its threshold, and what the group would be on the other side."""
    from assets.methods.trust.margins import criteria_margins
    from assets.trust.criteria_pictures import near_by_type, near_png

    candidates = ctx.input("candidates")
    if candidates["rdi_min_firms"].null_count():
        raise ValueError(
            f"typology.candidates of {ctx.month} does not have all thresholds, for an earlier version made it: make it "
            f"again with `innovation-clusters refresh --month {ctx.month} --select typology,trust`"
        )
    table = criteria_margins(candidates, ctx.method.spatial.algorithm, ctx.method.trust.near_margin)
    of_clusters = table.drop_nulls("cluster_id")
    near = of_clusters.filter("is_near")
    ctx.report.figure("clusters", of_clusters["cluster_id"].n_unique())
    ctx.report.figure("clusters near a threshold", near["cluster_id"].n_unique())
    ctx.report.figure("groups near a threshold that are no cluster", _groups_outside(table))
    ctx.report.figure(
        "clusters near, by threshold",
        near.group_by("criterion", "figure_name").agg(clusters=pl.col("cluster_id").n_unique()).sort(pl.all()),
    )
    ctx.report.picture("near a threshold", near_png(*near_by_type(table, candidates)))
    return {"trust.criteria": table}


def _groups_outside(table: pl.DataFrame) -> int:
    return table.filter(pl.col("cluster_id").is_null() & pl.col("is_near"))["group_id"].n_unique()
