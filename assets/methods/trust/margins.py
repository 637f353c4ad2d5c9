"""How far each figure of a group is from its threshold, and what the group would be beyond it.

What belongs here: which figure is held against which threshold, margins, the type on the other side. What does not: how
a criterion is decided (typology/criteria, communities), the type that follows (typology/types): both are asked again
with one figure or one threshold moved.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from assets.methods.communities.collaboration import is_collaborative
from assets.methods.communities.colocation import is_colocated
from assets.methods.typology.criteria import LEAST_QUOTIENT, is_rdi_active, is_specialised
from assets.methods.typology.types import cluster_type, unpublished_reason

NO_CLUSTER = "no cluster"
"""What stands in place of a type where a group would be none."""
CRITERIA = {
    "rdi_active": "is_rdi_active",
    "colocated": "is_colocated",
    "specialised": "is_specialised",
    "internally_collaborative": "is_internally_collaborative",
}
"""Criterion -> its column of candidates; `min_firms`, which every group must have, has none."""
COLUMNS = {
    "group_id": pl.String,
    "cluster_id": pl.String,
    "criterion": pl.String,
    "figure_name": pl.String,
    "figure": pl.Float64,
    "threshold": pl.Float64,
    "margin": pl.Float64,
    "is_met": pl.Boolean,
    "is_criterion_met": pl.Boolean,
    "is_near": pl.Boolean,
    "type_if_flipped": pl.String,
}


@dataclass(frozen=True)
class Held:
    """A figure that is held against a threshold; both are columns of `typology.candidates`."""

    criterion: str
    figure: str
    threshold: str
    meets: Callable[[pl.Expr, pl.Expr], pl.Expr] = operator.ge

    @property
    def is_upper(self) -> bool:
        """Whether the figure has to stay below."""
        return self.meets in (operator.lt, operator.le)


HELD = (
    Held("min_firms", "firms", "min_firms"),
    Held("rdi_active", "rdi_active_share", "rdi_min_share"),
    Held("rdi_active", "rdi_active_firms", "rdi_min_firms"),
    Held("rdi_active", "rdi_p_value", "rdi_alpha", operator.lt),
    Held("colocated", "colocated_share", "colocated_min_share"),
    Held("colocated", "colocated_firms", "colocated_min_firms"),
    Held("specialised", "tested_quotient", "least_quotient", operator.gt),
    Held("specialised", "deciding_q_value", "specialised_alpha", operator.lt),
    Held("internally_collaborative", "joint_projects", "min_joint_projects"),
    Held("internally_collaborative", "joint_pairs", "min_joint_pairs"),
    Held("internally_collaborative", "collaboration_p_value", "collaboration_alpha", operator.lt),
)
"""In the order in which they are told."""
NAMES = {"tested_quotient": "location_quotient"}
"""What a figure is called in the table, where it is not by its column here."""


def criteria_margins(candidates: pl.DataFrame, algorithm: str, near_margin: float) -> pl.DataFrame:
    """Each figure of each group with its threshold, margin, and the type on the other side [ours].

    `candidates`: the columns of `typology.candidates` without month and profile; `algorithm`: that of the spatial
    groups. Returns COLUMNS, by group and in the order of HELD.

    - `margin`: how far the figure is on the side on which it meets the threshold, over the threshold: negative where it
      does not. For p- and q-values (alpha - p) / alpha.
    - `is_near`: the type would be another, or be lost or won, were this threshold alone lower or higher by
      `near_margin` of itself.
    - `type_if_flipped`: the type were this figure alone on the other side of its threshold; `no cluster` where it would
      be none.
    - What holds by construction (a spatial group is co-located; one of HDBSCAN or DBSCAN within a sector specialised)
      has no threshold, is never near, and `type_if_flipped` is null.

    A group that is one cluster with another takes the cluster's type, the other group staying as it is: a spatial group
    collaborates as long as its community is one. Where the spatial group alone falls, it is `no cluster`, whatever the
    community would then be by itself.
    """
    groups = _with_partners(
        candidates.rename({"location_quotient": "tested_quotient"}).with_columns(
            pl.lit(LEAST_QUOTIENT).alias("least_quotient"),
            # To be moved by a tenth.
            *(pl.col(held.threshold).cast(pl.Float64) for held in HELD if held.threshold != "least_quotient"),
            is_located=pl.col("is_located").fill_null(True),
        ),
        algorithm,
    )
    now = _types(groups, algorithm)
    groups = _decided(groups, algorithm)
    rows = [_of_figure(groups, now, held, algorithm, near_margin) for held in HELD]
    order = pl.int_range(pl.len()).over("group_id")
    return (
        pl.concat(rows)
        .filter("applies")
        .with_columns(order.alias("order"))
        .sort("group_id", "order")
        .select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
    )


def _of_figure(groups: pl.DataFrame, now: pl.Series, held: Held, algorithm: str, near_margin: float) -> pl.DataFrame:
    """The rows of one figure."""
    figure, threshold = pl.col(held.figure).cast(pl.Float64), pl.col(held.threshold)
    met = _is_met(held, algorithm)
    distance = threshold - figure if held.is_upper else figure - threshold
    # One beyond the threshold is beyond it on any scale, whether the threshold itself is enough or not.
    step = -1 if held.is_upper else 1
    beyond = pl.when(met).then(threshold - step).otherwise(threshold + step)
    flipped = _types(groups.with_columns(beyond.alias(held.figure)), algorithm)
    lower, higher = (_types(groups.with_columns(threshold * (1 + side * near_margin)), algorithm) for side in (-1, 1))
    by_construction = _by_construction(held, algorithm)
    column = CRITERIA.get(held.criterion)
    return groups.select(
        "group_id",
        "cluster_id",
        criterion=pl.lit(held.criterion),
        figure_name=pl.lit(NAMES.get(held.figure, held.figure)),
        figure=figure,
        threshold=pl.when(~by_construction).then(threshold),
        margin=pl.when(~by_construction & (threshold > 0)).then(distance / threshold),
        is_met=met | by_construction,
        is_criterion_met=pl.col(column) if column else met,
        is_near=~by_construction & (lower.ne_missing(now) | higher.ne_missing(now)),
        type_if_flipped=pl.when(~by_construction).then(pl.lit(flipped).fill_null(NO_CLUSTER)),
        applies=_applies(held, algorithm),
    )


def _is_met(held: Held, algorithm: str) -> pl.Expr:
    figure, threshold = pl.col(held.figure), pl.col(held.threshold)
    met = held.meets(figure, threshold)
    if held.figure == "deciding_q_value" and algorithm == "scan":
        # The scan's own level is inclusive: its groups are those at or below it.
        met = pl.when(_within_sector()).then(figure <= threshold).otherwise(met)
    return met.fill_null(False)


def _within_sector() -> pl.Expr:
    return (pl.col("approach") == "spatial") & (pl.col("scheme") != "rdi")


def _by_construction(held: Held, algorithm: str) -> pl.Expr:
    """Whether the criterion holds however large the figure is."""
    if held.criterion == "colocated":
        return pl.col("approach") == "spatial"
    if held.criterion == "specialised" and algorithm != "scan":
        return _within_sector()
    return pl.lit(False)


def _applies(held: Held, algorithm: str) -> pl.Expr:
    """Whether a group has such a row: one that holds a criterion by construction has one, not one a figure."""
    is_first = held.figure in ("colocated_share", "tested_quotient")
    return pl.lit(is_first) | ~_by_construction(held, algorithm)


def _with_partners(groups: pl.DataFrame, algorithm: str) -> pl.DataFrame:
    """Add what the group that is one cluster with each is by itself: `partner_is_one`, `partner_type`."""
    alone = _decided(groups, algorithm).select(
        merged_with="group_id",
        partner_type=pl.when(unpublished_reason().is_null()).then(cluster_type()),
    )
    return groups.join(alone, on="merged_with", how="left", maintain_order="left").with_columns(
        partner_is_one=pl.col("partner_type").is_not_null()
    )


def _types(groups: pl.DataFrame, algorithm: str) -> pl.Series:
    """The type of the cluster that each group is, or is part of; null where none."""
    decided = _decided(groups, algorithm)
    alone = pl.when(unpublished_reason().is_null()).then(cluster_type())
    is_spatial = pl.col("approach") == "spatial"
    decided = decided.with_columns(alone=alone).with_columns(
        is_internally_collaborative=pl.col("is_internally_collaborative") | (is_spatial & pl.col("partner_is_one"))
    )
    return decided.select(
        pl.when(is_spatial & pl.col("alone").is_not_null())
        .then(cluster_type())
        .when(~is_spatial & pl.col("partner_is_one"))
        .then(pl.when(pl.col("alone").is_not_null()).then(pl.lit("R&D Collaborating")).otherwise("partner_type"))
        .otherwise("alone")
    ).to_series()


def _decided(groups: pl.DataFrame, algorithm: str) -> pl.DataFrame:
    """The groups with every criterion decided by the figures and thresholds that stand in them."""
    is_spatial = pl.col("approach") == "spatial"
    return groups.with_columns(
        is_rdi_active=is_rdi_active(pl.col("rdi_min_share"), pl.col("rdi_min_firms"), pl.col("rdi_alpha")),
        is_colocated=is_spatial | is_colocated(pl.col("colocated_min_share"), pl.col("colocated_min_firms")),
        is_specialised=is_specialised(algorithm, pl.col("least_quotient"), pl.col("specialised_alpha")),
        is_internally_collaborative=is_collaborative(
            pl.col("min_joint_projects"), pl.col("min_joint_pairs"), pl.col("collaboration_alpha")
        ),
    )
